"""编目录：预置一次不再来，起草、改、添、删、发布、丢掉；发布过的不动；两人同时只成一个。"""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW, UnitFactory
from tests.progress.builders import add_project
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.permits import actions_catalogue as actions
from xushi.permits.catalogue import Entry, whole
from xushi.permits.catalogue_standard import STANDARDS
from xushi.permits.models import Catalogue, Permit, Prerequisite, Track
from xushi.permits.selectors_catalogue import by_stage, draft, entries_of, published, versions
from xushi.registry.checking import Conflict, Refused
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
CHANGED = "permits.catalogue.changed"


@pytest.fixture
def how(office_user: User) -> dict[str, Any]:
    return {"actor": Actor(by=office_user), "now": NOW}


@pytest.fixture
def drafted(how: dict[str, Any]) -> Catalogue:
    return actions.begin_draft(**how)


def entry(held: Catalogue, code: str) -> Entry:
    return next(one for one in entries_of(held) if one.code == code)


def test_the_tables_come_with_the_shipped_version() -> None:
    held = published()
    assert held is not None
    assert (held.version, held.permits.count()) == (1, len(STANDARDS))
    assert Prerequisite.objects.count() == sum(len(one.needs) for one in STANDARDS)
    assert not held.permits.filter(department__isnull=False).exists()


def test_preload_names_departments_once_and_changes_nothing_after(district: Unit) -> None:
    land = UnitFactory(name="区国土分局", parent=district)
    UnitFactory(name="某某水务局", parent=district)
    UnitFactory(name="区水务局", parent=district)  # 两个都像：不猜
    held = actions.preload(actor=SYSTEM, now=NOW)
    assert held.permits.get(code="relocation").department == land
    assert held.permits.get(code="flood").department is None
    [event] = Event.objects.filter(verb="permits.catalogue.departments_named")
    assert event.rows.count() == held.permits.filter(department=land).count()
    UnitFactory(name="区环保局", parent=district)
    assert actions.preload(actor=SYSTEM, now=NOW) == held
    assert held.permits.get(code="environment").department is None
    assert Event.objects.filter(verb__startswith="permits.catalogue").count() == 1


def test_preload_writes_version_one_where_there_is_none(district: Unit) -> None:
    Catalogue.objects.all().delete()
    held = actions.preload(actor=SYSTEM, now=NOW)
    assert (held.permits.count(), held.published_at) == (len(STANDARDS), NOW)
    assert Event.objects.filter(verb="permits.catalogue.published", subject_id=held.pk).count() == 1


def test_a_draft_is_a_copy_and_there_is_one(drafted: Catalogue, how: dict[str, Any]) -> None:
    first = published()
    assert first is not None
    assert drafted.version == first.version + 1
    assert [replace(one, department=None, department_name="") for one in entries_of(drafted)] == entries_of(
        first
    )
    with pytest.raises(Conflict, match="已有一份没发布的草稿"):
        actions.begin_draft(**how)
    assert Catalogue.objects.filter(published_at=None).count() == 1


def test_changing_adding_and_what_the_journal_says(drafted: Catalogue, how: dict[str, Any]) -> None:
    design = entry(drafted, "design")
    new = Entry("", "　绿色图审 ", 3, 10, 5, needs=("design",))
    codes = actions.save_permits(drafted, [replace(design, promised_days=10), new], **how)
    assert codes[0] == "design"
    added = drafted.permits.get(code=codes[1])
    assert (added.name, added.promised_days) == ("绿色图审", 5)
    assert entries_of(drafted)[-1].code == added.code  # 添的排在最后
    assert [one.needs.code for one in added.prerequisites.all()] == ["design"]
    event = Event.objects.get(verb=CHANGED)
    assert event.changes["设计方案审查 承诺时限"] == ["15天", "10天"]
    assert event.changes["绿色图审 前置"] == ["", "设计方案审查"]
    first = published()
    assert first is not None
    assert entry(first, "design").promised_days == 15
    assert actions.save_permits(drafted, [entry(drafted, "design")], **how) == ["design"]
    assert Event.objects.filter(verb=CHANGED).count() == 1  # 没动就不记


