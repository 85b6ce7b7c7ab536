"""一棵树两个区：督办单、批示、例会上只写得上本区和上级的单位；只有一个区的，和以前一样。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from tests.progress.builders import add_project
from tests.supervision.world import WEDNESDAY, at
from xushi.calendars.selectors import calendar
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.duties.reach import EVERYWHERE
from xushi.journal.actions import SYSTEM, Actor
from xushi.supervision import actions, meetings, sitting
from xushi.supervision.actions import InstructionInput, OrderInput, Refused
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction, InstructionState
from xushi.supervision.models_meetings import AgendaItem
from xushi.supervision.naming import reach_for
from xushi.supervision.sitting import DecisionInput
from xushi.supervision.subjects import understood
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
Kind = Unit.Kind
NOW = WEDNESDAY
REFUSED = "乙区住建局不在您管的区里"


@pytest.fixture(autouse=True)
def _at_work(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def by(city, name):
    return {"actor": Actor(by=city[name]), "now": NOW}


def between(city, *, lead="甲局", helpers=("乙局",), issue=True):
    """An order that the city gives to units of both districts."""
    row = OrderInput("两个区的事", city[lead], co_handlers=tuple(city[one] for one in helpers))
    return (actions.issue_order if issue else lambda r, **who: actions.draft_orders([r], **who)[0])(
        row, **by(city, "市办")
    )


def offered(form, name):
    return {str(unit) for unit in form.fields[name].queryset}


@pytest.mark.parametrize("act", [actions.draft_orders, actions.draft_and_issue])
def test_no_order_is_given_to_a_unit_of_another_district(city, act):
    for row in (
        OrderInput("越区", city["乙局"]),
        OrderInput("越区", city["甲局"], co_handlers=(city["乙局"],)),
    ):
        with pytest.raises(Refused, match=REFUSED):
            act([row], **by(city, "甲办"))
    assert not SupervisionOrder.objects.exists() and not Duty.objects.exists()
    above = city["市办"].unit
    act([OrderInput("本区的", city["甲局"], co_handlers=(above,))], **by(city, "甲办"))
    act([OrderInput("市里派的", city["乙局"], co_handlers=(city["甲局"],))], **by(city, "市办"))
    assert SupervisionOrder.objects.count() == 2


def test_the_page_neither_offers_nor_takes_it(city, signed_in):
    own = {"市重大办", "甲区重大办", "甲区住建局"}
    for name, units in (("甲办", own), ("市办", own | {"乙区重大办", "乙区住建局"})):
        form = signed_in(city[name]).get(reverse("supervision:new_order")).context["form"]
        assert [offered(form, field) for field in ("lead", "co_handlers")] == [units, units]
    typed = {"title": "越区", "urgency": "ordinary", "act": "issue", "token": "t"}
    page = signed_in(city["甲办"]).post(reverse("supervision:new_order"), typed | {"lead": city["乙局"].pk})
    assert page.status_code == 422 and "乙区" not in page.content.decode()
    assert not SupervisionOrder.objects.exists()


def test_a_draft_keeps_what_it_has_and_takes_no_more(city, signed_in):
    draft = between(city, issue=False)
    form = signed_in(city["甲办"]).get(reverse("supervision:amend_order", args=[draft.pk])).context["form"]
    assert "乙区住建局" in offered(form, "co_handlers") and "乙区住建局" not in offered(form, "lead")
    kept = OrderInput("改了题目", city["甲局"], co_handlers=(city["乙局"],))
    assert actions.amend_draft(draft, kept, **by(city, "甲办")).title == "改了题目"
    with pytest.raises(Refused, match=REFUSED):
        actions.amend_draft(draft, OrderInput("换主办", city["乙局"]), **by(city, "甲办"))
    actions.amend_draft(draft, OrderInput("只留本区", city["甲局"]), **by(city, "甲办"))
    with pytest.raises(Refused, match=REFUSED):
        actions.amend_draft(draft, kept, **by(city, "甲办"))


def test_what_a_district_drafted_for_another_is_not_issued_and_what_the_city_did_is(city):
    [own] = actions.draft_orders([OrderInput("越区", city["甲局"])], **by(city, "甲办"))
    SupervisionOrder.objects.filter(pk=own.pk).update(lead=city["乙局"])
    own.refresh_from_db()
    with pytest.raises(Refused, match=REFUSED):
        actions.issue_orders([own], **by(city, "甲办"))
    assert actions.issue_orders([own], **by(city, "市办"))[0].serial == 1
    [fine] = actions.issue_orders([between(city, issue=False)], **by(city, "甲办"))
    assert fine.serial == 2


def test_an_order_is_not_rerouted_or_shared_into_another_district(city, signed_in):
    order = actions.issue_order(OrderInput("办证", city["甲局"]), **by(city, "甲办"))
    with pytest.raises(Refused, match=REFUSED):
        actions.reroute_orders([order], city["乙局"], "换一家", **by(city, "甲办"))
    with pytest.raises(Refused, match=REFUSED):
        actions.share_order(order, [city["乙局"]], **by(city, "甲办"))
    client = signed_in(city["甲办"])
    forms = {step["act"].verb: step["form"] for step in _page(client, order).context["steps"]}
    bulk = client.get(reverse("supervision:reroute"), {"id": order.pk}).context["form"]
    for form, name in ((forms["reroute"], "unit"), (forms["share"], "units"), (bulk, "unit")):
        assert "甲区住建局" in offered(form, name) and "乙区住建局" not in offered(form, name)


def _page(client, order):
    return client.get(reverse("supervision:order", args=[order.pk]))


def test_an_order_between_two_districts_stays_readable_and_workable(city, signed_in):
    city["甲科"] = appoint(UserFactory(), Role.DEPARTMENT, unit=city["甲局"])
    city["乙科"] = appoint(UserFactory(), Role.DEPARTMENT, unit=city["乙局"])
    order = between(city)
    for name in ("甲办", "乙科", "甲科"):
        assert _page(signed_in(city[name]), order).status_code == 200, name
    form = next(
        step["form"] for step in _page(signed_in(city["甲办"]), order).context["steps"]
        if step["act"].verb == "share"
    )  # fmt: skip
    assert "乙区住建局" in offered(form, "units")
    own = city["甲办"].unit
    actions.share_order(order, [city["乙局"], own], **by(city, "甲办"))
    actions.assist(order, "已配合", done=True, **by(city, "乙科"))
    actions.reroute_orders([order], own, "自己办", **by(city, "甲办"))
    assert {helper.unit for helper in order.helpers.all()} == {city["乙局"]}
    actions.remind_orders([order], **by(city, "甲办"))
    actions.withdraw_orders([order], "不办了", **by(city, "甲办"))


def test_a_leader_writes_to_units_and_people_of_the_own_district(city, signed_in):
    reader = city["乙办"]
    for field, given in (
        ("lead", {"lead": city["乙局"]}),
        ("co_handlers", {"lead": city["甲局"], "co_handlers": (city["乙局"],)}),
        ("co_handlers", {"via_office": True, "co_handlers": (city["乙局"],)}),
        ("readers", {"via_office": True, "confidential": True, "readers": (reader, city["甲办"])}),
    ):
        with pytest.raises(Refused) as refused:
            actions.send_instruction(InstructionInput("抓紧", **given), **by(city, "甲区长"))
        assert [one.field for one in refused.value.problems] == [field]
        assert (reader.name if field == "readers" else "乙区住建局") in str(refused.value)
    assert not Instruction.objects.exists()
    client = signed_in(city["甲区长"])
    page = client.get(reverse("supervision:new_instruction"))
    assert offered(page.context["form"], "lead") == {"市重大办", "甲区重大办", "甲区住建局"}
    assert {*page.context["readers"]} == {city[name] for name in ("市办", "甲办", "甲区长")}
    typed = {"words": "抓紧", "due": "none", "confidential": "on", "reader_names": reader.name}
    assert "名单里没有" in client.post(reverse("supervision:new_instruction"), typed).content.decode()


def test_a_leader_named_to_lead_a_project_elsewhere_writes_to_its_district(city, signed_in):
    town = UnitFactory(name="乙区某街道", kind=Kind.SUBDISTRICT, parent=city["乙"])
    project = add_project(town, "科技园", responsible_unit=city["乙局"], leader=city["甲区长"])
    client, address = signed_in(city["甲区长"]), reverse("supervision:new_instruction")
    form = client.get(address, {"project": project.pk}).context["form"]
    assert "乙区住建局" in offered(form, "lead") and form["lead"].value() == city["乙局"].pk
    row = InstructionInput("抓紧", lead=city["乙局"], project=project)
    assert actions.send_instruction(row, **by(city, "甲区长")).orders.get().lead == city["乙局"]
    routed = actions.send_instruction(
        InstructionInput("再抓紧", via_office=True, project=project), **by(city, "甲区长")
    )
    actions.route_instruction(routed, [OrderInput("转办", city["乙局"])], **by(city, "甲办"))
    assert routed.orders.get().lead == city["乙局"]


def test_words_are_routed_within_the_district(city, signed_in):
    words = Instruction.objects.create(
        author=city["甲区长"], author_name="甲区长", words="请乙区住建局牵头", written_at=NOW,
        state=InstructionState.TO_ROUTE, via_office=True,
    )  # fmt: skip
    page = signed_in(city["甲办"]).get(reverse("supervision:instruction", args=[words.pk]))
    [form] = page.context["forms"]
    assert "乙区住建局" not in offered(form, "lead") and form["lead"].value() is None
    with pytest.raises(Refused, match=REFUSED):
        actions.route_instruction(words, [OrderInput("转办", city["乙局"])], **by(city, "甲办"))
    words.refresh_from_db()
    assert words.state == InstructionState.TO_ROUTE


def test_a_meeting_decides_upon_units_of_the_district(city, signed_in):
    held = meetings.plan_meeting(
        kind="weekly", held_at=NOW + timedelta(days=2), minutes=60, place="", **by(city, "甲办")
    )
    with pytest.raises(Refused, match=REFUSED):
        meetings.add_item(held, "议一议", unit=city["乙局"], **by(city, "甲办"))
    item = meetings.add_item(held, "议一议", unit=city["甲局"], **by(city, "甲办"))
    with pytest.raises(Refused, match=REFUSED):
        meetings.change_item(item, unit=city["乙局"], minutes=5, **by(city, "甲办"))
    sitting.begin_meeting(held, **by(city, "甲办"))
    client = signed_in(city["甲办"])
    page = client.get(reverse("supervision:meeting", args=[held.pk]))
    for form, name in (("item_form", "unit"), ("form", "lead"), ("form", "helpers")):
        assert "乙区住建局" not in offered(page.context[form], name)
        assert "甲区住建局" in offered(page.context[form], name)
    wrong = DecisionInput("order", "办证", lead=city["甲局"], helpers=(city["乙局"],))
    with pytest.raises(Refused, match=REFUSED):
        sitting.decide(item, wrong, **by(city, "甲办"))
    made = sitting.decide(item, DecisionInput("order", "办证", lead=city["甲局"]), **by(city, "甲办"))
    with pytest.raises(Refused, match=REFUSED):
        sitting.change_decision(made, wrong, **by(city, "甲办"))
    made.lead = city["乙局"]  # decided when it could still be
    made.save()
    kept = DecisionInput("note", "办证，改成记录", lead=city["乙局"])
    with pytest.raises(Refused, match=REFUSED):
        sitting.end_meeting(held, **by(city, "甲办"))
    assert sitting.change_decision(made, kept, **by(city, "甲办")).kind == "note"
    sitting.end_meeting(held, **by(city, "甲办"))
    assert not SupervisionOrder.objects.exists()
    assert not AgendaItem.objects.filter(unit=city["乙局"]).exists()


def test_words_name_no_unit_of_another_district(city):
    text = "请乙区住建局牵头，甲区住建局配合"
    found = [understood(text, NOW, calendar(), reach_for(city[name])) for name in ("甲办", "市办")]
    assert [(one.lead, one.helpers) for one in found] == [
        (None, (city["甲局"].pk,)),
        (city["乙局"].pk, (city["甲局"].pk,)),
    ]


def test_with_one_district_everybody_is_within_reach(world, signed_in):
    elsewhere = UnitFactory(name="外头的单位")  # not even below the district
    form = signed_in(world.people["clerk"]).get(reverse("supervision:new_order")).context["form"]
    assert {elsewhere, world.land, world.town} <= set(form.fields["lead"].queryset)
    assert world.order(lead=elsewhere, co_handlers=(world.land,)).lead == elsewhere


def test_a_district_below_its_city_and_its_province_is_one_district_still():
    above = UnitFactory(name="某省", kind=Kind.DISTRICT)
    for name in ("某市", "某区"):
        above = UnitFactory(name=name, kind=Kind.DISTRICT, parent=above)
    clerk = UserFactory(role=Role.OFFICE, unit=UnitFactory(parent=above), scope=above)
    assert reach_for(clerk) == EVERYWHERE


def test_pages_ask_as_much_however_many_districts(city, signed_in):
    order, counts = between(city), []
    client, address = signed_in(city["甲办"]), reverse("supervision:new_order")
    for _ in range(2):
        for url in (address, reverse("supervision:order", args=[order.pk])):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.append(len(queries))
        for n in range(4):
            below = UnitFactory(name=f"{n}区{len(counts)}", kind=Kind.DISTRICT, parent=city["root"])
            UnitFactory(parent=below)
    assert counts[:2] == counts[2:]
    assert actions.issue_order(OrderInput("系统的", city["乙局"]), actor=SYSTEM, now=at(5)).serial == 2
