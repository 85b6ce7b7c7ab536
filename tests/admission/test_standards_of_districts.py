"""准入门槛、会审规则、行业、答复单位各区自己的：没定的用共用的；别的区看不到、改不了、量不到。"""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.admission import builders
from tests.factories import UnitFactory
from tests.units.test_districts import SEPTEMBER, city
from xushi.admission import actions, selectors, standards
from xushi.admission.measures import Measure
from xushi.admission.models import Application
from xushi.admission.models_standards import CriterionSet, ReviewTerms
from xushi.admission.rules import Terms
from xushi.admission.scoring import Standard
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
STRICTER = [Standard(Measure.INVESTMENT_PER_MU, 800_000)]
CRITERIA = reverse("admission:criteria")


def by(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": SEPTEMBER}


def own(place: dict[str, Any]) -> CriterionSet:
    how = by(place["office"])
    return standards.publish(builders.industry(), 2018, STRICTER, "区常务会议", district=place["unit"], **how)


def test_applications_are_measured_by_what_their_district_set(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    made = own(first)
    common = standards.set_for(builders.industry(), 2018)
    assert (made.version, str(made)) == (1, "甲区集成电路封测2018年门槛第1版") and common != made
    here, there = (builders.applied(one["street"], name=f"{one['street']}基地") for one in (first, second))
    assert (here.criteria, there.criteria) == (made, common)
    standards.give_up(builders.industry(), first["unit"], **by(first["office"]))
    assert standards.set_for(builders.industry(), 2018, first["unit"]) == common
    here.refresh_from_db()
    assert here.criteria == made, "what is under way keeps its version"
    actions.renew_criteria({here.pk: here.version}, **by(first["office"]))
    here.refresh_from_db()
    assert here.criteria == common
    with pytest.raises(Conflict):
        standards.give_up(builders.industry(), first["unit"], **by(first["office"]))
    assert own(first).version == 2


def test_who_sets_whose(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    industry = builders.industry()
    own(first)
    other = by(second["office"])
    acts = (
        lambda where: standards.publish(industry, 2018, STRICTER, "改", district=where, **other),
        lambda where: standards.set_terms(Terms(opinion_days=9), "改", district=where, **other),
        lambda where: standards.set_reviewers([second["street"]], district=where, **other),
        lambda where: standards.add_industry("新", leading=False, district=where, **other),
    )
    for act in acts:
        for where in (first["unit"], None):
            with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
                act(where)
    with pytest.raises(PermissionDenied):
        standards.give_up(industry, first["unit"], **other)
    standards.publish(
        industry, 2018, builders.STANDARDS, "市里代定", district=second["unit"], **by(city["office"])
    )


def test_terms_hold_in_their_district_until_they_are_the_common_ones_again(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    before = standards.terms_now()
    wanted = replace(before, opinion_days=before.opinion_days + 4)
    standards.set_terms(wanted, "区里人手少", district=first["unit"], **by(first["office"]))
    assert standards.terms_now(first["unit"]) == wanted
    assert standards.terms_now(second["unit"]) == standards.terms_now() == before
    book = standards.terms_book()
    assert [book.of_unit(one["street"].pk) for one in (first, second)] == [wanted, before]
    for place, days in ((first, wanted.opinion_days), (second, before.opinion_days)):
        held = builders.applied(place["street"], name=f"{place['street']}基地")
        actions.send_for_opinions({held.pk: held.version}, [place["street"]], **by(place["office"]))
        assert held.opinions.get().limit_days == days
    later = replace(before, grace_days=before.grace_days + 1)
    standards.set_terms(before, "用回共用的", district=first["unit"], **by(first["office"]))
    standards.set_terms(later, "市里改", **by(city["office"]))
    assert standards.terms_now(first["unit"]) == later, "follows what stands above it"
    assert ReviewTerms.objects.kept_by(first["unit"]).count() == 2, "every change stays"


def test_who_is_usually_asked(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    bureau = UnitFactory(name="市环保局", kind=Unit.Kind.DEPARTMENT, parent=city["root"])
    ours, theirs = (
        UnitFactory(name="环保局", kind=Unit.Kind.DEPARTMENT, parent=one["unit"]) for one in (first, second)
    )
    standards.set_reviewers([bureau], **by(city["office"]))
    standards.set_reviewers([ours], district=first["unit"], **by(first["office"]))
    here, there = (builders.applied(one["street"], name=f"{one['street']}基地") for one in (first, second))
    assert selectors.usual_units(here) == [ours, first["street"]]
    assert selectors.usual_units(there) == [bureau, second["street"]]
    assert theirs not in selectors.offered_units(here) and bureau in selectors.offered_units(here)
    with pytest.raises(Refused, match="是别的区的"):
        standards.set_reviewers([theirs], district=first["unit"], **by(first["office"]))
    standards.set_reviewers([], district=first["unit"], **by(first["office"]))
    assert selectors.usual_units(here) == [bureau, first["street"]]


def test_an_industry_of_one_district_is_no_industry_of_another(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    made = standards.add_industry("船舶", leading=True, district=first["unit"], **by(first["office"]))
    standards.publish(made, 2018, STRICTER, "定", district=first["unit"], **by(first["office"]))
    assert builders.applied(first["street"], industry=made.pk).industry == made
    with pytest.raises(Refused, match="还没有发布门槛"):
        builders.applied(second["street"], industry=made.pk)
    with pytest.raises(Refused, match="是一个区自己的行业"):
        standards.publish(made, 2018, STRICTER, "定", actor=SYSTEM, now=SEPTEMBER)
    with pytest.raises(Refused, match="已有“船舶”"):
        standards.add_industry("船舶", leading=True, district=first["unit"], **by(first["office"]))
    standards.add_industry("船舶", leading=True, district=second["unit"], **by(second["office"]))


def test_the_database_keeps_versions_apart(city: Any) -> None:
    made = own(city["甲"])
    same = {
        "industry": made.industry,
        "year": 2018,
        "version": 1,
        "reason": "x",
        "by_name": "x",
        "at": SEPTEMBER,
    }
    for district in (made.district, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            CriterionSet.objects.create(**same, district=district)
    CriterionSet.objects.create(**same, district=city["乙"]["unit"])


def test_the_pages(city: Any, client: Client) -> None:
    first, industry = city["甲"], builders.industry()
    page = reverse("admission:criterion", args=[industry.pk, 2018])
    client.force_login(first["office"])
    assert "甲区没有另定，用的是各区共用的2018年第1版" in client.get(page).content.decode()
    typed = {Measure.INVESTMENT_PER_MU.value: "800", "reason": "区里定", "version": "0"}
    assert client.post(page, typed).status_code == 302
    made = CriterionSet.objects.get(district=first["unit"])
    assert "本区2018年第1版" in client.get(CRITERIA).content.decode()
    assert client.get(f"{page}?district=common").context["held"].district is None
    client.force_login(city["乙"]["office"])
    for address in (page, CRITERIA, f"{page}?district={first['unit'].pk}"):
        assert "甲区" not in client.get(address).content.decode()
    client.force_login(city["office"])
    assert client.get(f"{page}?district={first['unit'].pk}").context["held"] == made
    client.force_login(first["office"])
    terms = reverse("admission:terms")
    assert "这是甲区的规则" in client.get(terms).content.decode()
    assert client.post(reverse("admission:reviewers"), {"units": [first["street"].pk]}).status_code == 302
    assert client.post(reverse("admission:give_up", args=[industry.pk])).status_code == 302
    made.refresh_from_db()
    assert made.given_up_at is not None


def test_the_median_is_of_the_own_district_s_alone(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    for place in (first, first, second):
        nth = Unit.objects.filter(name__startswith="环保").count()
        bureau = UnitFactory(name=f"环保{nth}", kind=Unit.Kind.DEPARTMENT, parent=place["unit"])
        builders.decided(
            builders.answered(place["street"], place["office"], [bureau], name=f"{nth}号基地"),
            place["office"],
        )
    streets = [one["street"] for one in (first, second)]
    assert [selectors.admitted_count(2018, [one]) for one in streets] == [2, 1]
    assert selectors.admitted_count(2018, streets) == 3
    assert selectors.medians(2018, streets[:1]) and not selectors.medians(2018, [])
    Application.objects.filter(territory=second["street"]).update(territory=first["street"])
    assert selectors.medians(2018, streets[1:]) == {} and selectors.admitted_count(2018, streets[1:]) == 0
