"""一棵树两个区：各区编、审、下达、撤回本区的，别的区的看不到；共用的不收自己编了的区；同一个项目一年只在一份里。"""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.duties.test_reach import city, one_district, tree
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.planning.builders import DUE, reserve
from tests.units.test_districts import of
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.kit.beside import cards
from xushi.notices.writing import write_notices
from xushi.planning import adopting, programme, proposing
from xushi.planning import reserve as reserving
from xushi.planning.figures import compare
from xushi.planning.models import Programme, ProgrammeItem, Proposal
from xushi.planning.proposing import ProposalInput
from xushi.registry.actions import list_projects, register_projects, set_plans
from xushi.registry.checking import Refused
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.registry.rules import ListingInput, PlanInput
from xushi.units.models import Role, Unit

__all__ = ["city", "tree"]
pytestmark = pytest.mark.django_db
INDEX, ALL = "/planning/", "/planning/programmes/"
FORM = {"year": "2019", "proposals_due": "2018-10-15"}


def how(user: Any) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def compiled(city: Any, name: str) -> Programme:
    return programme.compile_programme(2019, proposals_due=DUE, **how(city[f"{name}办"]))


def names(held: Programme) -> set[str]:
    return set(held.items.values_list("name", flat=True))


def address(held: Programme, page: str = "programme", *more: str) -> str:
    return reverse(f"planning:{page}", args=[held.key, *more])


@pytest.fixture(autouse=True)
def ripe(city: Any) -> None:
    """Beside the project of each district, a ripe entry of the reserve."""
    for name in "甲乙":
        reserve(city[name]["street"], name=f"{name}储备", category="infrastructure")


@pytest.fixture
def own(city: Any) -> Programme:
    return compiled(city, "甲")


def test_a_district_compiles_what_is_its_own(city: Any, own: Programme) -> None:
    assert (own.district, str(own), own.key) == (
        city["甲"]["unit"],
        "甲区2019年重大项目计划",
        f"2019-{city['甲']['unit'].pk}",
    )
    assert names(own) == {"甲项目", "甲储备"}
    asked = Duty.objects.open().about(own)
    assert [(one.unit, one.title, one.url) for one in asked] == [
        (city["甲"]["street"], "报甲区2019年计划建议", address(own))
    ]


def test_the_common_one_leaves_out_whoever_has_their_own(city: Any, own: Programme) -> None:
    common = compiled(city, "市")
    assert (common.district, str(common), address(common)) == (
        None,
        "2019年重大项目计划",
        "/planning/2019/",
    )
    assert names(common) == {"乙项目", "乙储备"}
    assert [one.unit for one in Duty.objects.about(common)] == [city["乙"]["street"]]
    register_projects([of(city[one]["street"], f"{one}新项目") for one in "甲乙"], actor=SYSTEM, now=NOW)
    assert names(compiled(city, "市")) == {"乙项目", "乙储备", "乙新项目"}
    assert names(compiled(city, "甲")) == {"甲项目", "甲储备", "甲新项目"}
    assert Programme.objects.count() == 2


def test_a_district_that_is_in_the_common_one_is_told_so(city: Any, client: Any) -> None:
    common = compiled(city, "市")
    with pytest.raises(
        Refused, match="2019年重大项目计划已经由管全部的重大办编了，甲区的项目编在里面"
    ) as refused:
        compiled(city, "甲")
    assert "在那份计划里提建议，请管全部的重大办审" in str(refused.value)
    adopting.adopt_programme(common, **how(city["市办"]))
    client.force_login(city["甲办"])
    page = client.post(reverse("planning:compile"), FORM, follow=True).content.decode()
    assert "甲区的项目编在里面，不再另编" in page
    assert Programme.objects.get() == common


