"""手续目录、套餐各区自己的：没编自己的用共用的；编了的，本区新项目照它办；别的区看不到、改不了。"""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from tests.units.test_districts import SEPTEMBER, city
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.permits import actions_catalogue as catalogues
from xushi.permits import actions_office, packaging
from xushi.permits.catalogue import Entry
from xushi.permits.figures import Permits
from xushi.permits.models import Catalogue, Package, Permit, PermitStep, Track
from xushi.permits.selectors_catalogue import departments, draft, entries_of, published, versions
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
PAGE = reverse("permits:catalogue")


def by(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": SEPTEMBER}


def own_version(place: dict[str, Any], *, days: int = 3, user: User | None = None) -> Catalogue:
    """The district's first own version: the common one with another promise for the construction permit."""
    how = by(user or place["office"])
    made = catalogues.begin_draft(district=place["unit"], **how)
    [entry] = [one for one in entries_of(made) if one.code == "construction"]
    catalogues.save_permits(made, [changed(entry, days)], **how)
    return catalogues.publish_catalogue(made, "按甲政办发〔2018〕60号", **how)


def changed(entry: Entry, days: int) -> Entry:
    return Entry(
        entry.code, entry.name, entry.stage, entry.legal_days, days, entry.department, entry.department_name,
        entry.kinds, entry.needed_for_start, entry.valid_months, entry.max_extensions, entry.needs,
    )  # fmt: skip


def promised(project: Project) -> int:
    return int(PermitStep.objects.get(project=project, permit__code="construction").permit.promised_days)


def test_a_district_s_own_is_followed_there_and_the_common_one_everywhere_else(city: Any) -> None:
    common = published()
    usual = Permit.objects.get(catalogue=common, code="construction").promised_days
    made = own_version(city["甲"])
    assert (str(made), made.version, made.district) == ("甲区前期手续目录第1版", 1, city["甲"]["unit"])
    assert published(city["甲"]["unit"]) == made and published(city["乙"]["unit"]) == published() == common
    assert versions(city["甲"]["unit"]) == [made] and versions() == [common]
    projects = [city["甲"]["project"], city["乙"]["project"]]
    tracks = actions_office.open_tracks(projects, actor=SYSTEM, now=SEPTEMBER)
    assert [one.catalogue_id for one in Track.objects.order_by("project")] == [made.pk, common.pk]
    assert len(tracks) == 2 and [promised(one) for one in projects] == [3, usual]
    event = Event.objects.get(verb="permits.track.opened")
    assert event.summary == "建立前期手续：2个项目，照甲区前期手续目录第1版、前期手续目录第1版"


def test_projects_under_way_keep_theirs_and_giving_up_leads_back_to_the_common_one(city: Any) -> None:
    first = city["甲"]
    common, project = published(), first["project"]
    actions_office.open_tracks([project], actor=SYSTEM, now=SEPTEMBER)
    made = own_version(first)
    assert Track.objects.get().catalogue == common
    actions_office.move_track(project, reason="照本区的", **by(first["office"]))
    assert Track.objects.get().catalogue == made and promised(project) == 3
    catalogues.give_up(first["unit"], **by(first["office"]))
    assert published(first["unit"]) == common and Track.objects.get().catalogue == made
    with pytest.raises(Conflict, match="各区共用的"):
        catalogues.give_up(first["unit"], **by(first["office"]))
    actions_office.move_track(project, reason="用回共用的", **by(first["office"]))
    assert Track.objects.get().catalogue == common
    again = own_version(first, days=2)
    assert again.version == 2 and published(first["unit"]) == again, "numbers go on"


def test_the_common_one_moves_on_without_a_district_that_has_its_own(city: Any) -> None:
    made, office = own_version(city["甲"]), city["office"]
    following = catalogues.begin_draft(**by(office))
    assert following.version == 2, "versions are numbered apart"
    [entry] = [one for one in entries_of(following) if one.code == "construction"]
    catalogues.save_permits(following, [changed(entry, 1)], **by(office))
    catalogues.publish_catalogue(following, "压缩", **by(office))
    assert published(city["甲"]["unit"]) == made and published(city["乙"]["unit"]) == following


def test_whose_draft_is_whose_to_change(city: Any) -> None:
    first, second = city["甲"], city["乙"]
    for district in (None, second["unit"]):
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            catalogues.begin_draft(district=district, **by(first["office"]))
    held = catalogues.begin_draft(district=first["unit"], **by(first["office"]))
    with pytest.raises(Conflict, match="已有一份没发布的草稿"):
        catalogues.begin_draft(district=first["unit"], **by(city["office"]))
    beside = [
        catalogues.begin_draft(**by(city["office"])),
        catalogues.begin_draft(district=second["unit"], **by(second["office"])),
    ]
    assert [draft(), draft(second["unit"])] == beside, "a draft of one keeps nobody else from theirs"
    [entry] = [one for one in entries_of(held) if one.code == "construction"]
    for act in (
        lambda: catalogues.save_permits(held, [changed(entry, 2)], **by(second["office"])),
        lambda: catalogues.remove_permits(held, ["construction"], **by(second["office"])),
        lambda: catalogues.publish_catalogue(held, "改", **by(second["office"])),
        lambda: catalogues.discard_draft(held, **by(second["office"])),
        lambda: catalogues.give_up(first["unit"], **by(second["office"])),
    ):
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            act()
    catalogues.save_permits(
        held, [changed(entry, 2)], **by(city["office"])
    )  # the office of all for any district
    assert draft(first["unit"]) == held


def test_the_departments_of_another_district_hold_no_step_here(city: Any) -> None:
    first, second = city["甲"]["unit"], city["乙"]["unit"]
    kind = Unit.Kind.DEPARTMENT
    bureau = UnitFactory(name="市住建局", kind=kind, parent=city["root"])
    ours, theirs = (UnitFactory(name=f"{one.name}城建局", kind=kind, parent=one) for one in (first, second))
    assert {bureau, ours} <= set(departments(first)) and theirs not in departments(first)
    common = published()
    Permit.objects.filter(catalogue=common, code="construction").update(department=theirs)
    how = by(city["甲"]["office"])
    made = catalogues.begin_draft(district=first, **how)
    [entry] = [one for one in entries_of(made) if one.code == "construction"]
    assert entry.department != theirs.pk
    wrong = Entry(**{**{n: getattr(entry, n) for n in Entry.__slots__}, "department": theirs.pk})
    with pytest.raises(Refused, match="是别的区的"):
        catalogues.save_permits(made, [wrong], **how)


def test_the_database_keeps_apart_what_is_numbered_apart(city: Any) -> None:
    first = city["甲"]["unit"]
    Catalogue.objects.create(version=1, name="甲", district=first, published_at=SEPTEMBER)
    for wrong in (
        {"version": 1, "district": first, "published_at": SEPTEMBER},
        {"version": 1, "district": None, "published_at": SEPTEMBER},
        {"version": 9, "district": None, "published_at": SEPTEMBER, "given_up_at": SEPTEMBER},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Catalogue.objects.create(name="重", **wrong)
    Catalogue.objects.create(version=2, name="稿", district=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Catalogue.objects.create(version=3, name="又一稿", district=first)


def test_steps_are_named_as_the_common_one_has_them_where_several_districts_meet(city: Any) -> None:
    made = own_version(city["甲"])
    Permit.objects.filter(catalogue=made, code="construction").update(name="施工证（甲）")
    keys = list(Permit.objects.filter(code="construction").values_list("pk", flat=True))
    assert Permits.of(keys).steps["construction"].name == "施工证（甲）", "one district: the newest"
    other = own_version(city["乙"], days=4)
    keys = list(Permit.objects.filter(code="construction").values_list("pk", flat=True))
    assert other.district == city["乙"]["unit"]
    assert Permits.of(keys).steps["construction"].name != "施工证（甲）"


def test_the_pages_of_a_district(city: Any, client: Client) -> None:
    first, common = city["甲"], published()
    client.force_login(first["office"])
    actions_office.open_tracks([first["project"], city["乙"]["project"]], actor=SYSTEM, now=SEPTEMBER)
    told = client.get(PAGE)
    assert list(told.context["running"].values()) == [1], "those of its own"
    page = told.content.decode()
    assert "用的是各区共用的这一版" in page and "照这一版编甲区自己的" in page
    assert client.post(reverse("permits:draft_begin")).status_code == 302
    page = client.get(reverse("permits:draft")).content.decode()
    assert "甲区自己的第1版草稿" in page and "和现行的还没有不同" in page
    made = draft(first["unit"])
    assert made is not None and draft() is None
    [entry] = [one for one in entries_of(made) if one.code == "construction"]
    catalogues.save_permits(made, [changed(entry, 3)], **by(first["office"]))
    assert "各区共用的第1版" in client.get(reverse("permits:draft")).content.decode()
    assert client.post(reverse("permits:draft_publish"), {"reason": "按区里的"}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "这是甲区自己的目录" in page and "甲区前期手续目录第1版" in page
    assert "前期手续目录第1版，共" in client.get(f"{PAGE}?district=common").content.decode()
    moved = client.get(f"{reverse('permits:catalogue_compare')}?from=common").content.decode()
    assert "共用的第1版到第1版动了1项" in moved
    assert client.post(reverse("permits:catalogue_give_up")).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "看以前自己编的1版" in page and str(common) in page
    assert "本区不再用自己的" in client.get(f"{PAGE}?district=own").content.decode()


def test_another_district_sees_nothing_of_it_and_the_city_sees_all(city: Any, client: Client) -> None:
    made = own_version(city["甲"])
    street = appoint(UserFactory(), Role.TERRITORY, unit=city["乙"]["street"])
    for user in (city["乙"]["office"], street):
        client.force_login(user)
        for asked in ("", f"?district={city['甲']['unit'].pk}", "?district=own"):
            page = client.get(f"{PAGE}{asked}").content.decode()
            assert "甲区" not in page and "乙区没有自己的目录" in page
    client.force_login(appoint(UserFactory(), Role.TERRITORY, unit=city["甲"]["street"]))
    page = client.get(PAGE).content.decode()
    assert str(made) in page and "不再用自己的" not in page
    client.force_login(city["office"])
    page = client.get(PAGE).content.decode()
    assert "自己的第1版" in page and "前期手续目录第1版，共" in page
    assert str(made) in client.get(f"{PAGE}?district={city['甲']['unit'].pk}").content.decode()
    assert client.get(f"{PAGE}?district=9999").status_code == 404
    begun = client.post(f"{reverse('permits:draft_begin')}?district={city['乙']['unit'].pk}")
    assert begun.status_code == 302 and draft(city["乙"]["unit"]) is not None and draft() is None


def test_a_package_is_a_district_s_own_beside_the_common_ones(city: Any, client: Client) -> None:
    first, second = city["甲"], city["乙"]
    codes = ["project_code", "feasibility"]
    common = packaging.save_package(None, "立项", codes, **by(city["office"]))
    own = packaging.save_package(None, "甲区立项", codes, district=first["unit"], **by(first["office"]))
    with pytest.raises(Refused, match="已有套餐“立项”"):
        packaging.save_package(None, "立项", codes, district=first["unit"], **by(first["office"]))
    packaging.save_package(None, "甲区立项", codes, district=second["unit"], **by(second["office"]))
    for held in (own, common):
        with pytest.raises(PermissionDenied):
            packaging.save_package(held, "改", codes, **by(second["office"]))
        with pytest.raises(PermissionDenied):
            packaging.retire_package(held, **by(second["office"]))
    actions_office.open_tracks([first["project"], second["project"]], actor=SYSTEM, now=SEPTEMBER)
    with pytest.raises(Conflict):
        packaging.submit_package(own, second["project"], SEPTEMBER.date(), actor=SYSTEM, now=SEPTEMBER)
    pages = {}
    for name in "甲乙":
        client.force_login(city[name]["office"])
        pages[name] = client.get(f"{reverse('permits:services')}?list=packages")
        assert client.get(reverse("permits:package", args=[common.pk])).status_code == 403
    shown = {name: [one for one, _, _ in page.context["packages"]] for name, page in pages.items()}
    assert common in shown["甲"] and common in shown["乙"] and own in shown["甲"] and own not in shown["乙"]
    assert client.get(reverse("permits:package", args=[own.pk])).status_code == 404
    typed = {"name": "乙区规划", "codes": codes}
    assert client.post(reverse("permits:package_new"), typed).status_code == 302
    assert Package.objects.get(name="乙区规划").district == second["unit"]
