"""会次各区定各区的：各数各的第几次；别区的打不开、选不到、排不进，共用的各排各的申请；从前的归到申请所在的区。"""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admission.builders import applied, department, sent
from tests.duties.test_reach import city, one_district, tree
from tests.factories import NOW
from xushi.admission import actions
from xushi.admission.models import Application, Sitting
from xushi.admission.sittings import plan_sitting
from xushi.core.months import Month
from xushi.documents.named_admission import PARTS
from xushi.documents.named_scope import Asked
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
LIST, DESK = reverse("admission:sittings"), reverse("admission:desk")


def how(user: Any) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def planned(city: Any, name: str, days: int = 1) -> Sitting:
    return plan_sitting(NOW + timedelta(days=days), **how(city[f"{name}办"]))


def waiting(city: Any, name: str) -> Application:
    """Asked of a department of its district."""
    place = city[name]
    unit = department(place["unit"], f"{name}区环保局").unit
    return sent(place["street"], place["office"], [unit], name=f"{name}基地")


def put(city: Any, name: str, held: Application, sitting: Sitting) -> None:
    actions.put_on({held.pk: None}, sitting, **how(city[f"{name}办"]))


def test_each_district_counts_its_own(city: Any) -> None:
    first, second, again, shared = (planned(city, name) for name in "甲乙甲市")
    assert [(one.district, one.number) for one in (first, second, again, shared)] == [
        (city["甲"]["unit"], 1),
        (city["乙"]["unit"], 1),
        (city["甲"]["unit"], 2),
        (None, 1),
    ]
    with pytest.raises(PermissionDenied, match="会次由区重大办定"):
        plan_sitting(NOW, **how(city["甲街"]))


def test_the_only_district_s_is_everybody_s(city: Any, client: Any) -> None:
    one_district()
    made = planned(city, "甲")
    assert (made.district, planned(city, "市").number) == (None, 2)
    client.force_login(city["甲街"])
    assert len(client.get(LIST).context["sittings"]) == 2, "as it was, with nothing of theirs in it"


def test_another_district_s_sitting_is_not_there(city: Any, client: Any) -> None:
    made, held = planned(city, "甲"), waiting(city, "甲")
    put(city, "甲", held, made)
    page = reverse("admission:sitting", args=[made.pk])
    missing = reverse("admission:sitting", args=[made.pk + 99])
    for name, status in (("甲办", 302), ("市办", 302), ("甲长", 302), ("乙办", 404), ("乙长", 404)):
        client.force_login(city[name])
        assert client.get(page).status_code == status, name
        assert client.get(missing).status_code == 404
        assert (made in client.get(LIST).context["sittings"]) == (status == 302), name
        assert (made in client.get(DESK).context["sittings"]) == (status == 302), name
    other = waiting(city, "乙")
    client.force_login(city["乙办"])
    answer = client.post(
        reverse("admission:step", args=[other.pk, "sit"]), {"sit-sitting": made.pk, "version": other.version}
    )
    assert answer.status_code == 422
    with pytest.raises(Refused, match="这一次会审不在了"):
        put(city, "乙", other, made)


def test_only_what_is_of_its_district_goes_into_a_sitting(city: Any) -> None:
    made, other = planned(city, "甲"), waiting(city, "乙")
    with pytest.raises(Refused, match=r"甲区的，排不了乙街道的申请"):
        put(city, "市", other, made)
    other.refresh_from_db()
    assert other.sitting is None


def test_of_a_shared_sitting_each_sees_and_puts_in_its_own(city: Any, client: Any) -> None:
    shared = planned(city, "市")
    for name in "甲乙":
        put(city, name, waiting(city, name), shared)
    for name, count in (("甲办", 1), ("乙办", 1), ("市办", 2), ("甲街", 1)):
        client.force_login(city[name])
        [row] = client.get(LIST).context["sittings"]
        assert row.n == count, name
    client.force_login(city["甲办"])
    planned(city, "甲")
    page = client.get(LIST).content.decode()
    assert '<span class="caption">甲区</span>' in page, "shared and own in one list: whose is said"


def test_who_applies_sees_the_sittings_at_which_theirs_is_looked_at(city: Any, client: Any) -> None:
    made, empty = planned(city, "甲"), planned(city, "甲")
    put(city, "甲", waiting(city, "甲"), made)
    for name, seen in (("甲街", [made]), ("乙街", []), ("甲办", [empty, made])):
        client.force_login(city[name])
        assert list(client.get(LIST).context["sittings"]) == seen, name
        assert client.get(reverse("admission:sitting", args=[empty.pk])).status_code == (
            302 if empty in seen else 404
        )


def test_documents_count_the_own_sittings(city: Any) -> None:
    for name, days in (("甲", 0), ("甲", 0), ("乙", 0), ("市", 0)):
        planned(city, name, days)
    counted = {}
    for name in ("甲办", "乙办", "市办"):
        asked = Asked(city[name], Month(2018, 9), NOW + timedelta(days=1), closed=False, latest=True)
        counted[name] = int(PARTS[0].read(asked)["admission.sittings"].value)
    assert counted == {"甲办": 3, "乙办": 2, "市办": 4}


def test_the_list_costs_the_same_however_many(city: Any, client: Any) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    client.force_login(city["市办"])
    planned(city, "甲")
    asked()
    few = asked()
    for name in "甲乙市甲":
        planned(city, name)
    assert asked() == few


def test_sittings_from_before_go_to_the_district_of_their_applications(city: Any) -> None:
    here, both, empty = (planned(city, "市") for _ in range(3))
    put(city, "甲", waiting(city, "甲"), here)
    put(city, "乙", waiting(city, "乙"), both)
    applied(city["甲"]["street"], name="又一件")
    Application.objects.filter(name="又一件").update(sitting=both)
    move = import_module("xushi.admission.migrations.0005_sittings_go_to_their_district").place
    move(apps, SimpleNamespace(connection=connection))
    there = {one.pk: one.district for one in Sitting.objects.select_related("district")}
    assert there == {here.pk: city["甲"]["unit"], both.pk: None, empty.pk: None}
    assert planned(city, "甲").number == here.number + 1
