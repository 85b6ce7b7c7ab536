"""A province in one database: districts × projects × twelve closed months, orders, people with appointments everywhere.

As bench/district.py, wider and told in batches, so that 100,000 projects fit in some hundred megabytes. To be walked:
python -m bench.province (make province) builds it in a home of its own and serves it.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

if __name__ == "__main__":  # as a program: by the clock in which its months lie
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    os.environ.setdefault("XUSHI_NOW", "2019-01-12T08:30")
    os.environ.setdefault("XUSHI_TIER", "province")
    os.environ.setdefault("XUSHI_DISTRICT", "某省")
    django.setup()

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from bench import province_orders
from bench.district import CATEGORIES, NOW, WAN, YEAR, _insert, analyze
from xushi.alerts.models import Alert
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.demo.people import PASSWORD
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress.closing import write_facts
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.standing import live_rows, read
from xushi.progress.warnings import refresh_alerts
from xushi.registry.models import AnnualPlan, Category, Listing, Project
from xushi.units.look import Look, set_look
from xushi.units.models import Appointment, Role, Unit, User

NAMES = {
    "industrial": "重点产业", "infrastructure": "基础设施", "livelihood": "民生社会事业", "environment": "环境整治",
    "advanced_manufacturing": "先进制造业", "modern_services": "现代服务业",
}  # fmt: skip
CITIES, TOWNS, LEADERS = 10, 9, 8
EVENTS = 10  # to a project
LED = 0.6  # the share of projects that a leader of the district leads
STEPS, DAYS = 30, 10  # the alerts were opened over the last 300 days, some every tenth day
ROLES = (Role.TERRITORY, Role.DEPARTMENT, Role.OWNER, Role.TERRITORY, Role.OFFICE, Role.LEADER)


def build(districts: int, projects: int, people: int, months: int = 12) -> dict[str, User]:
    """Make the province in the configured, migrated, empty database; returns one person per role measured."""
    chance = random.Random(2018)
    root = Unit.objects.create(name="某省", kind=Unit.Kind.DISTRICT, path="0001.")
    tree = _tree(root, districts)
    categories = [
        Category.objects.create(code=code, name=NAMES.get(code, code), path=f"{n:04d}.")
        for n, code in enumerate(CATEGORIES, 1)
    ]
    for district, towns in tree:
        with transaction.atomic():
            _fill(district, towns, categories, projects, months, chance)
    _people(tree, people)
    analyze()
    for number in range(1, months + 1):
        with transaction.atomic():
            closing = MonthClosing.objects.create(month=Month(YEAR, number), closed_at=NOW)
            write_facts(closing, read(live_rows(closing.month), "pk"))
    _alerts()
    _events()
    analyze()
    first, towns = tree[len(tree) // 2]
    city = first.parent or root
    return {
        "province": _person("province", "省领导", Role.LEADER, root),
        "city": _person("city", "市领导", Role.LEADER, city),
        "leader": User.objects.get(username=f"l{first.pk}-0"),
        "office": _person("office", "区重大办", Role.OFFICE, first),
        "territory": _person("territory", "街道", Role.TERRITORY, towns[0]),
    }


def _tree(root: Unit, districts: int) -> list[tuple[Unit, list[Unit]]]:
    """Province → city → district → town."""
    cities = [
        Unit.objects.create(name=f"第{n}市", kind=Unit.Kind.DISTRICT, parent=root, path=f"0001.{n:04d}.")
        for n in range(1, min(CITIES, districts) + 1)
    ]
    tree = []
    for n in range(districts):
        city = cities[n % len(cities)]
        path = f"{city.path}{n // len(cities) + 1:04d}."
        district = Unit.objects.create(name=f"第{n}区", kind=Unit.Kind.DISTRICT, parent=city, path=path)
        towns = Unit.objects.bulk_create(
            Unit(name=f"第{n}区{k}街道", kind=Unit.Kind.SUBDISTRICT, parent=district, path=f"{path}{k:04d}.")
            for k in range(1, TOWNS + 1)
        )
        tree.append((district, list(towns)))
    return tree


def _fill(
    district: Unit,
    towns: list[Unit],
    categories: list[Category],
    count: int,
    months: int,
    chance: random.Random,
) -> None:
    leaders = [_person(f"l{district.pk}-{n}", f"区领导{n}", Role.LEADER, district) for n in range(LEADERS)]
    projects = list(_projects(district, towns, categories, leaders, count, chance))
    _insert(projects)
    listings = [
        Listing(project=p, year=YEAR, level="district", stage=2 if chance.random() < 0.19 else 1)
        for p in projects
    ]
    _insert(listings + [Listing(project=p, year=YEAR, level="municipal", stage=1) for p in projects[::17]])
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
    for p in projects:
        pace = chance.uniform(0.4, 1.15)
        p.__dict__["pace"] = p.total_investment / 48 * pace
    for number in range(1, months + 1):
        _insert(
            MonthlyReport(
                project=p,
                month=Month(YEAR, number),
                state="accepted",
                cumulative=int(p.__dict__["pace"] * number),
            )
            for p in projects
        )
    province_orders.fill(district, towns, projects, leaders[0], chance)


def _projects(
    district: Unit,
    towns: list[Unit],
    categories: list[Category],
    leaders: list[User],
    count: int,
    chance: random.Random,
) -> Iterator[Project]:
    for n in range(count):
        town = chance.choice(towns)
        name = f"{district.name}第{n}号工程"
        yield Project(
            name=name,
            name_key=name_key(name),
            search_text=f"{name} dih{n}haogc",
            category=chance.choice(categories),
            territory=town,
            responsible_unit=town,
            leader=chance.choice(leaders) if chance.random() < LED else None,
            total_investment=chance.randint(1_000, 900_000) * WAN,
            started_on=date(YEAR, chance.randint(1, 12), 15) if chance.random() < 0.9 else None,
            owner_kind=chance.choice(["private", "state", "foreign"]),
        )


def _alerts() -> None:
    """What the last closed month gives rise to, opened on one day after another: not all of it in one month."""
    refresh_alerts(now=NOW)
    for step in range(STEPS):
        some = Alert.objects.annotate(step=F("pk") % STEPS).filter(step=step)
        some.update(opened_at=NOW - timedelta(days=step * DAYS))


def _events() -> None:
    """What was done with every project, some of it every month: ten to a project, a million in a province of 100,000."""
    names = Project.objects.order_by("pk").values_list("pk", "name").iterator(chunk_size=5000)
    events = (
        Event(
            at=NOW - timedelta(days=36 * step, minutes=pk % 1000),
            verb="progress.report.submitted",
            subject_kind="registry.project",
            subject_id=pk,
            subject_name=name,
            summary=f"报送{name}的月报",
        )
        for pk, name in names
        for step in range(EVENTS)
    )
    with transaction.atomic():
        _insert(events)


def _people(tree: list[tuple[Unit, list[Unit]]], people: int) -> None:
    """Everybody in turn over the districts and their towns; nobody of them signs in, so nobody has a password."""
    users, places = [], []
    for n in range(people):
        district, towns = tree[n % len(tree)]
        role = ROLES[n // len(tree) % len(ROLES)]
        places.append(
            (role, district if role in (Role.OFFICE, Role.LEADER) else towns[n // len(tree) % TOWNS])
        )
        users.append(User(username=f"p{n}", name=f"人员{n}", password="!"))
    with transaction.atomic():
        _insert(users)
        _insert(
            Appointment(user=user, unit=unit, role=role, scope=unit, unit_name=unit.name, started_at=NOW)
            for user, (role, unit) in zip(users, places, strict=True)
        )


def _person(username: str, name: str, role: str, unit: Unit) -> User:
    user = User.objects.create_user(username=username, name=name)
    Appointment.objects.create(
        user=user, unit=unit, role=role, scope=unit, unit_name=unit.name, started_at=NOW
    )
    return user


def call_by_name() -> None:
    """The province, its cities and its districts each under their own name in the head of a page, from above down."""
    for unit in Unit.objects.filter(kind=Unit.Kind.DISTRICT).order_by("path"):
        set_look(unit, Look(unit.name), actor=SYSTEM, now=NOW)


def let_in(people: dict[str, User]) -> None:
    """Give those that build() returned the password of the demonstration."""
    password = make_password(PASSWORD)
    User.objects.filter(pk__in=[user.pk for user in people.values()]).update(password=password)


def main() -> None:
    parser = argparse.ArgumentParser(description="建一个省，起动服务给人走一走")
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--projects", type=int, default=1000, help="每个区几个")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--build-only", action="store_true", help="只建库，不起动服务")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if Unit.objects.exists():
        print("这里已经有数据，照原样起动；要重建，换一个 XUSHI_HOME。", flush=True)
    else:
        size = f"{options.districts}个区，各{options.projects}个项目，{options.people}人"
        print(f"建一个省：{size}。10个区各200个项目约20秒，100个区各1,000个约4分钟起……", flush=True)
        began = time.monotonic()
        people = build(options.districts, options.projects, options.people)
        call_by_name()
        let_in(people)
        print(f"建好了，{time.monotonic() - began:.0f}秒。账号（密码都是 {PASSWORD}）：")
        for user in people.values():
            print(f"  {user.username:<12}{user.name}，{user.appointments.get().unit.name}")
        sys.stdout.flush()
    if not options.build_only:
        program = str(Path(sys.executable).with_name("xushi"))
        os.execv(program, [program, "serve", "--port", str(options.port)])


if __name__ == "__main__":
    main()
