"""A district of any size for the benchmark: N projects, twelve closed months, alerts. Seeded, so runs compare."""

import random
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.journal.actions import SYSTEM
from xushi.kit.bulk import insert_all
from xushi.progress.closing import write_facts
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.standing import live_rows, read
from xushi.registry.models import AnnualPlan, Category, Listing, Project
from xushi.units.models import Appointment, Role, Unit, User

YEAR, WAN = 2018, 10_000
AT_ONCE = 10_000
NOW = datetime(2019, 1, 12, 8, 30, tzinfo=BEIJING)
TOWNS = [
    "江浦街道",
    "桥林街道",
    "汤泉街道",
    "永宁街道",
    "星甸街道",
    "顶山街道",
    "浦口经济开发区",
    "科学城",
    "农创园",
]
CATEGORIES = [
    "industrial",
    "advanced_manufacturing",
    "modern_services",
    "infrastructure",
    "livelihood",
    "environment",
]


def build(count: int) -> dict[str, User]:
    """Make the district in the configured, migrated, empty database; returns one person per role measured."""
    chance = random.Random(2018)
    root = Unit.objects.create(name="浦口区", kind=Unit.Kind.DISTRICT, path="0001.")
    towns = [
        Unit.objects.create(name=name, kind=Unit.Kind.SUBDISTRICT, parent=root, path=f"0001.{n:04d}.")
        for n, name in enumerate(TOWNS, 1)
    ]
    categories = [
        Category.objects.create(code=c, name=c, path=f"{n:04d}.") for n, c in enumerate(CATEGORIES, 1)
    ]
    with transaction.atomic():
        projects = [_project(n, chance, towns, categories) for n in range(count)]
        _insert(projects)
        _list_and_plan(projects, chance)
        _report(projects, chance)
    analyze()
    for number in range(1, 13):
        with transaction.atomic():
            closing = MonthClosing.objects.create(month=Month(YEAR, number), closed_at=NOW)
            write_facts(closing, read(live_rows(closing.month), "pk"))
    return {
        "leader": _person("leader", Role.LEADER, root, root),
        "office": _person("office", Role.OFFICE, root, root),
        "territory": _person("territory", Role.TERRITORY, towns[0], towns[0]),
    }


def _person(username: str, role: str, unit: Unit, scope: Unit) -> User:
    user = User.objects.create_user(username=username, name=username)
    Appointment.objects.create(
        user=user, unit=unit, role=role, scope=scope, unit_name=unit.name, started_at=NOW
    )
    return user


def _project(n: int, chance: random.Random, towns: list[Unit], categories: list[Category]) -> Project:
    town, name = chance.choice(towns), f"{chance.choice(TOWNS)}第{n}号工程"
    started = date(YEAR, chance.randint(1, 12), 15) if chance.random() < 0.9 else None
    return Project(
        name=name,
        name_key=name_key(name),
        search_text=f"{name} dih{n}haogc",
        category=chance.choice(categories),
        territory=town,
        responsible_unit=town,
        total_investment=chance.randint(1_000, 900_000) * WAN,
        started_on=started,
        owner_kind=chance.choice(["private", "state", "foreign"]),
    )


def _list_and_plan(projects: list[Project], chance: random.Random) -> None:
    listings = [
        Listing(project=p, year=YEAR, level="district", stage=2 if chance.random() < 0.19 else 1)
        for p in projects
    ]
    listings += [Listing(project=p, year=YEAR, level="municipal", stage=1) for p in projects[::17]]
    _insert(listings)
    _insert(
        AnnualPlan(
            project=p,
            year=YEAR,
            planned_investment=p.total_investment // 4,
            start_month=Month(YEAR, chance.randint(1, 12)),
            proposed_at=NOW,
        )
        for p in projects
    )


def _report(projects: list[Project], chance: random.Random) -> None:
    paces = [chance.uniform(0.4, 1.15) for _ in projects]
    for number in range(1, 13):
        _insert(
            MonthlyReport(
                project=p,
                month=Month(YEAR, number),
                state="accepted",
                cumulative=int(p.total_investment // 4 * number / 12 * pace),
            )
            for p, pace in zip(projects, paces, strict=True)
        )


def _insert(objects: Iterable[Any]) -> None:
    """By executemany or COPY, some thousands at a time."""
    rest = iter(objects)
    while some := list(islice(rest, AT_ONCE)):
        insert_all(some)


def analyze() -> None:
    """Let the database count its tables: PostgreSQL's autovacuum does by itself, SQLite's nightly tidying is ours."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


__all__ = ["NOW", "SYSTEM", "analyze", "build"]
