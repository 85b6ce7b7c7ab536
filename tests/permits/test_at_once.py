"""同一刻：六个人起草只成一份，发布同一份只成一版，核查同一份承诺只记一次，套餐同时报只报一遍。"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.permits.world import World, at, build
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.permits import actions_catalogue as catalogue
from xushi.permits import committing, packaging, rehearsing
from xushi.permits.models import Catalogue, Commitment, Rehearsal
from xushi.permits.selectors_catalogue import entries_of
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6
TODAY, SOON = date(2018, 6, 19), date(2018, 7, 17)
NOW = at(TODAY)


def all_at_once(act: Callable[[int], Any]) -> list[Any]:
    """Run act(0…5) in threads that start together; refusals are returned."""
    start = Barrier(AT_ONCE)

    def run(i: int) -> Any:
        start.wait()
        try:
            return act(i)
        except (Conflict, Refused) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def refusals(found: list[Any]) -> list[Any]:
    return [one for one in found if isinstance(one, (Conflict, Refused))]


@pytest.fixture
def world(district: Unit, subdistrict: Unit, settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return build(district, subdistrict)


def test_six_who_begin_a_draft_begin_one(office_user: User) -> None:
    found = all_at_once(lambda _: catalogue.begin_draft(actor=Actor(by=office_user), now=NOW))
    assert len(refusals(found)) == AT_ONCE - 1
    assert Catalogue.objects.filter(published_at=None).count() == 1


def test_six_who_publish_make_one_version(office_user: User) -> None:
    how: dict[str, Any] = {"actor": Actor(by=office_user), "now": NOW}
    draft = catalogue.begin_draft(**how)
    first = entries_of(draft)[0]
    catalogue.save_permits(draft, [replace(first, legal_days=first.legal_days + 1)], **how)
    found = all_at_once(lambda i: catalogue.publish_catalogue(draft, f"第{i}个人发的", **how))
    [made] = [one for one in found if isinstance(one, Catalogue)]
    assert [type(one) for one in refusals(found)] == [Conflict] * (AT_ONCE - 1)
    draft.refresh_from_db()
    assert draft.reason == made.reason
    assert Event.objects.filter(verb="permits.catalogue.published", subject_id=draft.pk).count() == 1


def test_six_who_change_one_permit_change_it_once(office_user: User) -> None:
    how: dict[str, Any] = {"actor": Actor(by=office_user), "now": NOW}
    draft = catalogue.begin_draft(**how)
    first = entries_of(draft)[0]

    def change(i: int) -> list[str]:
        row = replace(first, legal_days=100 + i)
        return catalogue.save_permits(draft, [row], seen={first.code: first.digest}, **how)

    assert len(refusals(all_at_once(change))) == AT_ONCE - 1
    assert Event.objects.filter(verb="permits.catalogue.changed").count() == 1


def test_six_who_check_one_commitment_check_it_once(world: World) -> None:
    held = committing.commit(
        world.seen("filing"), "厂长", "属实", SOON, TODAY, actor=world.by("town"), now=NOW
    )

    def check(i: int) -> Commitment:
        return committing.check_commitment(
            {held.pk: 1}, i % 2 == 0, "看过", TODAY, actor=world.by("hall"), now=NOW
        )

    found = all_at_once(check)
    [done] = [one for one in found if isinstance(one, Commitment)]
    assert len(refusals(found)) == AT_ONCE - 1
    held.refresh_from_db()
    assert held.state == done.state
    assert world.step("filing").state == ("approved" if done.state == "kept" else "planned")


def test_six_who_ask_for_one_rehearsal_ask_once(world: World) -> None:
    seen = world.seen("construction")
    found = all_at_once(
        lambda _: rehearsing.ask_rehearsal(seen, "方案", TODAY, actor=world.by("owner"), now=NOW)
    )
    assert len(refusals(found)) == AT_ONCE - 1
    assert Rehearsal.objects.count() == 1


def test_six_who_hand_in_one_package_hand_it_in_once(world: World) -> None:
    committing.commit(world.seen("filing"), "厂长", "属实", SOON, TODAY, actor=world.by("hall"), now=NOW)
    office: dict[str, Any] = {"actor": world.by("office"), "now": NOW}
    package = packaging.save_package(None, "一起报", ["environment", "relocation"], **office)
    owner: dict[str, Any] = {"actor": world.by("owner"), "now": NOW}
    found = all_at_once(lambda _: packaging.submit_package(package, world.project, TODAY, **owner))
    assert len(refusals(found)) == AT_ONCE - 1
    assert Event.objects.filter(verb="permits.step.packaged").count() == 1
    assert {world.step(code).state for code in package.codes} == {"submitted"}
