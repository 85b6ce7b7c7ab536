"""表单和接口里写的号：点名别的区的单位、人、会、类别、检查项，和没有这一号一样办不成，也不说它叫什么。"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.documents.builders import two_files
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.guarantees.builders import ask
from tests.inspections.builders import finding, record
from tests.units.test_districts import AUGUST, city
from xushi.config import clock
from xushi.core.months import Month
from xushi.documents.actions import PaperInput, begin_paper
from xushi.documents.issuing import LetterheadInput, issue_paper, set_letterhead, submit_paper
from xushi.documents.marking import Marked
from xushi.documents.models import Paper
from xushi.documents.selectors import addressees, signers
from xushi.documents.sendings import send_paper
from xushi.guarantees.actions import hand_to
from xushi.guarantees.forms import StepForm as GuaranteeForm
from xushi.guarantees.rules import Kind
from xushi.inspections import arranging
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.checklists import ItemInput, set_checklist
from xushi.journal.actions import SYSTEM, Actor
from xushi.permits.policy_services import may_serve
from xushi.problems import classes
from xushi.problems.models import ProblemClass
from xushi.progress import statistics
from xushi.progress.statistics import StatisticsInput
from xushi.progress.views_statistics import EntryForm
from xushi.registry.checking import Refused
from xushi.supervision.drafting import OrderInput, issue_order
from xushi.supervision.meetings import add_item, drop_items, plan_meeting
from xushi.supervision.models_meetings import Meeting
from xushi.units.models import Role, Unit, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path


def how(by: User) -> dict[str, Any]:
    return {"actor": Actor(by=by), "now": NOW}


def planned(by: User, days: int) -> Meeting:
    return plan_meeting(kind="weekly", held_at=NOW + timedelta(days=days), minutes=60, place="", **how(by))


def put(client: Client, by: User, order: int) -> str:
    client.force_login(by)
    answer = client.post(reverse("supervision:to_meeting"), {"order": str(order)}, follow=True)
    return answer.content.decode()


def test_an_order_is_put_on_the_meeting_of_its_own_office(client: Client, city: Any) -> None:
    first, second = city["甲"], city["乙"]
    theirs = planned(first["office"], 1)
    theirs.items.all().delete()
    order = issue_order(OrderInput(title="抓紧拆迁", lead=second["street"]), **how(second["office"]))
    assert "还没有安排下一次例会" in put(client, second["office"], order.pk)
    own = planned(second["office"], 3)
    own.items.all().delete()
    assert "已列入" in put(client, second["office"], order.pk)
    assert [held.items.filter(subject_id=order.pk).count() for held in (theirs, own)] == [0, 1]


def test_a_meeting_is_run_by_the_office_that_calls_it_and_seen_whole_by_those_over_it(
    client: Client, city: Any
) -> None:
    second = city["乙"]
    held = planned(city["office"], 1)
    other = add_item(held, "甲区的事", unit=city["甲"]["own"], **how(city["office"]))
    add_item(held, "乙区的事", unit=second["own"], **how(city["office"]))
    client.force_login(second["office"])
    page = client.get(reverse("supervision:meeting", args=[held.pk])).content.decode()
    assert "乙区的事" in page and "甲区的事" not in page
    assert client.get(reverse("supervision:meeting_minutes", args=[held.pk])).status_code == 403
    url = reverse("supervision:meeting_act", args=[held.pk, "drop"])
    assert client.post(url, {"item": [other.pk]}).status_code == 403
    with pytest.raises(PermissionDenied, match="召集"):
        drop_items(held, [other.pk], **how(second["office"]))
    assert held.items.filter(pk=other.pk).exists()
    leader = appoint(UserFactory(), Role.LEADER, unit=city["root"])
    client.force_login(leader)
    page = client.get(reverse("supervision:meeting", args=[held.pk])).content.decode()
    assert "乙区的事" in page and "甲区的事" in page


def test_another_district_s_class_is_no_place_for_a_class_and_is_not_named(client: Client, city: Any) -> None:
    first, second = city["甲"], city["乙"]
    top = ProblemClass.objects.get(code="energy")
    theirs = classes.add_class("甲区道口", parent=top, district=first["unit"], **how(first["office"]))
    client.force_login(second["office"])
    answer = client.post(reverse("problems:kinds"), {"name": "新类", "parent": str(theirs.pk)})
    assert answer.status_code == 422 and "甲区道口" not in answer.content.decode()
    with pytest.raises(Refused, match="从名单里选"):
        classes.add_class("新类", parent=theirs, district=second["unit"], **how(second["office"]))


def test_a_finding_speaks_of_the_checklists_of_its_place(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    theirs = set_checklist(
        "progress", [ItemInput("看甲区围挡")], district=first["unit"], **how(first["office"])
    ).items.get()
    held = arranging.plan_round(
        month=Month(2018, 9), teams=[TeamInput(second["office"].pk)], visits=[VisitInput(second["project"].pk)],
        first_day=NOW.date(), seed="", **how(second["office"]),
    )  # fmt: skip
    visit = held.visits.get()
    for base in (visit.version, 0):
        with pytest.raises(Refused, match="检查单里没有"):
            record(visit, second["office"], finding(item=theirs.pk), base_version=base)


def paper(by: User) -> Paper:
    assert by.unit is not None
    row = PaperInput(kind=Paper.Kind.BULLETIN, title="通报", draft=Marked("抓紧。"), office=by.unit)
    return begin_paper(row, **how(by))


def test_a_paper_is_signed_by_and_sent_to_those_within_reach(client: Client, city: Any) -> None:
    first, second = city["甲"], city["乙"]
    strange = appoint(UserFactory(name="甲区长"), Role.LEADER, unit=first["unit"])
    own = appoint(UserFactory(name="乙区长"), Role.LEADER, unit=second["unit"])
    by = second["office"]
    held = paper(by)
    assert own in signers(by) and city["office"] in signers(by) and strange not in signers(by)
    assert strange in signers(city["office"])
    with pytest.raises(Refused, match="另选"):
        submit_paper(held.pk, strange, seen=1, **how(by))
    client.force_login(by)
    client.post(reverse("documents:submit", args=[held.pk]), {"signer": str(strange.pk), "seen": "1"})
    held.refresh_from_db()
    assert held.signer is None
    assert by.unit is not None
    set_letterhead(
        by.unit, LetterheadInput(head="乙区重大办文件", signed="乙区重大办", word="乙重大办"), **how(by)
    )
    held = paper(by)
    issue_paper(held.pk, seen=1, make=two_files, **how(by))
    held.refresh_from_db()
    offered = {row.unit for row in addressees(held, "", by)}
    assert second["street"] in offered and first["street"] not in offered
    with pytest.raises(Refused, match="不在您管的区里"):
        send_paper(held.pk, [second["street"], first["street"]], **how(by))
    assert not held.sendings.exists()
    assert len(send_paper(held.pk, [second["street"]], **how(by))) == 1


def test_a_resource_is_asked_of_a_unit_within_reach(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    held = ask(second["project"], kind=Kind.DEMOLITION, amount=3)
    form = GuaranteeForm("hand", Kind.DEMOLITION, user=second["office"])
    offered = {key for key, _ in form.fields["unit"].choices}
    assert str(second["own"].pk) in offered and str(first["street"].pk) not in offered
    with pytest.raises(Refused, match="不在您管的区里"):
        hand_to({held.pk: None}, first["street"], "转办", **how(second["office"]))
    assert hand_to({held.pk: None}, second["own"], "转办", **how(second["office"])).owner == second["own"]


def test_a_helper_of_statistics_is_a_unit_within_reach(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    bureau = UnitFactory(name="乙区统计局", kind=Unit.Kind.DEPARTMENT, parent=second["unit"])
    by = appoint(UserFactory(), Role.STATISTICS, unit=bureau, scope=second["unit"])
    offered = set(EntryForm(user=by).fields["helper_unit"].queryset)
    assert second["street"] in offered and first["street"] not in offered
    row = StatisticsInput(second["project"].pk, AUGUST, 10**7, helper_unit=first["street"].pk)
    with pytest.raises(Refused, match="不在您管的区里"):
        statistics.record_statistics([row], **how(by))
    kept = statistics.record_statistics([row], actor=SYSTEM, now=NOW)
    assert kept[0].helper_unit == first["street"]
    again = StatisticsInput(second["project"].pk, AUGUST, 10**7 + 1, helper_unit=first["street"].pk)
    assert statistics.record_statistics([again], **how(by))  # one that is named already stays


def test_an_officer_is_chosen_from_those_within_reach(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    assert set(may_serve(second["office"])) == {second["office"], city["office"]}
    assert first["office"] in may_serve(city["office"])
