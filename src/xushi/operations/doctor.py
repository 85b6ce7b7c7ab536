"""诊断：这套装置哪里不好、怎么办。"""

from datetime import datetime

from xushi.operations import checks_data, checks_keys, checks_machine
from xushi.operations.findings import Finding, Grade, looked

ORDER = {Grade.WRONG: 0, Grade.WARN: 1, Grade.OK: 2}


def examine(now: datetime, *, thorough: bool) -> list[Finding]:
    """What is wrong first. thorough: also the whole chain of the journal and a sample of the files, read. now is real."""
    checks = (
        *checks_machine.CHECKS, *checks_keys.CHECKS, *checks_data.QUICK, *(checks_data.THOROUGH if thorough else ()),
    )  # fmt: skip
    return sorted((looked(check, now) for check in checks), key=lambda finding: ORDER[finding.grade])


def worst(findings: list[Finding]) -> Grade:
    return min((finding.grade for finding in findings), key=ORDER.__getitem__, default=Grade.OK)
