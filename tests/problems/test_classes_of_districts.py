"""问题类别各区自己的：大类共用，小类各添各的；上级的可以本区不用；别的区看不到、选不到、改不了。"""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.units.test_districts import SEPTEMBER, city
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.problems import actions_office, classes
from xushi.problems.models import ClassAside, Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import ProblemInput
from xushi.registry.checking import Refused
from xushi.units.models import Unit, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
KINDS = reverse("problems:kinds")
WORDS = "道口要改，铁路那边没有答复，请区里协调"


def kind(code: str) -> ProblemClass:
    found: ProblemClass = ProblemClass.objects.get(code=code)
    return found


def added(district: Unit, by: User, name: str = "道口") -> ProblemClass:
    return classes.add_class(
        name, parent=kind("energy"), district=district, actor=Actor(by=by), now=SEPTEMBER
    )


def reported(place: dict[str, Any], held: ProblemClass) -> Problem:
    row = ProblemInput(place["project"].pk, held.pk, WORDS)
    return report_problems([row], actor=SYSTEM, now=SEPTEMBER)[0]


def test_what_a_district_adds_is_offered_there_and_nowhere_else(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    own = added(first["unit"], first["office"])
    assert own.district == first["unit"]
    offered = [
        set(ProblemClass.objects.offered(one["street"].path).values_list("pk", flat=True))
        for one in (first, second)
    ]
    assert offered[0] - offered[1] == {own.pk} and not offered[1] - offered[0]
    assert reported(first, own).problem_class == own
    with pytest.raises(Refused, match="先选一类"):
        reported(second, own)
    added(second["unit"], second["office"])  # the same name in another district is another class
    with pytest.raises(Refused, match="“道口”已经有了"):
        added(first["unit"], first["office"])
    event = Event.objects.filter(verb="problems.class.added").first()
    assert event.summary == "甲区的问题类别添“道口”" and event.actor == first["office"]


def test_a_problem_is_not_moved_into_another_district_s_class(city: Any) -> None:
    own = added(city["甲"]["unit"], city["甲"]["office"])
    here, there = reported(city["甲"], kind("energy")), reported(city["乙"], kind("energy"))
    with pytest.raises(Refused, match="没有这一类"):
        actions_office.classify({here.pk: None, there.pk: None}, own.pk, "", actor=SYSTEM, now=SEPTEMBER)
    actions_office.classify({here.pk: None}, own.pk, "", actor=SYSTEM, now=SEPTEMBER)
    here.refresh_from_db()
    assert here.problem_class == own


def test_what_a_district_sets_aside_is_not_offered_there_with_all_below_it(city: Any) -> None:
    first, energy = city["甲"], kind("energy")
    own = added(first["unit"], first["office"])
    before = reported(first, own)
    named = {"district": first["unit"], "actor": Actor(by=first["office"]), "now": SEPTEMBER}
    classes.set_class_aside(energy, True, **named)
    for held in (energy, own):
        with pytest.raises(Refused):
            reported(first, held)
        assert held not in ProblemClass.objects.offered(first["street"].path)
    assert reported(city["乙"], energy).problem_class == energy
    before.refresh_from_db()
    assert before.problem_class == own, "what is in it stays"
    classes.set_class_aside(energy, True, **named)  # twice is once
    assert ClassAside.objects.get().by == first["office"]
    classes.set_class_aside(energy, False, **named)
    assert reported(first, own) and not ClassAside.objects.exists()
    said = (
        Event.objects.filter(verb="problems.class.set_aside").order_by("pk").values_list("summary", flat=True)
    )
    assert list(said) == [f"甲区不用问题类别“{energy.name}”", f"甲区用回问题类别“{energy.name}”"]


def test_one_upper_class_stays_and_none_is_a_district_s(city: Any) -> None:
    first = city["甲"]
    named = {"district": first["unit"], "actor": Actor(by=first["office"]), "now": SEPTEMBER}
    uppers = list(ProblemClass.objects.filter(parent=None, retired=False))
    for one in uppers[:-1]:
        classes.set_class_aside(one, True, **named)
    with pytest.raises(Refused, match="至少要留一个大类"):
        classes.set_class_aside(uppers[-1], True, **named)
    assert ClassAside.objects.count() == len(uppers) - 1
    with pytest.raises(Refused, match="大类各区共用"):
        classes.add_class("新大类", **named)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProblemClass.objects.create(code="x", name="x", path="0099.", district=first["unit"])


def test_who_may_change_what(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    own = added(first["unit"], first["office"])
    for held in (own, kind("energy")):
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            classes.rename_class(held, "改", "", actor=Actor(by=second["office"]), now=SEPTEMBER)
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            classes.set_class_retired(held, True, actor=Actor(by=second["office"]), now=SEPTEMBER)
    with pytest.raises(PermissionDenied):
        added(first["unit"], second["office"])
    classes.rename_class(own, "铁路道口", "", actor=Actor(by=city["office"]), now=SEPTEMBER)
    classes.set_class_retired(own, True, actor=Actor(by=first["office"]), now=SEPTEMBER)
    assert own not in ProblemClass.objects.offered(first["street"].path)


def test_the_page_of_a_district_keeps_its_own_and_sets_common_ones_aside(city: Any, client: Client) -> None:
    first, energy = city["甲"], kind("energy")
    added(city["乙"]["unit"], city["乙"]["office"], name="乙区的细类")
    client.force_login(first["office"])
    answer = client.post(KINDS, {"name": "道口"})
    assert answer.status_code == 422 and "大类各区共用" in answer.content.decode()
    client.post(KINDS, {"name": "道口", "parent": str(energy.pk)})
    own = ProblemClass.objects.get(name="道口")
    client.post(reverse("problems:change_kind", args=[energy.pk]), {"aside": "1"})
    page = client.get(KINDS).content.decode()
    assert "添甲区自己的一类" in page and "乙区的细类" not in page and "用回" in page
    assert f'id="k-{own.pk}"' in page and f'id="k-{energy.pk}"' not in page
    assert client.post(reverse("problems:change_kind", args=[energy.pk]), {"name": "改"}).status_code == 403
    client.force_login(city["乙"]["office"])
    assert client.post(reverse("problems:change_kind", args=[own.pk]), {"name": "改"}).status_code == 404
    client.force_login(city["office"])
    page = client.get(KINDS).content.decode()
    assert "乙区的细类" in page and "道口" in page and "添一类" in page


def test_the_form_offers_what_the_project_s_district_has(city: Any, client: Client) -> None:
    own = added(city["甲"]["unit"], city["甲"]["office"])
    typed = {"kind": str(own.parent_id), "words": "道口"}
    for name, there in (("甲", True), ("乙", False)):
        client.force_login(city[name]["office"])
        address = reverse("problems:report", args=[city[name]["project"].pk])
        client.post(address, typed)
        assert (f'value="{own.pk}"' in client.get(address).content.decode()) is there