def test_codes_are_never_used_again(drafted: Catalogue, how: dict[str, Any]) -> None:
    [first] = actions.save_permits(drafted, [Entry("", "甲", 1, 5, 5)], **how)
    [second] = actions.save_permits(drafted, [Entry("", "乙", 1, 5, 5)], **how)
    assert first != second
    assert len({*drafted.permits.values_list("code", flat=True)}) == len(STANDARDS) + 2


def test_a_ring_is_refused_and_named_and_nothing_is_written(drafted: Catalogue, how: dict[str, Any]) -> None:
    before = whole(entries_of(drafted))
    ring = replace(entry(drafted, "design"), needs=("land_permit", "planning_permit"))
    with pytest.raises(
        Refused, match="绕成了圈：.*(设计方案审查→建设工程规划许可证|建设工程规划许可证→设计方案审查)"
    ):
        actions.save_permits(drafted, [Entry("", "好的", 1, 5, 5), ring], **how)
    assert whole(entries_of(drafted)) == before


def test_a_ring_of_two_saved_together_is_refused_too(drafted: Catalogue, how: dict[str, Any]) -> None:
    one = replace(entry(drafted, "flood"), needs=("forest",))
    other = replace(entry(drafted, "forest"), needs=("flood",))
    with pytest.raises(Refused, match="绕成了圈"):
        actions.save_permits(drafted, [one, other], **how)


def test_wrong_departments_are_refused(
    drafted: Catalogue, how: dict[str, Any], district: Unit, owner_user: User
) -> None:
    heir = UnitFactory(name="区自然资源局", parent=district)
    gone = UnitFactory(name="区国土分局", parent=district)
    dissolve_unit(unit=gone, successor=heir, actor=SYSTEM, now=NOW)
    relocation = entry(drafted, "relocation")
    with pytest.raises(Refused, match="已撤销，请选区自然资源局"):
        actions.save_permits(drafted, [replace(relocation, department=gone.pk)], **how)
    assert owner_user.unit
    with pytest.raises(Refused, match="是企业"):
        actions.save_permits(drafted, [replace(relocation, department=owner_user.unit.pk)], **how)
    actions.save_permits(drafted, [replace(relocation, department=heir.pk)], **how)
    assert Event.objects.get(verb=CHANGED).changes["征地拆迁 办理部门"] == ["没定", "区自然资源局"]


def test_the_slower_of_two_is_told_and_writes_nothing(drafted: Catalogue, how: dict[str, Any]) -> None:
    seen = entry(drafted, "design")
    actions.save_permits(drafted, [replace(seen, promised_days=12)], seen={"design": seen.digest}, **how)
    with pytest.raises(Conflict, match="刚被人改过"):
        actions.save_permits(drafted, [replace(seen, promised_days=8)], seen={"design": seen.digest}, **how)
    assert entry(drafted, "design").promised_days == 12
    actions.remove_permits(drafted, ["completion"], **how)
    with pytest.raises(Conflict, match="被人从草稿里删掉"):
        actions.save_permits(
            drafted, [Entry("completion", "竣工验收备案", 4, 15, 5, needed_for_start=False)], **how
        )
    with pytest.raises(Refused, match="一次只能改一遍"):
        actions.save_permits(drafted, [seen, seen], **how)


def test_what_others_wait_for_is_not_removed(drafted: Catalogue, how: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="“设计方案审查”是.*施工图审查.*的前置"):
        actions.remove_permits(drafted, ["design"], **how)
    actions.remove_permits(drafted, ["completion", "archive"], **how)  # archive只有completion在等，一起删得掉
    assert drafted.permits.count() == len(STANDARDS) - 2
    actions.remove_permits(drafted, ["completion"], **how)
    assert Event.objects.filter(verb=CHANGED).count() == 1