def test_a_city_in_a_province_leaves_out_its_district_and_keeps_the_rest(city: Any, own: Programme) -> None:
    """甲区 has its own; a city over 乙区 compiles next, and 乙区 is in the city's."""
    between = UnitFactory(name="子市", kind=Unit.Kind.DISTRICT, parent=city["root"])
    desk = UnitFactory(name="子市重大办", kind=Unit.Kind.OFFICE, parent=between)
    below = UnitFactory(name="丙区", kind=Unit.Kind.DISTRICT, parent=between)
    street = UnitFactory(name="丙街道", kind=Unit.Kind.SUBDISTRICT, parent=below)
    register_projects([of(street, "丙项目")], actor=SYSTEM, now=NOW)
    office = appoint(UserFactory(name="子市办"), Role.OFFICE, unit=desk, scope=between)
    held = programme.compile_programme(2019, proposals_due=DUE, **how(office))
    assert names(held) == {"丙项目"}
    lower = appoint(UserFactory(name="丙办"), Role.OFFICE, unit=below)
    with pytest.raises(Refused, match="子市2019年重大项目计划已经由子市重大办编了，丙区的项目编在里面"):
        programme.compile_programme(2019, proposals_due=DUE, **how(lower))
    assert names(compiled(city, "市")) == {"乙项目", "乙储备"}
    with pytest.raises(PermissionDenied, match="甲区2019年计划由甲区的重大办编制、审定"):
        adopting.adopt_programme(own, **how(office))


def test_the_only_district_s_is_common_as_before(city: Any) -> None:
    one_district()
    assert compiled(city, "甲").district is None
    assert names(compiled(city, "市")) == {"甲项目", "甲储备", "乙项目", "乙储备"}
    assert Programme.objects.count() == 1


def test_one_common_a_year_and_one_of_a_district(city: Any, own: Programme) -> None:
    compiled(city, "市")
    for district in (None, own.district):
        with pytest.raises(IntegrityError), transaction.atomic():
            Programme.objects.create(year=2019, district=district, proposals_due=DUE, compiled_at=NOW)


def test_its_own_office_reviews_adopts_and_takes_back(city: Any, own: Programme, client: Any) -> None:
    common = compiled(city, "市")
    client.force_login(city["甲办"])
    line = own.items.get(name="甲储备")
    picked = {"pick": f"{line.pk}:1", "act": "drop", "reason": "地没落实"}
    assert client.post(address(own, "act", "review"), picked).url == address(own)
    assert client.post(address(own, "act", "adopt")).status_code == 302
    assert set(Listing.objects.filter(year=2019).values_list("project__name", flat=True)) == {"甲项目"}
    assert client.post(address(common, "act", "adopt")).status_code == 403
    client.force_login(city["市办"])
    assert client.post(address(common, "act", "adopt")).status_code == 302
    listed = Listing.objects.filter(year=2019).values_list("project__name", flat=True)
    assert set(listed) == {"甲项目", "乙项目", "乙储备"}
    client.force_login(city["甲办"])
    assert client.post(address(own, "act", "undo"), {"reason": "重编"}).status_code == 302
    assert set(listed.all()) == {"乙项目", "乙储备"}
    kept = AnnualPlan.objects.filter(year=2019).values_list("project__name", flat=True)
    assert set(kept) == {"乙项目", "乙储备"}
    client.force_login(city["市办"])  # the office of all acts for any district
    assert client.post(address(own, "act", "adopt")).status_code == 302
    with pytest.raises(PermissionDenied, match="甲区2019年计划由甲区的重大办"):
        adopting.undo_adoption(own, reason="x", **how(city["乙办"]))


def test_what_was_listed_by_hand_before_stays_when_it_is_taken_back(city: Any, own: Programme) -> None:
    project = Project.objects.get(name="甲项目")
    list_projects([ListingInput(project.pk, 2019, "district", 1)], actor=SYSTEM, now=NOW)
    adopting.adopt_programme(own, **how(city["甲办"]))
    adopting.undo_adoption(own, reason="重编", **how(city["甲办"]))
    assert [one.project for one in Listing.objects.filter(year=2019)] == [project]
    assert not AnnualPlan.objects.filter(year=2019).exists()


