"""签约活动各区记各区的：同名的几个区都可以有；别区的看不到、改不了、记不进，共用的各记各的；从前的归到签约落地的区。"""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.duties.test_reach import city, one_district, tree
from tests.factories import NOW
from tests.signings.builders import SIGNED, line
from xushi.core.months import Month
from xushi.documents.named_scope import Asked
from xushi.documents.named_signings import LISTS
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused
from xushi.registry.models import Category
from xushi.signings import figures, recording
from xushi.signings.models import Signing, SigningEvent
from xushi.signings.recording import EventInput
from xushi.signings.wanted import Wanted

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
LIST, INDEX, NEW = reverse("signings:events"), reverse("signings:index"), reverse("signings:new")


@pytest.fixture(autouse=True)
def industrial(city: Any) -> None:
    Category.objects.create(code="industrial", name="产业", path="0002.")


def how(user: Any) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def held(city: Any, name: str, called: str = "春季签约", **more: Any) -> SigningEvent:
    [made] = recording.hold_events([EventInput(called, SIGNED, **more)], **how(city[f"{name}办"]))
    return made


def signed(city: Any, by: str, event: SigningEvent, place: str, **more: Any) -> Signing:
    row = line(event, city[place]["street"], f"{place}芯片园", **more)
    return recording.sign([row], **how(city[by]))[0]


def listed(client: Any) -> list[SigningEvent]:
    return [row.event for row in client.get(LIST).context["events"]]


def test_each_district_names_its_own(city: Any) -> None:
    first, second = held(city, "甲"), held(city, "乙")
    assert (first.district, second.district) == (city["甲"]["unit"], city["乙"]["unit"])
    with pytest.raises(Refused, match="已经有"):
        held(city, "甲", "春季　签约")
    shared = held(city, "市")
    assert shared.district is None
    with pytest.raises(Refused, match="已经有"):
        held(city, "市")
    with pytest.raises(PermissionDenied, match="由区重大办记"):
        recording.hold_events([EventInput("街道签约", SIGNED)], **how(city["甲街"]))


def test_the_only_district_s_is_everybody_s(city: Any, client: Any) -> None:
    one_district()
    made = held(city, "甲")
    client.force_login(city["甲街"])
    assert made.district is None
    assert client.get(INDEX).context["choices"]["event"] == [(made.pk, "春季签约")]


def test_another_district_s_event_is_not_there(city: Any, client: Any) -> None:
    made, other = held(city, "甲"), held(city, "乙")
    page = reverse("signings:event", args=[made.pk])
    for name, status in (("甲办", 200), ("市办", 200), ("乙办", 404), ("甲街", 403)):
        client.force_login(city[name])
        assert client.get(page).status_code == status, name
    client.force_login(city["乙办"])
    assert listed(client) == [other]
    assert client.get(INDEX).context["choices"]["event"] == [(other.pk, "春季签约")]
    assert list(client.get(NEW).context["form"].fields["event"].queryset) == [other]
    with pytest.raises(Refused, match="这次签约活动不在了"):
        recording.amend_event(made, EventInput("改名", SIGNED), seen=1, **how(city["乙办"]))
    for by in ("乙办", "乙街"):
        with pytest.raises(Refused, match="签约活动请从表里选"):
            signed(city, by, made, "乙")


def test_a_district_s_event_takes_what_lands_in_it(city: Any) -> None:
    made = held(city, "甲")
    assert signed(city, "甲街", made, "甲").event == made, (
        "the first one of the street, at an event of its district"
    )
    with pytest.raises(Refused, match="甲区的，落地在乙街道的记不进去"):
        signed(city, "市办", made, "乙")


def test_of_a_shared_event_each_sees_and_records_its_own(city: Any, client: Any) -> None:
    shared = held(city, "市", published_count=2, published_source="通稿")
    own = held(city, "甲", "甲区签约", published_count=9, published_source="通稿")
    for name in "甲乙":
        signed(city, f"{name}街", shared, name)
    signed(city, "甲办", own, "甲")
    for name, counts in (("甲办", {shared: 1, own: 1}), ("乙办", {shared: 1}), ("市办", {shared: 2, own: 1})):
        client.force_login(city[name])
        rows = client.get(LIST).context["events"]
        assert {row.event: int(row.count.value) for row in rows} == counts, name
    client.force_login(city["甲办"])
    answer = client.get(LIST)
    assert answer.context["kept"] == {own.pk}
    assert '<span class="caption">甲区</span>' in answer.content.decode()
    rows = {row.event: row for row in answer.context["events"]}
    assert rows[own].count.disputed and not rows[shared].count.disputed, (
        "its own is held against what was printed"
    )
    refused = client.get(reverse("signings:event", args=[shared.pk]))
    assert refused.status_code == 403 and "几个区共用" in refused.content.decode()
    with pytest.raises(PermissionDenied, match="几个区共用"):
        recording.amend_event(shared, EventInput("改名", SIGNED), seen=1, **how(city["甲办"]))


def test_who_follows_up_sees_the_events_at_which_theirs_was_signed(city: Any, client: Any) -> None:
    made, empty = held(city, "甲"), held(city, "甲", "秋季签约")
    signed(city, "甲街", made, "甲")
    client.force_login(city["甲街"])
    assert listed(client) == [made]
    assert client.get(INDEX).context["choices"]["event"] == [(made.pk, "春季签约")]
    offered = client.get(NEW).context["form"].fields["event"].queryset
    assert set(offered) == {made, empty}, "what they may record into"
    client.force_login(city["乙街"])
    assert listed(client) == [] and not client.get(NEW).context["form"].fields["event"].queryset


def test_documents_list_the_own_events(city: Any) -> None:
    made, other = held(city, "甲"), held(city, "乙")
    told = {}
    for name in ("甲办", "乙办", "市办"):
        asked = Asked(city[name], Month(2018, 9), NOW, closed=False, latest=True)
        told[name] = {key for key, _ in LISTS[0].read(asked)}
    assert told == {"甲办": {str(made.pk)}, "乙办": {str(other.pk)}, "市办": {str(made.pk), str(other.pk)}}


def test_the_lists_cost_the_same_however_many(city: Any, client: Any) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    for name in ("市办", "甲办"):
        client.force_login(city[name])
        signed(city, "甲街", held(city, "甲", f"{name}一"), "甲")
        pages = (LIST, INDEX, NEW)
        [asked(one) for one in pages]
        few = [asked(one) for one in pages]
        for n in range(3):
            held(city, "甲", f"{name}又{n}"), held(city, "市", f"{name}市{n}")
        assert [asked(one) for one in pages] == few, name


def test_events_from_before_go_to_the_district_where_theirs_landed(city: Any) -> None:
    here, both, empty, everybody = (held(city, name, f"{n}次") for n, name in enumerate("市市乙市"))
    signed(city, "甲街", here, "甲")
    for name in "甲乙":
        signed(city, f"{name}街", both, name)
    SigningEvent.objects.update(district=None)
    move = import_module("xushi.signings.migrations.0003_events_go_to_their_district").place
    move(apps, SimpleNamespace(connection=connection))
    there = {one: one.district for one in SigningEvent.objects.select_related("district")}
    assert there == {here: city["甲"]["unit"], both: None, empty: city["乙"]["unit"], everybody: None}
    rows = figures.events(city["甲办"], Wanted(), recording.limits(), NOW.date())
    assert [row.event for row in rows] == [here, both]
