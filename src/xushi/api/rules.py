"""接口的规矩：能做哪些事、令牌怎么认、同一个请求怎么认、写错的名字像哪一个。都是纯判断。"""

import base64
import binascii
import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

PREFIX = "xushi_"
HEAD = 12
LONGEST_DAYS = 366
SCOPES = {
    "read:projects": "读项目和各月的数",
    "read:alerts": "读预警",
    "read:orders": "读督办单",
    "read:duties": "读本账号的待办",
    "read:problems": "读问题事项",
    "read:permits": "读前期手续",
    "read:indicators": "读指标得分",
    "write:reports": "报月报",
    "write:problems": "报问题",
    "write:permits": "报手续进度",
    "write:orders": "签收、答复督办单",
}
KEY = re.compile(r"[\x21-\x7e]{8,80}")


class ApiRefused(Exception):
    """A request that is not done: the status, a code for programs, a sentence for people, the field, how to mend it."""

    def __init__(self, status: int, code: str, sentence: str, *, field: str = "", how: str = "") -> None:
        self.status, self.code, self.sentence, self.field, self.how = status, code, sentence, field, how
        self.more: list[dict[str, object]] = []
        self.retry_after = 0
        super().__init__(sentence)


def digest_of(token: str) -> str:
    """SHA-256 of a token: it is long and random, so that a plain digest cannot be searched through."""
    return hashlib.sha256(token.encode()).hexdigest()


def request_digest(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    return sorted(set(scopes) - set(SCOPES))


def refuse_unknown(asked: Iterable[str], known: Collection[str]) -> None:
    """ApiRefused for the first query parameter that is not known, with the name that it looks like."""
    for name in asked:
        if name not in known:
            like = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
            how = f"是不是“{like[0]}”？" if like else ""
            how += f"可用：{'、'.join(sorted(known))}。"
            raise ApiRefused(
                422, "unknown_filter", f"没有“{name[:40]}”这个筛选，没有照着查。", field=name[:40], how=how
            )


def refuse_repeated(asked: Iterable[tuple[str, Sequence[str]]]) -> None:
    """ApiRefused for the first query parameter that is given more than once: which of them is meant nobody knows."""
    for name, values in asked:
        if len(values) > 1:
            raise ApiRefused(
                422, "repeated_filter", f"“{name[:40]}”写了{len(values)}遍，没有照着查。", field=name[:40],
                how="一个筛选只写一遍、一个值；要几个值，就分几次查。",
            )  # fmt: skip


def refuse_unlisted(field: str, value: str | None, known: Collection[str]) -> None:
    """ApiRefused for a value that is not one of these; None asks for nothing."""
    if value is not None and value not in known:
        raise ApiRefused(
            422, "bad_filter", f"{field}没有“{value[:30]}”。", field=field, how=f"可用：{'、'.join(known)}。"
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: after this number, of this list (a month, or nothing)."""

    of: str
    after: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.of}:{self.after}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, of: str) -> "Cursor":
        """The cursor that was given out for this list; ApiRefused for any other."""
        try:
            said = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
            was, _, after = said.rpartition(":")
            number = int(after)
        except (ValueError, binascii.Error, UnicodeError):
            was, number = "?", -1
        if was != of or not 0 <= number < 2**63:
            raise ApiRefused(
                422, "bad_cursor", "这个翻页记号不是这份清单给的。", field="cursor",
                how="照抄上一页答复里的 next；换了月份请从头读。",
            )  # fmt: skip
        return cls(of, number)