def test_others_see_nothing_of_it(city: Any, own: Programme, client: Any) -> None:
    item = own.items.get(name="甲项目")
    Project.objects.filter(name="甲项目").update(responsible_unit=city["乙"]["street"])
    ProgrammeItem.objects.filter(pk=item.pk).update(responsible_unit=city["乙"]["street"])
    pages = [
        *(address(own, page) for page in ("programme", "proposals", "export", "print")),
        reverse("planning:item", args=[item.pk]),
    ]
    for name, status in (("甲办", 200), ("甲长", 200), ("甲督", 200), ("市办", 200), ("市长", 200),
                         ("乙办", 404), ("乙长", 404), ("乙督", 404), ("乙街", 404)):  # fmt: skip
        client.force_login(city[name])
        assert {client.get(page).status_code for page in pages} == {status}, name
        for page in (INDEX, ALL):
            assert (str(own) in client.get(page).content.decode()) == (status == 200 and not (
                page == INDEX and name.startswith("市"))), (name, page)  # fmt: skip
        assert client.get("/planning/2019/").status_code == 404, "there is no common one"
    client.force_login(city["甲街"])
    assert client.get(address(own)).status_code == 200
    client.force_login(city["乙办"])
    for verb in ("review", "adopt", "undo", "finish"):
        assert client.post(address(own, "act", verb), {"reason": "x"}).status_code == 404, verb
    assert client.post(address(own, "proposals"), {"act": "accept"}).status_code == 404
    assert client.post(reverse("planning:item", args=[item.pk]), {"kind": "drop"}).status_code == 404


def test_a_leader_of_all_settles_nothing(city: Any, own: Programme, client: Any) -> None:
    for name in ("市长", "甲长", "甲督", "甲街"):
        client.force_login(city[name])
        for verb in ("review", "adopt", "undo"):
            assert client.post(address(own, "act", verb), {"reason": "x"}).status_code == 403, (name, verb)
    with pytest.raises(PermissionDenied):
        programme.review_items(own, {}, dropped=False, reason="", **how(city["甲长"]))
    client.force_login(city["甲督"])
    assert client.post(reverse("planning:compile"), FORM).status_code == 403


def test_proposals_are_of_units_within_and_the_office_of_the_district_decides(
    city: Any, own: Programme, client: Any
) -> None:
    item = own.items.get(name="甲项目")
    client.force_login(city["甲街"])
    asked = {"kind": "drop", "reason": "业主撤资"}
    assert client.post(reverse("planning:item", args=[item.pk]), asked).status_code == 302
    made = Proposal.objects.get()
    event = Event.objects.get(verb="planning.proposals.made")
    told = write_notices(event)
    assert {one.reader for one in told} == {city["甲办"], city["甲二"], city["市办"]}
    assert {one.url for one in told} == {address(own, "proposals")}
    client.force_login(city["甲长"])
    assert list(client.get(address(own, "proposals")).context["page"]) == [made], "whoever oversees the unit"
    client.force_login(city["甲办"])
    assert client.get(address(own)).context["waiting"] == 1
    assert client.post(address(own, "proposals"), {"pick": made.pk, "act": "accept"}).status_code == 302
    assert own.items.get(name="甲项目").dropped
    rows = [ProposalInput("drop", "不建了", item=item)]
    with pytest.raises(PermissionDenied, match="乙街道不在里面"):
        proposing.make_proposals(own, rows, unit=city["乙"]["street"], **how(city["乙街"]))
    with pytest.raises(PermissionDenied, match="甲区2019年计划由甲区的重大办"):
        proposing.decide_proposals(own, [made.pk], accept=True, answer="", **how(city["乙办"]))


