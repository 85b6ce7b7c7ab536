"""督查各区排各区的：各数各的第几次，各开各的始；别区的打不开、印不出、起不了稿，共用的几个区都看得到。"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from tests.duties.test_reach import city, tree
from tests.factories import NOW
from tests.inspections.builders import SEPTEMBER, add_visit
from tests.units.test_districts import of
from xushi.inspections import arranging
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.models import Round, RoundQuerySet
from xushi.inspections.selectors_plan import current_round
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.actions import register_projects
from xushi.registry.checking import Conflict, Refused

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def places(city):
    for name in "甲乙":
        city[f"{name}项目"] = city[name]["project"]
    return city


def more(street, name):
    return register_projects([of(street, name)], actor=SYSTEM, now=NOW)[0]


def planned(places, name, *projects):
    return arranging.plan_round(
        month=SEPTEMBER,
        teams=[TeamInput(places[f"{name}督" if name in "甲乙" else "甲督"].pk)],
        visits=[VisitInput(project.pk) for project in projects or (places[f"{name}项目"],)],
        first_day=SEPTEMBER.first_day,
        seed="",
        actor=Actor(by=places[f"{name}办"]),
        now=NOW,
    )


def start(places, name, held):
    return arranging.start_round(held.pk, actor=Actor(by=places[f"{name}办"]), now=NOW)


def test_each_district_counts_and_starts_its_own(places):
    first, second = planned(places, "甲"), planned(places, "乙")
    assert (first.district, first.serial) == (places["甲"]["unit"], 1)
    assert (second.district, second.serial) == (places["乙"]["unit"], 1)
    assert planned(places, "甲").serial == 2
    assert start(places, "甲", first).state == start(places, "乙", second).state == "under_way"
    shared = planned(places, "市", places["甲项目"], places["乙项目"])
    assert (shared.district, shared.serial) == (None, 1)


def test_of_two_who_plan_at_once_one_is_told(places, client, monkeypatch):
    planned(places, "甲")
    monkeypatch.setattr(RoundQuerySet, "aggregate", lambda *_, **__: {"last": None})
    with pytest.raises(Conflict, match="刚有人排了第1次联合督查"):
        planned(places, "甲")
    client.force_login(places["甲办"])
    assert client.post(reverse("inspections:plan"), {"lead1": places["甲督"].pk}).status_code == 422
    assert Round.objects.count() == 1


def test_the_desk_shows_the_own_round_before_the_shared_one(places):
    own = planned(places, "甲")
    shared = planned(places, "市", places["乙项目"])
    assert current_round(places["甲办"], SEPTEMBER) == own
    assert current_round(places["乙办"], SEPTEMBER) == shared
    assert current_round(places["市办"], SEPTEMBER) == shared


def test_another_district_s_round_is_not_there(places, client):
    held = planned(places, "甲")
    addresses = [
        reverse("inspections:round", args=[held.pk]),
        reverse("inspections:route", args=[held.pk]),
        reverse("documents:circular_paper", args=[held.pk]),
        reverse("documents:circular_file", args=[held.pk, "docx"]),
    ]
    posted = [
        reverse("inspections:move", args=[held.pk, "start"]),
        reverse("documents:start_circular", args=[held.pk]),
    ]
    for name, status in (("甲办", 200), ("市办", 200), ("乙办", 404)):
        client.force_login(places[name])
        assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
            addresses, status
        )
    for address in posted:
        assert client.post(address).status_code == 404
    rows = client.get(reverse("inspections:rounds")).context["rows"]
    assert rows == []
    with pytest.raises(Refused, match="这一次督查不在了"):
        start(places, "乙", held)


def test_of_a_shared_round_a_district_sees_its_own_sites_and_changes_nothing(places, client):
    held = planned(places, "市", places["甲项目"], places["乙项目"])
    client.force_login(places["甲办"])
    page = client.get(reverse("inspections:round", args=[held.pk])).content.decode()
    assert "甲项目" in page and "乙项目" not in page and ">开始<" not in page
    with pytest.raises(PermissionDenied, match="几个区共用"):
        start(places, "甲", held)
    with pytest.raises(PermissionDenied, match="几个区共用"):
        row = VisitInput(more(places["甲"]["street"], "甲二").pk)
        arranging.add_visits(held, [row], actor=Actor(by=places["甲办"]), now=NOW)
    assert "加到" not in client.get(reverse("inspections:add"), {"q": "甲"}).content.decode()


def test_who_is_looked_at_sees_the_rounds_that_looked_at_theirs(places, client):
    held = Round.objects.get(pk=planned(places, "甲").pk)
    add_visit(more(places["甲"]["street"], "看过的"), held, state="done", done_at=NOW)
    for name, count in (("甲街", 1), ("乙街", 0)):
        client.force_login(places[name])
        assert len(client.get(reverse("inspections:rounds")).context["rows"]) == count


def test_rounds_from_before_go_to_the_district_that_they_looked_at(places):
    of_one, of_both, empty = planned(places, "甲"), planned(places, "甲"), planned(places, "乙")
    add_visit(places["乙项目"], of_both)
    empty.visits.all().delete()
    for serial, held in enumerate((of_one, of_both, empty), 1):
        Round.objects.filter(pk=held.pk).update(district=None, serial=serial)
    move = import_module("xushi.inspections.migrations.0006_rounds_go_to_their_district").place
    move(apps, SimpleNamespace(connection=connection))
    there = {held.pk: held.district for held in Round.objects.select_related("district")}
    assert there == {of_one.pk: places["甲"]["unit"], of_both.pk: None, empty.pk: places["乙"]["unit"]}
