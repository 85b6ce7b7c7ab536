"""一条诊断：好的一句话，不好的一句话加怎么办。"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from django.db import DatabaseError


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"  # runs, but something will be missed
    WRONG = "wrong"  # exit status 1


@dataclass(frozen=True, slots=True)
class Finding:
    """key names the check for machines; mend is "" where nothing is to be done."""

    key: str
    grade: Grade
    says: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


Check = Callable[[datetime], Finding]  # given the real moment


def ok(key: str, says: str) -> Finding:
    return Finding(key, Grade.OK, says)


def warn(key: str, says: str, mend: str) -> Finding:
    return Finding(key, Grade.WARN, says, mend)


def wrong(key: str, says: str, mend: str) -> Finding:
    return Finding(key, Grade.WRONG, says, mend)


def looked(check: Check, now: datetime) -> Finding:
    """A check that cannot even look says so instead of ending the others."""
    try:
        return check(now)
    except DatabaseError as problem:
        words = (str(problem).strip().splitlines() or ["没有说明"])[0]
        return wrong(
            check.__name__,
            f"查“{check.__name__}”时数据库出错：{words}",
            "先让数据库好起来，再运行 xushi doctor。",
        )
    except OSError as problem:
        return wrong(
            check.__name__,
            f"查“{check.__name__}”时读不了{problem.filename}：{problem.strerror}",
            "看它的属主和权限。",
        )
