"""挂到项目：列入计划、开工、竣工跟着走，项目退了签约也退；转成项目。"""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW
from tests.progress.builders import add_project
from tests.signings.builders import SIGNED, line, seen, signing, summit, went
from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.actions import list_projects
from xushi.registry.checking import Refused
from xushi.registry.models import Listing, Project
from xushi.registry.rules import ListingInput
from xushi.signings import actions
from xushi.signings.linking import follow_projects, link, register, unlink
from xushi.signings.models import Signing
from xushi.signings.recording import sign
from xushi.signings.rules import Stage
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
BY_HAND = (
    (Stage.COMPANY, date(2018, 6, 1)),
    (Stage.LAND, date(2018, 6, 20)),
    (Stage.ADMITTED, date(2018, 7, 2)),
)
JULY = datetime(2018, 7, 10, 9, tzinfo=BEIJING)


def stages(one: Signing) -> list[tuple[int, date | None]]:
    return list(one.stages.order_by("stage").values_list("stage", "reached_on"))


def listed(project: Project, at: datetime = JULY) -> None:
    list_projects([ListingInput(project.pk, 2018, "district", 1)], actor=SYSTEM, now=at)


def test_a_project_of_the_registry_carries_it_on(subdistrict: Unit, office_user: User) -> None:
    one = went(signing(summit(), subdistrict), *BY_HAND)
    project, by = add_project(subdistrict, "射频芯片产业园一期", listed=False), Actor(by=office_user)
    link(seen(one), project, actor=by, now=NOW)
    one.refresh_from_db()
    assert one.stage == Stage.ADMITTED
    listed(project)
    assert follow_projects([project.pk], now=NOW) == 1
    assert follow_projects(None, now=NOW) == 0
    Project.objects.filter(pk=project.pk).update(started_on=date(2018, 8, 1))
    assert follow_projects([project.pk], now=NOW) == 1
    one.refresh_from_db()
    assert (one.stage, one.stage_on) == (Stage.STARTED, date(2018, 8, 1))
    assert stages(one)[-2:] == [(5, date(2018, 7, 10)), (6, date(2018, 8, 1))]
    Project.objects.filter(pk=project.pk).update(started_on=None)
    follow_projects([project.pk], now=NOW)
    Listing.objects.filter(project=project).delete()
    follow_projects(None, now=NOW)
    one.refresh_from_db()
    assert (one.stage, one.stage_on) == (Stage.ADMITTED, date(2018, 7, 2))
    assert len(stages(one)) == 4


def test_what_the_project_passed_over_is_said_and_goes_with_it(subdistrict: Unit, office_user: User) -> None:
    one = signing(summit(), subdistrict)
    project = add_project(subdistrict, "射频芯片产业园一期", listed=False, started_on=date(2018, 8, 1))
    link(seen(one), project, actor=Actor(by=office_user), now=NOW)
    one.refresh_from_db()
    assert stages(one) == [(1, SIGNED), (2, None), (3, None), (4, None), (5, None), (6, date(2018, 8, 1))]
    assert one.stages.get(stage=Stage.LISTED).words == "没有列入名单就开工"
    one = unlink(seen(one), "挂错了同名项目", actor=Actor(by=office_user), now=NOW)
    one.refresh_from_db()
    assert (one.stage, stages(one), one.project) == (Stage.SIGNED, [(1, SIGNED)], None)


def test_a_day_filled_in_after_the_start_moves_nothing_back(subdistrict: Unit, office_user: User) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=office_user)
    project = add_project(subdistrict, "射频芯片产业园一期", started_on=date(2018, 8, 1))
    link(seen(one), project, actor=by, now=NOW)
    one = went(one, (Stage.COMPANY, date(2018, 6, 1)))
    assert (one.stage, one.stage_on) == (
        Stage.STARTED,
        date(2018, 9, 12),
    )  # on the list as the journal saw it: today
    one = actions.take_back(seen(one), "日期不对", actor=by, now=NOW)
    assert (2, None) in stages(one)
    assert one.stage == Stage.STARTED


def test_becoming_a_project(subdistrict: Unit, office_user: User, territory_user: User) -> None:
    one = went(signing(summit(), subdistrict), *BY_HAND)
    with pytest.raises(PermissionDenied):
        register(seen(one), actor=Actor(by=territory_user), now=NOW)
    [project] = register(seen(one), actor=Actor(by=office_user), now=NOW)
    one.refresh_from_db()
    assert (one.project, project.name, project.total_investment) == (project, one.name, one.amount)
    event = Event.objects.get(verb="signings.signing.registered")
    kinds = set(event.rows.values_list("subject_kind", flat=True))
    assert kinds == {"signings.signing", "registry.project"}
    with pytest.raises(Refused, match="不用再转"):
        register(seen(one), actor=Actor(by=office_user), now=NOW)


def test_a_name_that_the_registry_has_is_linked_not_doubled(subdistrict: Unit, office_user: User) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=office_user)
    held = add_project(subdistrict, one.name)
    with pytest.raises(Refused, match="库里已有"):
        register(seen(one), actor=by, now=NOW)
    assert Signing.objects.get().project is None
    link(seen(one), held, actor=by, now=NOW)
    with pytest.raises(Refused, match="先摘下再挂"):
        link(seen(one), held, actor=by, now=NOW)


def test_a_lapsed_one_stays_where_it_was_until_it_is_back(subdistrict: Unit, office_user: User) -> None:
    one, by = went(signing(summit(), subdistrict), *BY_HAND), Actor(by=office_user)
    project = add_project(subdistrict, "射频芯片产业园一期", listed=False)
    link(seen(one), project, actor=by, now=NOW)
    actions.lapse(seen(one), "funds", "停了", actor=by, now=NOW)
    listed(project)
    assert follow_projects(None, now=NOW) == 0
    actions.restore(seen(one), "又来", actor=by, now=NOW)
    one.refresh_from_db()
    assert one.stage == Stage.LISTED
    Project.objects.filter(pk=project.pk).update(started_on=date(2018, 8, 1))
    follow_projects(None, now=NOW)
    with pytest.raises(Refused, match="已经开工，不能记流失"):
        actions.lapse(seen(one), "funds", "停了", actor=by, now=NOW)


def test_a_removed_project_is_not_linked_to(subdistrict: Unit, office_user: User) -> None:
    one = signing(summit(), subdistrict)
    gone = add_project(subdistrict, "退库的", removed_on=date(2018, 9, 1))
    with pytest.raises(Refused, match="已经退库"):
        link(seen(one), gone, actor=Actor(by=office_user), now=NOW)


def test_following_asks_the_same_however_many(subdistrict: Unit, django_assert_num_queries: object) -> None:
    event = summit()
    ones = sign([line(event, subdistrict, f"项目{n}") for n in range(30)], actor=SYSTEM, now=NOW)
    for one in ones:
        link({one.pk: None}, add_project(subdistrict, f"库里{one.name}"), actor=SYSTEM, now=NOW)
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert follow_projects(None, now=NOW) == 0