def test_an_entry_is_offered_to_the_programme_that_takes_it_in(
    city: Any, own: Programme, client: Any
) -> None:
    how_ = {"category": "infrastructure", "maturity": 3, "lacking": "控规", "expected_start": None}
    here, there = (reserve(city[one]["street"], name=f"{one}前期", **how_) for one in "甲乙")
    page, step = (
        reverse("planning:entry", args=[here.pk]),
        reverse("planning:step", args=[here.pk, "propose"]),
    )
    for name, draft in (("甲街", own), ("甲办", own), ("市办", None), ("乙办", ...)):
        client.force_login(city[name])
        answer = client.get(page)
        assert (answer.status_code == 404) if draft is ... else answer.context["draft"] == draft, name
    client.force_login(city["乙街"])
    assert client.get(reverse("planning:entry", args=[there.pk])).context["draft"] is None
    assert client.post(step, {"reason": "能开工"}).status_code == 404
    compiled(city, "市")
    shown = client.get(reverse("planning:entry", args=[there.pk])).context["draft"]
    assert shown == Programme.objects.get(district=None)
    client.force_login(city["甲街"])
    assert client.post(step, {"reason": "能开工"}).url == address(own, "proposals")
    for held, entry in ((own, there), (shown, here)):
        with pytest.raises(Refused, match=f"“{entry.name}”的属地不归{held}管"):
            rows = [ProposalInput("add", "能开工", reserve=entry)]
            proposing.make_proposals(held, rows, unit=city["甲"]["street"], **how(city["甲街"]))
    adopting.adopt_programme(shown, **how(city["市办"]))
    client.force_login(city["乙街"])
    assert client.get(reverse("planning:entry", args=[there.pk])).context["draft"] is None


def test_what_moved_to_another_district_is_not_taken_in_twice(city: Any, own: Programme) -> None:
    Project.objects.filter(name="甲项目").update(territory=city["乙"]["street"])
    assert names(compiled(city, "乙")) == {"乙项目", "乙储备"}
    line = own.items.get(name="甲项目")
    programme.review_items(own, {line.pk: 1}, dropped=True, reason="归乙区了", **how(city["甲办"]))
    assert names(compiled(city, "乙")) == {"乙项目", "乙储备", "甲项目"}


def test_an_entry_of_a_draft_stays_in_the_reserve(city: Any, own: Programme) -> None:
    entry = own.items.get(name="甲储备").reserve
    with pytest.raises(Refused, match="还在甲区2019年重大项目计划里"):
        reserving.leave_reserve({entry.pk: 1}, "不做了", **how(city["甲办"]))


def test_figures_count_what_it_covers_and_open_their_lists(city: Any, own: Programme, client: Any) -> None:
    [more] = register_projects([of(city["甲"]["street"], "甲二期")], actor=SYSTEM, now=NOW)
    list_projects([ListingInput(more.pk, 2018, "municipal", 1)], actor=SYSTEM, now=NOW)
    set_plans([PlanInput(more.pk, 2018, planned_investment=10**8)], actor=SYSTEM, now=NOW)
    common = compiled(city, "市")
    compiled(city, "甲")
    for held, old, new in ((own, (2, 2 * 10**8), 3), (common, (1, 10**8), 2)):
        for by in ("category", "territory"):
            found = compare(city["市长"], held, by)
            assert (found.whole.old.count, found.whole.old.planned) == old, (held, by)
            assert found.whole.new.count == new
    assert compare(city["乙长"], common, "category").whole.old.count == 1
    assert compare(city["甲长"], common, "category").whole.old.count == 0
    for name, held in (("市长", own), ("甲办", own), ("市长", common)):
        client.force_login(city[name])
        context = client.get(address(held), {"by": "territory"}).context
        counted = [one for one in (*context["sources"], *context["totals"]) if one.unit == "个"]
        pairs = [(one.rows, one.value) for one in counted]
        compared = context["compared"]
        pairs += [(one.rows, one.new.count) for one in (compared.whole, compared.upper, *compared.rows)]
        for rows, value in pairs:
            assert client.get(f"{address(held)}?{rows}").context["page"].paginator.count == value, rows
    assert "甲区：2019年计划" in client.get(address(own)).content.decode()
    listed = client.get(ALL, {"year": "2019"}).context["rows"]
    assert [(one.pk, n) for one, n in listed] == [(common.pk, 2), (own.pk, 3)]
    for one, n in listed:
        assert client.get(address(one)).context["page"].paginator.count == n


