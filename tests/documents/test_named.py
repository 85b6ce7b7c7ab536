"""名数：与各房自己的数一样，背后的清单一样多；谁看得到多少就数多少；月份没关不给。"""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import people
from tests.factories import NOW
from tests.progress.district import YI, build
from xushi.core.clock import BEIJING
from xushi.core.figure import FigureUnit
from xushi.core.months import Month
from xushi.documents.moved import moved
from xushi.documents.named import (
    LISTS,
    PARTS,
    OpenMonth,
    UnknownFigure,
    catalogue,
    figures_if_closed,
    figures_of,
    lists,
    near,
)
from xushi.documents.named_scope import printed
from xushi.documents.names_page import names_page
from xushi.documents.sourced import Sourced
from xushi.progress.figures import Filters, count, rows, total
from xushi.progress.models import ProjectMonth
from xushi.progress.system import WHOLE_DISTRICT
from xushi.registry.models import Project

JANUARY, FEBRUARY, MARCH = (Month(2018, n) for n in (1, 2, 3))
IN_MARCH = datetime(2018, 3, 20, 9, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("value", "unit", "places", "words"),
    [
        ("412", "亿元", 1, "412亿元"),
        ("205.56", "亿元", 2, "205.56亿元"),
        ("205.56", "亿元", 1, "205.6亿元"),
        ("411.98", "亿元", 1, "412.0亿元"),  # not exactly 412
        ("0.67175", "%", 1, "67.2%"),
        ("1", "%", 1, "100.0%"),
        ("-8.265", "个百分点", 1, "8.3个百分点"),
        ("27", "个", 1, "27个"),
        ("195.63", "分", 2, "195.63分"),
        ("6.00", "分", 2, "6分"),
        ("9", "", 1, "9"),
        ("8.5", "个工作日", 1, "8.5个工作日"),
    ],
)
def test_a_number_as_running_text_prints_it(value: str, unit: str, places: int, words: str) -> None:
    assert printed(Decimal(value), unit, places) == words


def test_what_is_not_there_is_a_dash() -> None:
    assert printed(None, FigureUnit.SHARE) == "—"


def test_every_name_is_one_of_a_kind_and_says_what_it_counts() -> None:
    entries = catalogue()
    assert len({entry.key for entry in entries}) == len(entries) > 400
    for entry in entries:
        assert entry.key.count(".") == 1
        assert entry.key.replace(".", "").replace("_", "").isascii()
        assert entry.label
        assert entry.meaning.endswith("。"), entry.key
    for one in lists():
        assert one.title
        assert all(name.isascii() for name in one.columns)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("district.start_rat", "district.start_rate"),
        ("distrct.annual_plan", "district.annual_plan"),
        ("区级重点项目开工率", "district.start_rate"),
        ("通过会审", "admission.passed"),
        ("zzz", ""),
    ],
)
def test_an_unknown_name_has_a_near_one(asked: str, found: str) -> None:
    assert near(asked) == found


def test_the_page_of_names_knows_no_name_that_is_not_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "公文里的数.md").read_text(encoding="utf-8")
    known = {entry.key for entry in catalogue()} | {entry.key.partition(".")[0] for entry in catalogue()}
    named = set(re.findall(r"`figures\.([a-z_0-9.]+)`", page))
    assert len(named) > 80
    assert named <= known
    assert set(re.findall(r"`lists\.([a-z_0-9]+)`", page)) <= set(LISTS)
    assert all(part.title in names_page() for part in PARTS.values())


@pytest.mark.django_db
def test_numbers_of_a_closed_month_are_those_of_the_room() -> None:
    build()
    figures = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    group = total(WHOLE_DISTRICT, FEBRUARY, Filters(level="district"))
    assert figures.closed
    for name, spec in (
        ("under_way", "under_way"),
        ("completion_rate", "completion_rate"),
        ("gap", "gap_points"),
    ):
        one = figures[f"district.{name}"]
        assert one.value == group.figure(spec).value
        assert (one.as_of, one.closed, one.scope) == ("2018-02", True, "区级重点项目")
    before = total(WHOLE_DISTRICT, JANUARY, Filters(level="district"))
    assert figures["district.month_investment"].value == Decimal(group.cumulative - before.cumulative) / YI
    assert figures["district.year_change"].value is None
    assert figures["district.year_change"].printed == "—"


@pytest.mark.django_db
def test_the_list_behind_a_count_is_as_long() -> None:
    build()
    figures = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    counted = 0
    for key in (key for key in figures if key.partition(".")[0] in ("joint", "district", "services")):
        one = figures[key]
        if one.unit == "个" and not key.endswith("month_started"):
            query = dict(parse_qsl(urlsplit(one.rows).query))
            month = Month.parse(query.pop("month"))
            assert count(WHOLE_DISTRICT, month, Filters.from_query(query)) == one.value, key
            counted += 1
    assert counted > 20


