"""核对：来源自己印出的变动与它的数对不对得上；对不上的待核，两个数都摆出来。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Protocol


class Revision(Protocol):
    """What is looked at of a revision; amounts in 元."""

    project_id: Any
    as_of: Any
    total_investment: int | None
    stated_change: int | None


@dataclass(frozen=True, slots=True)
class Disputed:
    """Two consecutive budgets whose difference is not the change that the source states. Amounts in 元."""

    project: Any
    before: date
    after: date
    computed: int
    stated: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.before}到{self.after}，两次总投资相差{self.computed:,}元，来源说变动{self.stated:,}元。"
        )


def compared_pairs(revisions: Iterable[Revision]) -> Iterator[tuple[Revision, Revision]]:
    """Consecutive revisions of one project that both name a total, the later one also its change."""
    held = sorted(revisions, key=lambda revision: (revision.project_id, revision.as_of))
    for earlier, later in pairwise(held):
        same = earlier.project_id == later.project_id
        if same and None not in (earlier.total_investment, later.total_investment, later.stated_change):
            yield earlier, later


def revision_disagreements(revisions: Iterable[Revision], *, tolerance: int = 1) -> list[Disputed]:
    """Pairs whose difference and stated change are more than tolerance 元 apart.

    Both budgets and the change were rounded to 元 on their own, so 1 元 apart is still agreement.
    """
    return [
        Disputed(later.project_id, earlier.as_of, later.as_of, computed, later.stated_change or 0)
        for earlier, later in compared_pairs(revisions)
        if abs(
            (computed := (later.total_investment or 0) - (earlier.total_investment or 0))
            - (later.stated_change or 0)
        )
        > tolerance
    ]