def test_the_card_beside_the_signings_is_of_the_nearest(city: Any, own: Programme) -> None:
    assert cards("signings", city["甲长"], NOW.date())[0].foot.startswith("甲区：2019年计划")
    assert cards("signings", city["乙长"], NOW.date())[0].foot == ""
    compiled(city, "市")
    assert cards("signings", city["甲长"], NOW.date())[0].foot.startswith("甲区：2019年计划")
    said = cards("signings", city["乙长"], NOW.date())[0].foot
    assert said.startswith(f"{city['乙长'].unit_name}：2019年计划"), "of what is seen, not of all"


def test_the_index_names_the_nearest_and_counts_the_rest(city: Any, own: Programme, client: Any) -> None:
    client.force_login(city["市办"])
    page = client.get(INDEX)
    assert (list(page.context["programmes"]), page.context["every"]) == ([], 1)
    assert "全部1份" in page.content.decode()
    compiled(city, "市")
    client.force_login(city["甲办"])
    page = client.get(INDEX)
    assert (page.context["programmes"], page.context["every"]) == ([own], 2)
    assert page.context["compile_form"].initial["proposals_due"] == DUE
    client.force_login(city["乙办"])
    assert client.get(INDEX).context["compile_form"].initial["proposals_due"] is None
    client.force_login(city["甲督"])
    assert client.get(INDEX).context["compiling"] is False


def test_the_queries_do_not_grow_with_the_districts(city: Any, own: Programme, client: Any) -> None:
    client.force_login(city["市办"])
    pages = (INDEX, ALL, address(own), address(own, "proposals"))

    def asked() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    asked()
    few = asked()
    for number in range(12):
        place = UnitFactory(name=f"{number}区", kind=Unit.Kind.DISTRICT, parent=city["root"])
        UnitFactory(name=f"{number}街道", kind=Unit.Kind.SUBDISTRICT, parent=place)
        for year in (2019, 2020):
            Programme.objects.create(
                year=year, district=place, proposals_due=date(2018, 11, 1), compiled_at=NOW
            )
    assert client.get(ALL).context["page"].paginator.count == 25
    assert client.get(INDEX).context["every"] == 25
    assert asked() == few
    found = client.get(ALL, {"q": "11区", "year": "2020"}).context["rows"]
    assert [str(one) for one, _ in found] == ["11区2020年重大项目计划"]


def test_an_address_that_names_no_programme_is_not_there(city: Any, own: Programme, client: Any) -> None:
    client.force_login(city["市办"])
    for plan in (
        "2018",
        "2019",
        f"2018-{own.district_id}",
        "2019-999999999999999999",
        "2019-0",
        "2019-",
        "19",
    ):
        assert client.get(f"/planning/{plan}/").status_code == 404, plan
    compiled(city, "市")
    assert client.get("/planning/2019/").context["programme"].district is None


def test_paper_and_sheet_name_the_district(city: Any, own: Programme, client: Any) -> None:
    client.force_login(city["市办"])
    common = compiled(city, "市")
    assert (
        '<h2 class="print-title">甲区2019年重大项目计划（草案）'
        in client.get(address(own, "print")).content.decode()
    )
    assert "甲区2019年重大项目计划" not in client.get(address(common, "print")).content.decode()
    assert (
        quote("甲区2019年重大项目计划") in client.get(address(own, "export")).headers["Content-Disposition"]
    )
