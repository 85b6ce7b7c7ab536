"""招商签约页旁边的一张卡：储备按成熟度各几个，明年的计划比今年多还是少。"""

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from xushi.kit.beside import Bar, Card, stands_beside
from xushi.planning import figures, policy, selectors
from xushi.planning.rules import conclusion
from xushi.planning.wanted import Wanted

if TYPE_CHECKING:
    from xushi.units.models import User


def reserve_and_programme(user: "User", today: date) -> Card | None:
    """A fixed number of queries; None for whoever does not read the reserve."""
    if not policy.can_read(user):
        return None
    index = reverse("planning:index")
    rows = figures.ripeness(user, Wanted(), today)
    bars = [Bar(row.maturity.label, int(row.count.value or 0), f"{index}?{row.count.rows}") for row in rows]
    total = sum(bar.count for bar in bars)
    nearest = selectors.nearest_programmes(user)
    programme = next((one for one in nearest if one.year == today.year + 1), None)
    said = ""
    if programme:
        compared = figures.compare(user, programme, "category")
        whose = figures.scope_of(user, programme)
        said = f"{whose}{'：' if whose else ''}{conclusion(compared.whole, compared.upper, programme.year)}。"
    return Card("储备与明年计划", f"储备{total:,}个", index, tuple(bars), said)


def register() -> None:
    stands_beside("signings", "planning", reserve_and_programme)
