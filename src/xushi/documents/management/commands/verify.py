"""xushi verify：查一份稿子里的数对不对得上。"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.months import Month
from xushi.documents.against import NoMonth, facts_of
from xushi.documents.checking import Checked, Facts, Finding, Severity, check
from xushi.documents.drafts import Unreadable, read_draft
from xushi.progress.system import WHOLE_DISTRICT


class Command(BaseCommand):
    help = (
        "数字勾稽：verify 稿子.docx|.txt|.pdf [--as-of 2018-08] [--json]；写了月份的还和库里那个月的数比；"
        "有对不上的退出码是1，说明见 docs/数字勾稽.md"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="稿子")
        parser.add_argument("--as-of", help="和库里哪个月的数比，如 2018-08；不写就只看稿子自己")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        facts = _facts(options["as_of"])
        try:
            draft = read_draft(path.name, path.read_bytes())
        except OSError as problem:
            raise CommandError(f"读不到{path}：{problem.strerror}。", returncode=2) from problem
        except Unreadable as problem:
            raise CommandError(str(problem), returncode=2) from problem
        found = check(draft.text, draft.tables, facts=facts)
        notes = (*draft.notes, *found.notes)
        told = json.dumps(as_json(found, notes), ensure_ascii=False, indent=1)
        self.stdout.write(told if options["json"] else "\n".join(said(found, notes)))
        if found.errors:
            raise SystemExit(1)


def _facts(as_of: str | None) -> Facts | None:
    """What the database says of the month, read as the whole district; None where no month is asked for."""
    if not as_of:
        return None
    try:
        return facts_of(WHOLE_DISTRICT, Month.parse(as_of), now=clock.now())
    except (NoMonth, ValueError) as problem:
        raise CommandError(str(problem), returncode=2) from problem


def as_json(found: Checked, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """The answer for machines: what was checked, what does not hold, how many numbers nothing is said of."""
    return {
        "claims_checked": len(found.claims),
        "findings": [
            {
                "kind": one.kind.value, "sentence": one.sentence, "claimed": one.claimed, "computed": one.computed,
                "allowed": list(one.allowed) if one.allowed else None, "operands": list(one.operands),
                "severity": one.severity.value, "why": one.words, "dependents": [words for _, _, words in one.dependents],
                **_source(one),
            }
            for one in found.findings
        ],
        "unlinked": len(found.unlinked),
        "notes": list(notes),
    }  # fmt: skip


def _source(one: Finding) -> dict[str, Any]:
    """Of a number that the database has: what it is there, of when, whether that month is closed, where its rows are."""
    if one.source is None:
        return {}
    fact = one.source
    told = {"label": fact.label, "when": fact.when, "closed": fact.closed}
    return {"source": told | {"printed": fact.printed, "rows": fact.rows}}


def said(found: Checked, notes: tuple[str, ...]) -> list[str]:
    """The same for people."""
    lines = list(notes)
    for number, one in enumerate(found.findings, start=1):
        mark = "错" if one.severity is Severity.ERROR else "疑"
        computed = f"，{'库里是' if one.source else '算得'}{one.computed}" if one.computed else ""
        lines.append(f"{number}. 〔{mark}〕写{one.claimed}{computed}")
        by = f"由{'、'.join(one.operands)}算得。" if one.operands and not one.source else ""
        lines.append(f"   {one.words}。{by}")
        if one.sentence:
            lines.append(f"   原句：{one.sentence}")
    verdict = f"{len(found.findings)}处对不上" if found.findings else "没有对不上的"
    confirmed = sum(one.held for one in found.by_database)
    against = f"（其中和库里比的{len(found.by_database)}处，相符{confirmed}处）" if found.by_database else ""
    lines.append(
        f"核对了{len(found.claims)}处{against}，{verdict}；另有{len(found.unlinked)}个数没有别的数可比。"
    )
    return lines
