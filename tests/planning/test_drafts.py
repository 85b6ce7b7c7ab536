"""一份草案的来回：撤回下达后没报完的还欠着、原因都看得到，编错的作废，别的区的申报办不了，谁还没报只说本区的。"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.duties.test_reach import city, tree
from tests.factories import NOW, appoint
from tests.planning.builders import reserve
from tests.planning.test_districts import address, compiled, how
from xushi.duties.models import Duty
from xushi.journal.models import Event, EventRow
from xushi.planning import adopting, declaring, discarding, programme, selectors
from xushi.planning.models import Declaration, Programme, ProgrammeItem, Reserve
from xushi.registry.checking import Refused
from xushi.registry.models import Project
from xushi.units.models import Role

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
STEP = "/planning/declarations/step/"


@pytest.fixture(autouse=True)
def ripe(city: Any) -> None:
    for name in "甲乙":
        reserve(city[name]["street"], name=f"{name}储备", category="infrastructure")


def owing(held: Programme) -> list[str]:
    return [str(one.unit) for one in Duty.objects.open().about(held)]


def test_who_had_not_proposed_owes_again_after_it_is_taken_back(city: Any, client: Any) -> None:
    own = compiled(city, "甲")
    adopting.adopt_programme(own, **how(city["甲办"]))
    assert owing(own) == []
    adopting.undo_adoption(own, reason="市里要重排", **how(city["甲办"]))
    assert owing(own) == [str(city["甲"]["street"])]
    client.force_login(city["甲长"])
    assert "撤回甲区2019年重大项目计划：市里要重排" in client.get(address(own)).content.decode()
    programme.finish_proposals(own, [city["甲"]["street"]], **how(city["甲办"]))
    compiled(city, "甲")
    assert owing(own) == [], "said so themselves"


def test_taken_back_after_the_day_they_owe_when_it_is_compiled_with_another(city: Any) -> None:
    own = compiled(city, "甲")
    later = how(city["甲办"]) | {"now": NOW + timedelta(days=60)}
    adopting.adopt_programme(own, **later)
    adopting.undo_adoption(own, reason="重排", **later)
    assert owing(own) == []
    due = later["now"].date() + timedelta(days=7)
    programme.compile_programme(2019, proposals_due=due, **later)
    assert owing(own) == [str(city["甲"]["street"])]


def test_a_draft_compiled_by_mistake_is_discarded(city: Any, client: Any) -> None:
    own = compiled(city, "甲")
    with pytest.raises(Refused, match="作废要写原因"):
        discarding.discard_programme(own, reason=" ", **how(city["甲办"]))
    client.force_login(city["乙办"])
    assert client.post(address(own, "act", "discard"), {"reason": "x"}).status_code == 404
    client.force_login(city["甲办"])
    page = client.post(address(own, "act", "discard"), {"reason": "年份编错了"}, follow=True)
    assert "已作废" in page.content.decode()
    assert not Programme.objects.exists() and not ProgrammeItem.objects.exists()
    assert not Duty.objects.open().filter(kind=programme.DUTY).exists()
    assert Reserve.objects.count() == 2 and Project.objects.count() == 2
    said = Event.objects.get(verb="planning.programme.discarded")
    assert said.summary == "作废甲区2019年重大项目计划草案（2个项目、0条建议）：年份编错了"
    assert EventRow.objects.filter(event=said).count() == 2
    again = compiled(city, "甲")
    adopting.adopt_programme(again, **how(city["甲办"]))
    with pytest.raises(Refused, match="已经下达"):
        discarding.discard_programme(again, reason="x", **how(city["甲办"]))


def test_a_declaration_is_stepped_by_its_own_district_alone(city: Any, client: Any) -> None:
    project = city["甲"]["project"]
    [made] = declaring.prepare_declarations([project], 2019, "provincial", "", stage=1, **how(city["甲办"]))
    client.force_login(city["乙办"])
    answer = client.post(STEP, {"pick": str(made.pk), "act": "send"})
    assert answer.status_code == 422 and project.name not in answer.content.decode()
    assert Declaration.objects.get().state == "prepared"
    client.force_login(city["甲办"])
    assert client.post(STEP, {"pick": str(made.pk), "act": "send"}).status_code == 302
    assert Declaration.objects.get().state == "sent"


def test_who_is_still_owing_is_told_of_the_own_district(city: Any, client: Any) -> None:
    common = compiled(city, "市")
    for name in "甲乙":
        asked = selectors.asked(city[f"{name}办"], common)
        assert asked.owing == [str(city[name]["street"])]
    assert len(selectors.asked(city["市办"], common).owing) == 2


def test_who_speaks_for_two_streets_says_both_are_through(city: Any, client: Any) -> None:
    common = compiled(city, "市")
    both = [city[name]["street"] for name in "甲乙"]
    person = city["甲办"]
    for street in both:
        appoint(person, Role.TERRITORY, unit=street, scope=street)
    client.force_login(person)
    page = client.get(address(common)).content.decode()
    assert f"{both[0]}、{both[1]}报完了" in page
    assert client.post(reverse("planning:act", args=[common.key, "finish"])).status_code == 302
    assert owing(common) == []


def test_a_street_puts_nothing_into_another_districts_reserve(city: Any, client: Any) -> None:
    street = appoint(city["乙办"], Role.TERRITORY, unit=city["乙"]["street"], scope=city["乙"]["street"])
    client.force_login(street)
    form = {
        "name": "越区的", "category": "infrastructure", "territory": city["甲"]["street"].pk,
        "responsible_unit": city["乙"]["street"].pk, "total_investment": "100", "first_year_investment": "10",
        "maturity": "1", "lacking": "选址",
    }  # fmt: skip
    client.post("/planning/reserve/new/", form)
    assert not Reserve.objects.filter(name="越区的").exists()
    client.post("/planning/reserve/new/", form | {"territory": city["乙"]["street"].pk})
    assert Reserve.objects.filter(name="越区的").exists()


def test_each_year_the_nearest_programme_stands_on_the_index(city: Any, client: Any) -> None:
    common, own = compiled(city, "市"), None
    assert [str(one) for one in selectors.nearest_programmes(city["甲办"])] == [str(common)]
    Programme.objects.all().delete()
    own, common = compiled(city, "甲"), compiled(city, "市")
    assert selectors.nearest_programmes(city["甲办"]) == [own]
    assert selectors.nearest_programmes(city["乙办"]) == [common]
    client.force_login(city["市办"])
    assert "自己编的1个区不在里面：甲区" in client.get(address(common)).content.decode()
    client.force_login(city["乙办"])
    assert f"{city['乙办'].unit_name}看得到的" in client.get(address(common, "print")).content.decode()
