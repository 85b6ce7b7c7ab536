"""一棵树两个区的督办：各用各的时限和机关代字，定了代字的自己编号，例会、批示各看各的。"""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM, Actor
from xushi.supervision.choices import selects
from xushi.supervision.drafting import OrderInput, issue_order, next_number
from xushi.supervision.engine import terms_at
from xushi.supervision.lists import listed
from xushi.supervision.meetings import plan_meeting
from xushi.supervision.models import Instruction, Meeting, Serial, SupervisionOrder, TermSet
from xushi.supervision.models_instructions import InstructionState
from xushi.supervision.rules import TermsRefused
from xushi.supervision.terms import set_terms
from xushi.supervision.wanted import Wanted
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
Kind = Unit.Kind
NOW = datetime(2018, 9, 12, 9, 30, tzinfo=BEIJING)


def issued(city, name, title="办证"):
    lead = city.get(f"{name}局") or city["甲局"]
    return issue_order(OrderInput(title=title, lead=lead), actor=Actor(by=city[f"{name}办"]), now=NOW)


def test_a_district_with_a_word_of_its_own_numbers_by_itself(city):
    issued(city, "市")
    set_terms(
        {"organ_word": "甲重大督"}, "自己编号", actor=Actor(by=city["甲办"]), now=NOW, district=city["甲"]
    )
    numbers = [issued(city, name, f"{name}{i}").number for i, name in enumerate("甲乙甲市")]
    common = terms_at(NOW).organ_word
    assert numbers == [
        "甲重大督〔2018〕1号", f"{common}〔2018〕2号", "甲重大督〔2018〕2号", f"{common}〔2018〕3号",
    ]  # fmt: skip
    assert SupervisionOrder.objects.get(title="甲0").called == "甲重大督〔2018〕1号"
    assert SupervisionOrder.objects.get(title="乙1").called == "督办2号"
    assert dict(Serial.objects.values_list("district", "last")) == {None: 3, city["甲"].pk: 2}
    assert [next_number(city[f"{name}办"].unit, NOW) for name in "甲乙"] == [3, 4]


def test_two_places_never_number_under_one_word(city):
    set_terms({"organ_word": "甲重大督"}, "自己编号", actor=SYSTEM, now=NOW, district=city["甲"])
    for district, word in ((city["乙"], "甲重大督"), (None, "甲重大督")):
        with pytest.raises(TermsRefused, match="文号会重"):
            set_terms({"organ_word": word}, "重了", actor=SYSTEM, now=NOW, district=district)
    assert TermSet.objects.count() == 1


def test_deadlines_run_by_the_district_of_the_issuing_office(city):
    set_terms({"reply_ordinary": 5}, "从快", actor=SYSTEM, now=NOW, district=city["甲"])
    assert [issued(city, name).limit_days for name in "甲乙"] == [5, 10]


def test_nobody_sets_another_district_s_terms_nor_the_common_ones(client, city):
    for district in (city["乙"], None):
        with pytest.raises(PermissionDenied, match="管全部的重大办"):
            set_terms({"verify": 1}, "越权", actor=Actor(by=city["甲办"]), now=NOW, district=district)
    client.force_login(city["甲办"])
    page = client.get(f"{reverse('supervision:terms')}?district={city['乙'].pk}")
    assert page.context["district"] == city["甲"]
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"verify": "2", "reason": "从快"}
    assert client.post(reverse("supervision:terms"), typed).status_code == 302
    assert TermSet.objects.get().district == city["甲"]
    assert [terms_at(NOW + timedelta(days=9999), city[name]).verify for name in "甲乙"] == [2, 3]


def test_orders_meetings_and_words_are_each_district_s_own(client, city):
    order = issued(city, "乙")
    draft = {"kind": "weekly", "held_at": NOW + timedelta(days=2), "minutes": 60, "place": ""}
    for name in "甲乙":
        plan_meeting(**draft, actor=Actor(by=city[f"{name}办"]), now=NOW)  # the same hour, in each district
    given = {"author_name": "乙区长", "words": "抓紧", "written_at": NOW, "state": InstructionState.TO_ROUTE}
    words = Instruction.objects.create(author=city["乙区长"], via_office=True, **given)
    meeting = Meeting.objects.get(office=city["乙办"].unit)
    for page, pk in (("order", order.pk), ("meeting", meeting.pk), ("instruction", words.pk)):
        seen = []
        for name in ("甲办", "乙办", "市办", "甲区长"):
            client.force_login(city[name])
            seen.append(client.get(reverse(f"supervision:{page}", args=[pk])).status_code)
        assert seen == [404, 200, 200, 404], page
    assert not Meeting.objects.get(office=city["甲办"].unit).items.filter(subject_id=order.pk).exists()


def units_offered(person, chosen=None):
    found = selects(person, Wanted(unit=chosen and chosen.pk))
    return next(([label for _, label in one.options] for one in found if one.name == "unit"), [])


def test_the_city_chooses_a_district_and_then_one_of_its_units(city):
    for name in "甲乙":
        issued(city, name, f"{name}的事")
    issue_order(
        OrderInput(title="甲帮乙", lead=city["乙局"], co_handlers=(city["甲局"],)),
        actor=Actor(by=city["市办"]),
        now=NOW,
    )
    assert units_offered(city["市办"]) == ["市重大办", "甲区", "乙区"]
    for chosen in (city["甲"], city["甲局"]):
        assert units_offered(city["市办"], chosen) == ["市重大办", "甲区", "　甲区住建局", "乙区"]
        page = listed(city["市办"], Wanted(unit=chosen.pk), NOW)
        assert {row.order.title for row in page.rows} == {"甲的事", "甲帮乙"}
        assert page.tabs[1].count == page.count == 2
    other = UnitFactory(name="甲区水利局", parent=city["甲"])
    issue_order(OrderInput(title="清淤", lead=other), actor=Actor(by=city["甲办"]), now=NOW)
    assert units_offered(city["甲办"]) == ["甲区住建局", "甲区水利局"] == units_offered(city["甲区长"])


def test_the_province_chooses_through_its_city(city):
    issued(city, "甲")
    province = UnitFactory(name="某省", kind=Kind.DISTRICT)
    for unit in Unit.objects.under(city["root"].path):
        Unit.objects.filter(pk=unit.pk).update(path=province.path + unit.path)
    Unit.objects.filter(pk=city["root"].pk).update(parent=province)
    person = appoint(UserFactory(), Role.LEADER, unit=province)
    assert units_offered(person) == ["某市", "　市重大办", "　甲区", "　乙区"]
    assert units_offered(person, city["甲"]) == ["某市", "　市重大办", "　甲区", "　　甲区住建局", "　乙区"]


def test_the_district_chosen_stays_chosen_on_the_page(city, signed_in):
    issued(city, "甲")
    page = (
        signed_in(city["市办"]).get(reverse("supervision:orders"), {"unit": city["甲"].pk}).content.decode()
    )
    assert f'<option value="{city["甲"].pk}" selected>单位：甲区</option>' in page
    assert "　甲区住建局" in page
