"""xushi doctor：这套装置哪里不好、怎么办；有毛病退出码为1。"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from xushi.config import clock
from xushi.operations.doctor import examine, worst
from xushi.operations.findings import Grade

MARKS = {Grade.OK: "好　", Grade.WARN: "留意", Grade.WRONG: "不好"}


class Command(BaseCommand):
    help = "诊断：这套装置哪里不好、怎么办；有毛病退出码为1"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="给程序看的")
        parser.add_argument("--quick", action="store_true", help="不通读日志链，不抽看附件")

    def handle(self, *, quick: bool, **options: Any) -> None:
        found = examine(clock.real(), thorough=not quick)
        grade = worst(found)
        if options["json"]:
            told = {"grade": grade.value, "findings": [finding.as_dict() for finding in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            for finding in found:
                self.stdout.write(
                    f"[{MARKS[finding.grade]}] {finding.says}{'。' if finding.mend else ''}{finding.mend}"
                )
        if grade is Grade.WRONG:
            sys.exit(1)
