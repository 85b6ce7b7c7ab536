"""集中仪式各区登记各区的：别区的打不开、数不进、选不到，共用的只看到自己的项目；从前的归到项目所在的区。"""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.duties.test_reach import city, one_district, tree
from tests.factories import NOW
from xushi.core.months import Month
from xushi.documents.named_completions import held as told
from xushi.documents.named_scope import Asked
from xushi.home.options import choices
from xushi.home.wanted import Wanted
from xushi.journal.actions import Actor
from xushi.registry.actions import hold_ceremonies
from xushi.registry.checking import Refused
from xushi.registry.models import Ceremony
from xushi.registry.rules import CeremonyInput

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
LIST, NEW, PROJECTS = (
    reverse(name) for name in ("registry:ceremonies", "registry:new_ceremony", "home:projects")
)
JUNE = date(2018, 6, 29)


def held(city, name, *places, title="集中竣工", on=JUNE):
    row = CeremonyInput("completion", title, on, tuple(city[place]["project"].pk for place in places), 3)
    return hold_ceremonies([row], actor=Actor(by=city[f"{name}办"]), now=NOW)[0]


def typed(project):
    return {"kind": "start", "title": "集中开工", "held_on": "2018-06-29", "projects": project.name}


def offered(user):
    found = {choice.name: choice.options for choice in choices(Wanted(), user)}
    return {label for _, label in found.get("ceremony", ())}


def test_each_district_holds_its_own(city):
    first, second, shared = held(city, "甲", "甲"), held(city, "乙", "乙"), held(city, "市", "甲", "乙")
    assert [one.district for one in (first, second, shared)] == [
        city["甲"]["unit"],
        city["乙"]["unit"],
        None,
    ]
    with pytest.raises(Refused, match="已经登记过"):
        held(city, "甲", "甲")
    with pytest.raises(PermissionDenied, match="由区重大办登记"):
        row = CeremonyInput("start", "街道的", JUNE)
        hold_ceremonies([row], actor=Actor(by=city["甲街"]), now=NOW)


def test_another_district_s_projects_do_not_take_part(city, client):
    with pytest.raises(Refused, match="1个项目不在库里或不归您看"):
        held(city, "甲", "甲", "乙")
    client.force_login(city["甲办"])
    answer = client.post(NEW, typed(city["乙"]["project"]))
    assert answer.status_code == 400 and "库里没有：乙项目" in answer.content.decode()
    assert client.post(NEW, typed(city["甲"]["project"])).status_code == 302
    assert Ceremony.objects.get().district == city["甲"]["unit"]


def test_the_only_district_s_is_everybody_s(city, client):
    one_district()
    made = held(city, "甲")
    client.force_login(city["甲街"])
    assert made.district is None
    assert client.get(reverse("registry:ceremony", args=[made.pk])).status_code == 200


def test_another_district_s_ceremony_is_not_there(city, client):
    made = held(city, "甲", "甲")
    page = reverse("registry:ceremony", args=[made.pk])
    for name, status in (
        ("甲办", 200),
        ("市办", 200),
        ("甲街", 200),
        ("乙办", 404),
        ("乙长", 404),
        ("乙街", 404),
    ):
        client.force_login(city[name])
        assert client.get(page).status_code == status, name
        assert (made in client.get(LIST).context["rows"]) == (status == 200), name
        assert bool(offered(city[name])) == (status == 200), name


def test_of_a_shared_one_each_sees_its_own_projects(city, client):
    shared = held(city, "市", "甲", "乙")
    empty = held(city, "市", title="集中开工仪式")
    own = held(city, "甲", "甲", title="集中竣工仪式")
    for name, counts in (
        ("甲办", {shared: 1, empty: 0, own: 1}),
        ("乙办", {shared: 1, empty: 0}),
        ("市办", {shared: 2, empty: 0, own: 1}),
        ("乙街", {shared: 1}),
    ):
        client.force_login(city[name])
        rows = client.get(LIST).context["rows"]
        assert {row: row.count for row in rows} == counts, name
    client.force_login(city["甲办"])
    assert '<span class="caption">甲区</span>' in client.get(LIST).content.decode()
    assert offered(city["甲办"]) >= {"集中竣工", "集中竣工仪式（甲区）"}
    page = client.get(reverse("registry:ceremony", args=[shared.pk])).content.decode()
    assert "甲项目" in page and "乙项目" not in page


def test_documents_tell_of_the_own_or_the_shared_one(city):
    own, shared = held(city, "甲", "甲"), held(city, "市", "乙", on=date(2018, 8, 1), title="全市集中竣工")

    def latest(name):
        return told(Asked(city[name], Month(2018, 9), NOW, closed=False, latest=True))

    assert [latest(name) for name in ("甲办", "乙办", "市办")] == [own, shared, shared]


def test_the_list_costs_the_same_however_many(city, client):
    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    held(city, "甲", "甲")
    for name in ("市办", "甲办"):
        client.force_login(city[name])
        [asked(one) for one in (LIST, PROJECTS)]
        few = [asked(one) for one in (LIST, PROJECTS)]
        for n in range(3):
            held(city, "甲", "甲", title=f"{name}{n}")
        assert [asked(one) for one in (LIST, PROJECTS)] == few, name


def test_ceremonies_from_before_go_to_the_district_of_their_projects(city):
    here, both, empty, everybody = (
        held(city, name, *places, title=f"{n}次")
        for n, (name, places) in enumerate((("市", "甲"), ("市", "甲乙"), ("乙", ""), ("市", "")))
    )
    Ceremony.objects.update(district=None)
    move = import_module("xushi.registry.migrations.0003_ceremonies_go_to_their_district").place
    move(apps, SimpleNamespace(connection=connection))
    there = {one: one.district for one in Ceremony.objects.select_related("district")}
    assert there == {here: city["甲"]["unit"], both: None, empty: city["乙"]["unit"], everybody: None}