@pytest.mark.django_db
def test_a_later_edit_moves_nothing_of_a_closed_month_and_what_moves_is_told() -> None:
    build()
    figures = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    then = {key: figures[key] for key in ("district.total_investment", "district.started", "sites.cameras")}
    Project.objects.update(total_investment=1)
    assert moved(then, WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH) == []
    changed = Sourced(
        **{**then["district.total_investment"].as_json(), "value": Decimal(1), "printed": "1亿元"}
    )
    gone = Sourced(
        "lists.units.999.gap", "比序时", "3.2个百分点", Decimal(3), "个百分点", "某街道", "2018-02", True
    )
    found = moved({"a": changed, "b": gone}, WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    assert [one.then.key for one in found] == ["district.total_investment", "lists.units.999.gap"]
    assert found[0].words == f"印出1亿元，现在{then['district.total_investment'].printed}"
    assert found[1].words == "印出3.2个百分点，这一行已不在名单里"


@pytest.mark.django_db
def test_an_open_month_is_refused_unless_asked_for() -> None:
    build()
    with pytest.raises(OpenMonth, match="2018年3月还没有关账，数还会动；最近关账的是2018年2月"):
        figures_of(WHOLE_DISTRICT, MARCH, now=IN_MARCH)
    live = figures_of(WHOLE_DISTRICT, MARCH, now=IN_MARCH, open_month=True)
    assert not live.closed
    assert not live["district.under_way"].closed
    with pytest.raises(OpenMonth, match="2018年4月还没有到"):
        figures_of(WHOLE_DISTRICT, Month(2018, 4), now=IN_MARCH, open_month=True)
    absent = figures_if_closed(WHOLE_DISTRICT, Month(2017, 2), now=IN_MARCH)["district.started"]
    assert (absent.value, absent.printed) == (None, "—")
    with pytest.raises(UnknownFigure, match="是不是“district.started”"):
        figures_if_closed(WHOLE_DISTRICT, Month(2017, 2), now=IN_MARCH)["district.startd"]


@pytest.mark.django_db
def test_what_is_counted_by_the_day_stops_at_the_end_of_an_earlier_month() -> None:
    build()
    figures = figures_of(WHOLE_DISTRICT, JANUARY, now=IN_MARCH)
    assert figures["orders.issued"].as_of == "2018-01-31"
    assert figures["orders.issued"].rows == ""  # no list stands at a past day
    assert figures["permits.projects"].value is None
    latest = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)["orders.issued"]
    assert latest.as_of == "2018-03-20"
    assert latest.rows.startswith("/supervision/orders/?")


@pytest.mark.django_db
def test_everybody_counts_what_they_may_see() -> None:
    district = build()
    whole = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)["district.listed"].value
    town = people.person("territory_user", district.territories[0])
    admin = people.person("system_admin", district.root)
    leader = people.person("leader_user", district.root)
    figures = {who.username: figures_of(who, FEBRUARY, now=IN_MARCH) for who in (town, admin, leader)}
    own = rows(town, FEBRUARY, Filters(level="district")).count()
    assert 0 < own < (whole or 0)
    assert figures[town.username]["district.listed"].value == own
    assert figures[leader.username]["district.listed"].value == whole
    for key in ("district.listed", "orders.issued", "problems.open", "sites.cameras", "signings.signed"):
        assert not figures[admin.username][key].value
    assert figures[town.username]["city.score"].value is None


@pytest.mark.django_db
def test_a_cell_of_a_list_is_found_by_its_key() -> None:
    build()
    figures = figures_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    for name in LISTS:
        for row in figures.lists[name]:
            assert set(row) == set(LISTS[name].columns), name
            for cell in row.values():
                if isinstance(cell, Sourced):
                    assert figures[cell.key] is cell
    assert figures.lists["territories"]
    with pytest.raises(UnknownFigure, match="是不是“territories”"):
        figures.lists["territory"]
    with pytest.raises(UnknownFigure):
        figures["lists.territories.0.name"]


@pytest.mark.django_db
def test_reading_them_all_costs_the_same_however_many_projects() -> None:
    def asked() -> int:
        figures = figures_of(WHOLE_DISTRICT, FEBRUARY, now=NOW)
        with CaptureQueriesContext(connection) as seen:
            assert all(figures[key].key for key in figures)
            assert all(figures.lists[name] is not None for name in figures.lists)
        return len(seen)

    build(12)
    asked()  # what the process keeps, as the calendar of working days, is read once
    few = asked()
    more = build_more()
    assert len(more) == 12
    assert asked() == few


def build_more() -> list[Project]:
    """As many facts again in the months that are closed."""
    made = []
    for fact in list(ProjectMonth.objects.filter(month=FEBRUARY)):
        project = Project.objects.get(pk=fact.project_id)
        project.pk, project.name = None, f"{project.name}之二"
        project.name_key = f"{project.name_key}2"
        project.save(force_insert=True)
        fact.pk, fact.project = None, project
        fact.save(force_insert=True)
        made.append(project)
    return made
