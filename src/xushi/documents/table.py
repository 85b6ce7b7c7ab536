"""文稿的流转表：哪个状态可以做什么、做完成什么；表里没有的一概不许。"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SIGNING = "signing"
    ISSUED = "issued"
    REPLACED = "replaced"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]


STATE_LABELS = {
    State.DRAFT: "起草",
    State.SIGNING: "待签发",
    State.ISSUED: "已签发",
    State.REPLACED: "已被替换",
    State.DROPPED: "不发了",
}

OPEN = frozenset({State.DRAFT, State.SIGNING})
FIXED = frozenset({State.ISSUED, State.REPLACED})


@dataclass(frozen=True, slots=True)
class Act:
    """One act: from which states, to which, who does it in words."""

    label: str
    before: frozenset[State]
    after: State | None
    refusal: str


ACTS = {
    "edit": Act("改稿", frozenset({State.DRAFT}), None, "起草中的才能改；送签了的请先退回，签发了的请另发一份替换。"),
    "answer": Act("处理", OPEN, None, "签发了的稿子不再处理，请另发一份替换。"),
    "submit": Act("送签", frozenset({State.DRAFT}), State.SIGNING, "只有起草中的稿子能送签。"),
    "return": Act("退回", frozenset({State.SIGNING}), State.DRAFT, "只有待签发的稿子能退回。"),
    "issue": Act("签发", OPEN, State.ISSUED, "只有没签发的稿子能签发。"),
    "drop": Act("不发了", OPEN, State.DROPPED, "签发了的不能丢掉，只能另发一份替换。"),
    "reopen": Act("捡回", frozenset({State.DROPPED}), State.DRAFT, "只有丢掉的稿子能捡回。"),
    "send": Act("发送", frozenset({State.ISSUED}), None, "签发了的才能发送；被替换的请发新的那一份。"),
}  # fmt: skip
