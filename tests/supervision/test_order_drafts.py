"""督办单的拟稿：期限各是哪天，一个项目一件；稿子只有拟的人看得到；交两次只成一件。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.alerts.factories import alert
from tests.factories import UnitFactory
from tests.progress.builders import add_project
from tests.supervision.world import World, act, at, build
from xushi.config import clock
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import State
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
NOW = at(12, 8, 30)
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def world() -> World:
    return build()


def draft(world: World, **more: Any) -> dict[str, Any]:
    return {
        "title": "尽快开工",
        "lead": world.land.pk,
        "urgency": "urgent",
        "token": "t" * 32,
        "act": "issue",
    } | more


def test_a_draft_says_each_deadline_and_a_form_sent_twice_makes_one(world: World, signed_in: SignIn) -> None:
    project = add_project(world.town, "紫光项目", responsible_unit=world.land)
    warned = alert(project.pk, subject_name="紫光项目", territory=world.town)
    office, url = signed_in(world.people["clerk"]), reverse("supervision:new_order") + f"?alert={warned.pk}"
    page = office.get(url).content.decode()
    for part in ("3个工作日，9月17日周一17:00", "10个工作日，9月27日周四17:00", "应开未开", "紫光项目"):
        assert part in page
    assert f'<option value="{world.land.pk}" selected>' in page  # the responsible unit leads
    first, second = office.post(url, draft(world)), office.post(url, draft(world))
    assert first.status_code == second.status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.source_kind, order.source_id, order.project, order.serial) == (
        "alerts.alert",
        warned.pk,
        project,
        1,
    )
    assert order.due_at == at(17, 17)
    assert first["Location"].endswith("issued=1")
    assert "30秒内可以整件撤回" in office.get(first["Location"]).content.decode()
    assert act(office, order, "withdraw", words="刚签发即撤回").status_code == 302
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN


def test_one_order_for_each_of_many_projects(world: World, signed_in: SignIn) -> None:
    one = add_project(world.town, "甲项目", responsible_unit=world.land)
    two = add_project(world.town, "乙项目", responsible_unit=world.planning)
    firm = UnitFactory(name="某公司", kind=Unit.Kind.ENTERPRISE, parent=world.root)
    bare = add_project(world.town, "丙项目", responsible_unit=firm)
    office = signed_in(world.people["clerk"])
    url = reverse("supervision:new_order") + f"?projects={one.pk},{two.pk}"
    page = office.get(url).content.decode()
    assert "2个项目，各派一件" in page
    data = draft(world, lead="", demand="倒排工期")
    assert office.post(url, data).status_code == office.post(url, data).status_code == 302
    made = [(o.title, o.lead, o.demand, o.serial) for o in SupervisionOrder.objects.order_by("serial")]
    assert made == [
        ("甲项目：尽快开工", world.land, "倒排工期", 1),
        ("乙项目：尽快开工", world.planning, "倒排工期", 2),
    ]
    office.post(f"{url.partition('=')[0]}={one.pk},{bare.pk}", draft(world, lead="", token="u" * 32))
    assert SupervisionOrder.objects.get(project=bare).lead == world.town  # no firm leads: its territory does


def test_a_draft_is_kept_amended_and_seen_by_the_office_alone(world: World, signed_in: SignIn) -> None:
    office, url = signed_in(world.people["clerk"]), reverse("supervision:new_order")
    assert office.post(url, draft(world, act="draft")).status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.state, order.serial) == (State.DRAFTED, None)
    page = reverse("supervision:amend_order", args=[order.pk])
    assert office.post(page, draft(world, title="改过", seen=order.version)).status_code == 302
    stale = office.post(page, draft(world, title="又改", seen=order.version))
    assert (stale.status_code, "又改" in stale.content.decode()) == (422, True)
    assert SupervisionOrder.objects.get().title == "改过"
    for name in ("handler", "leader", "inspector"):
        assert signed_in(world.people[name]).get(page).status_code == 404
    assert act(office, order, "issue").status_code == 302
    order.refresh_from_db()
    assert (order.state, order.serial) == (State.ISSUED, 1)
    for name in ("handler", "leader", "inspector"):
        assert signed_in(world.people[name]).get(url).status_code == 403
        assert signed_in(world.people[name]).post(url, draft(world, token="v" * 32)).status_code == 403
