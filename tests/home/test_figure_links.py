"""走一遍：首页、总览、交叉上每个点得开的数，都等于它打开的那张清单的个数、合计或比率。"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.factories import NOW
from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import World
from xushi.alerts import lists as alert_lists
from xushi.core.figure import FigureUnit, shown
from xushi.core.money import YUAN_PER_YI
from xushi.home import lists, wanted
from xushi.home.months import choose
from xushi.progress.models import PublishedFigure
from xushi.progress.system import WHOLE_DISTRICT
from xushi.units.models import User

SignIn = Callable[[User], Client]
PAGES = [
    "/",
    "/overview/?month=2018-08",
    "/overview/?month=2018-06",
    "/overview/?month=2018-09",
    "/crossing/?figure=total_investment&down=category&across=owner_kind",
    "/crossing/?figure=started&down=level&across=territory",
    "/crossing/?figure=completion_rate&level=municipal",
    "/crossing/?figure=gap_points&down=unit&across=",
]
WHO = ["leader_user", "office_user", "territory_user", "stranger"]
SUMS = (
    "total_investment",
    "annual_plan",
    "cumulative",
    "completed_total_investment",
    "completed_invested_to_date",
)
LINK = re.compile(r'<a ([^>]*href="(/projects/\?[^"]+|/alerts/\?[^"]+)"[^>]*)>(.*?)</a>', re.DOTALL)
NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?%?")


@dataclass(frozen=True)
class Linked:
    """A number and where it leads."""

    address: str
    text: str


def linked(page: str) -> Iterator[Linked]:
    """Every number that is a link: a figure, a tile, 共12, 全部60, /364, 慢3.2."""
    for _, address, inside in LINK.findall(page):
        plain = re.sub(r'<span class="(?:vh|tile-change)">.*?</span>|<[^>]+>', "", inside, flags=re.DOTALL)
        numbers = NUMBER.findall(plain)
        if numbers:
            text = numbers[0].replace("慢", "−")
            yield Linked(unescape(address), f"−{text}" if "慢" in plain else text)


def told(user: User, address: str) -> set[str]:
    """What the list behind an address says of itself: its count, its sums and the rates that follow from them."""
    path, _, query = address.partition("?")
    asked = QueryDict(query)
    if path == "/alerts/":
        found = alert_lists.listed(user, alert_lists.read(asked.dict()), NOW.date())
        return {f"{found.page.paginator.count}"}
    choice = choose(user, asked.get("month"), NOW.date())
    rows = lists.find(user, choice.month, wanted.read(asked.dict()), choice.stood)
    return set(_words(rows.totals(user)))


def _words(totals: dict[str, int]) -> Iterator[str]:
    yield shown(Decimal(totals["projects"]), FigureUnit.COUNT)
    for name in SUMS:
        yield shown(Decimal(totals[name]) / YUAN_PER_YI, FigureUnit.YI)
    started = (("started", "projects"), ("started_of_this_year", "planned_start_this_year"),
               ("started_of_by_now", "planned_start_by_now"))  # fmt: skip
    for part, whole in (("cumulative", "annual_plan"), *started):
        rate = Decimal(totals[part]) / totals[whole] if totals[whole] else None
        yield shown(rate, FigureUnit.SHARE)
    if totals["annual_plan"]:
        ahead = Decimal(totals["cumulative"] * 12 - totals["due_twelfths"]) / (totals["annual_plan"] * 12)
        text = shown(ahead * 100, FigureUnit.POINTS)
        yield from {text, text.lstrip("+"), text.lstrip("+−") if text.endswith("0.0") else text}


@pytest.mark.parametrize("who", WHO)
def test_every_number_equals_the_list_it_opens(
    here: World, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    PublishedFigure.objects.create(
        month=choose(WHOLE_DISTRICT, "2018-08", NOW.date()).month, level="district", name="completion_rate", value="99.9",
        source="某报告",
    )  # fmt: skip
    user = request.getfixturevalue(who)
    client, say = signed_in(user), cache(lambda address: told(user, address))
    checked = 0
    for page in PAGES:
        answer: Any = client.get(page)
        assert answer.status_code == 200
        for number in linked(answer.content.decode()):
            assert number.text in say(number.address), (page, number, say(number.address))
            checked += 1
    assert checked > (0 if who == "stranger" else 100)  # a stranger has two tiles of nothing


def test_a_disputed_cell_opens_its_list_too(here: World, signed_in: SignIn, office_user: User) -> None:
    PublishedFigure.objects.create(
        month=choose(WHOLE_DISTRICT, "2018-08", NOW.date()).month, level="district", name="completion_rate", value="99.9",
        source="某报告",
    )  # fmt: skip
    page = signed_in(office_user).get("/overview/").content.decode()
    disputed = re.findall(
        r'<a class="fig disputed" href="([^"]+)" title="待核：按分项算([\d.]+%)，原报99.9%"', page
    )
    assert disputed
    for address, text in disputed:
        assert text in told(office_user, unescape(address))