def test_publishing_and_what_it_is_refused_for(drafted: Catalogue, how: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        actions.publish_catalogue(drafted, " ", **how)
    assert [one.sentence[:3] for one in refused.value.problems] == ["写一句", "和现行"]
    looked_at = whole(entries_of(drafted))
    actions.save_permits(drafted, [replace(entry(drafted, "design"), promised_days=10)], **how)
    with pytest.raises(Conflict, match="草稿刚被人改过"):
        actions.publish_catalogue(drafted, "压缩时限", seen=looked_at, **how)
    with pytest.raises(Refused, match="最多300字"):
        actions.publish_catalogue(drafted, "字" * 301, **how)
    made = actions.publish_catalogue(drafted, " 压缩时限 ", seen=whole(entries_of(drafted)), **how)
    assert (made.reason, made.published_at, made.published_by) == ("压缩时限", NOW, how["actor"].by)
    assert published() == made
    assert [one.version for one in versions()] == [made.version, made.version - 1]
    event = Event.objects.get(verb="permits.catalogue.published", subject_id=made.pk)
    assert event.changes == {"设计方案审查 承诺时限": ["15天", "10天"]}


@pytest.mark.parametrize("act", ["save", "remove", "publish", "discard"])
def test_a_published_version_is_immutable(act: str, drafted: Catalogue, how: dict[str, Any]) -> None:
    actions.save_permits(drafted, [replace(entry(drafted, "design"), promised_days=10)], **how)
    actions.publish_catalogue(drafted, "压缩时限", **how)
    before = whole(entries_of(drafted))
    doing: dict[str, Any] = {
        "save": lambda: actions.save_permits(
            drafted, [replace(entry(drafted, "design"), promised_days=1)], **how
        ),
        "remove": lambda: actions.remove_permits(drafted, ["completion"], **how),
        "publish": lambda: actions.publish_catalogue(drafted, "再来", **how),
        "discard": lambda: actions.discard_draft(drafted, **how),
    }
    with pytest.raises(Conflict, match="刚被人发布或丢掉"):
        doing[act]()
    assert whole(entries_of(drafted)) == before


def test_a_draft_thrown_away_leaves_only_the_journal(drafted: Catalogue, how: dict[str, Any]) -> None:
    actions.discard_draft(drafted, **how)
    assert draft() is None
    assert not Permit.objects.filter(catalogue__version=2).exists()
    assert Event.objects.filter(verb="permits.catalogue.discarded").count() == 1
    with pytest.raises(Conflict):
        actions.discard_draft(drafted, **how)


def test_a_project_keeps_the_version_it_began_with(
    drafted: Catalogue, how: dict[str, Any], subdistrict: Unit
) -> None:
    first = published()
    track = Track.objects.create(project=add_project(subdistrict, "一期"), catalogue=first, moved_at=NOW)
    actions.save_permits(drafted, [replace(entry(drafted, "design"), promised_days=10)], **how)
    actions.publish_catalogue(drafted, "压缩时限", **how)
    track.refresh_from_db()
    assert track.catalogue == first != published()
    assert entry(track.catalogue, "design").promised_days == 15


@pytest.mark.parametrize(
    "name", ["leader_user", "department_user", "territory_user", "owner_user", "system_admin"]
)
def test_only_the_office_keeps_it(name: str, request: pytest.FixtureRequest, how: dict[str, Any]) -> None:
    theirs: dict[str, Any] = {"actor": Actor(by=request.getfixturevalue(name)), "now": NOW}
    with pytest.raises(PermissionDenied):
        actions.begin_draft(**theirs)
    made = actions.begin_draft(**how)
    for act in (
        lambda: actions.save_permits(made, [Entry("", "假", 1, 1, 1)], **theirs),
        lambda: actions.remove_permits(made, ["completion"], **theirs),
        lambda: actions.publish_catalogue(made, "假", **theirs),
        lambda: actions.discard_draft(made, **theirs),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert made.permits.count() == len(STANDARDS)


def test_stages_in_their_turn_and_reads_do_not_grow(
    drafted: Catalogue, how: dict[str, Any], django_assert_num_queries: Any
) -> None:
    assert [name for name, _ in by_stage(entries_of(drafted))] == [
        "立项用地规划许可", "工程建设许可", "施工许可", "竣工验收", "并联办理",
    ]  # fmt: skip
    actions.save_permits(drafted, [Entry("", f"新{n}", 1, 5, 5, needs=("filing",)) for n in range(20)], **how)
    with django_assert_num_queries(2):
        assert len(entries_of(drafted)) == len(STANDARDS) + 20
