"""编手续目录：照现行的起草，改、添、删，发布成新的一版，不要了就丢；发布过的一个字也不动。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max

from xushi.core.text import tidy
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.permits import catalogue_standard as standard
from xushi.permits.catalogue import Difference, Entry, cycle_of, differences, needed_by, problems_of, whole
from xushi.permits.models import Catalogue, Permit, PermitStep, Prerequisite, Track
from xushi.permits.policy_catalogue import can_keep_catalogue
from xushi.permits.selectors_catalogue import draft as open_draft
from xushi.permits.selectors_catalogue import entries_of, published
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.units.districts import denied, of_others
from xushi.units.models import Unit

LONGEST_REASON = 300
GONE = "这份草稿刚被人发布或丢掉了，请回目录看现在是哪一版。"


@transaction.atomic
def preload(*, actor: Actor, now: datetime) -> Catalogue:
    """预置: version 1 as it is shipped, published, its departments found by name; what is there already stays.

    The shipped version that came with the tables knows no departments yet: while nobody has used or changed it,
    they are named here.
    """
    held = published()
    if held is None:
        held = Catalogue.objects.create(
            version=_next_version(None), name=standard.NAME, reason=standard.REASON, published_at=now
        )
        standard.write(held, Permit, Prerequisite, answering=_answering())
        record("permits.catalogue.published", actor=actor, now=now, subject=held, summary=f"预置{held}")
    elif _untouched(held):
        _name_departments(held, actor=actor, now=now)
    return held


def _untouched(held: Catalogue) -> bool:
    used = (
        Track.objects.filter(catalogue=held).exists()
        or PermitStep.objects.filter(permit__catalogue=held).exists()
    )
    named = held.permits.filter(department__isnull=False).exists()
    return held.reason == standard.REASON and held.published_by_id is None and not used and not named


def _name_departments(held: Catalogue, *, actor: Actor, now: datetime) -> None:
    answering = _answering()
    named = list(held.permits.filter(code__in=answering))
    if not named:
        return
    names = dict(Unit.objects.filter(pk__in=answering.values()).values_list("pk", "name"))
    for permit in named:
        permit.department_id = answering[permit.code]
    Permit.objects.bulk_update(named, ["department"])
    record(
        "permits.catalogue.departments_named", actor=actor, now=now, subject=held,
        summary=f"{held}按单位名称认领办理部门{len(named)}项",
        rows=[RowChange(one, one.name, {"办理部门": ["没定", names[answering[one.code]]]}) for one in named],
    )  # fmt: skip


def _answering(district: Unit | None = None) -> dict[str, int]:
    rows = list(Unit.objects.standing().filter(kind=Unit.Kind.DEPARTMENT).order_by("path"))
    others = of_others(rows, district) if district else set()
    return standard.answering([(one.pk, one.name) for one in rows if one.pk not in others])


@transaction.atomic
def begin_draft(*, actor: Actor, now: datetime, district: Unit | None = None) -> Catalogue:
    """起草: a copy of the version in force, to be changed and published; there is one draft at a time.

    district: its own version, begun from the common one where it has none.
    """
    _ask_keeper(actor, district)
    if open_draft(district):
        raise Conflict("已有一份没发布的草稿，接着改那一份；不要的先丢掉。")
    before = published(district)
    name = f"{district.name}{standard.NAME}" if district else before.name if before else standard.NAME
    try:
        with transaction.atomic():
            made = Catalogue.objects.create(
                version=_next_version(district), name=name[:60], district=district
            )
    except IntegrityError:
        raise Conflict("别人刚起了一份草稿，请接着改那一份。") from None
    if before is None:
        standard.write(made, Permit, Prerequisite, answering=_answering(district))
    else:
        _copy(before, made)
    origin = f"照{_called(before, district)}" if before else "照随程序带来的目录"
    record("permits.catalogue.drafted", actor=actor, now=now, subject=made, summary=f"{origin}起草{made}")
    return made


def _called(before: Catalogue, district: Unit | None) -> str:
    common = district is not None and before.district_id is None
    return f"各区共用的第{before.version}版" if common else f"第{before.version}版"


def _copy(before: Catalogue, made: Catalogue) -> None:
    """Where the version before names no department that may hold a step here, those whose names fit are proposed."""
    entries = _without_others(entries_of(before), made.district)
    missing = made.district_id is not None or not any(one.department for one in entries)
    proposed = _answering(made.district) if missing else {}
    rows = [
        _permit(made, replace(one, department=one.department or proposed.get(one.code)), place)
        for place, one in enumerate(entries, 1)
    ]
    Permit.objects.bulk_create(rows)
    keys = dict(made.permits.values_list("code", "pk"))
    Prerequisite.objects.bulk_create(
        Prerequisite(permit_id=keys[one.code], needs_id=keys[before])
        for one in entries
        for before in one.needs
    )


def _without_others(entries: list[Entry], district: Unit | None) -> list[Entry]:
    """The entries with the departments of other districts left out: a district's steps are held by its own."""
    if district is None:
        return entries
    units = Unit.objects.filter(pk__in={one.department for one in entries if one.department})
    others = of_others(units, district)
    return [replace(one, department=None) if one.department in others else one for one in entries]


def _permit(catalogue: Catalogue, entry: Entry, place: int) -> Permit:
    return Permit(catalogue=catalogue, code=entry.code, place=place, **_columns(entry))


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name, "stage": entry.stage, "department_id": entry.department, "legal_days": entry.legal_days,
        "promised_days": entry.promised_days, "kinds": list(entry.kinds), "needed_for_start": entry.needed_for_start,
        "valid_months": entry.valid_months, "max_extensions": entry.max_extensions,
    }  # fmt: skip


@transaction.atomic
def save_permits(
    draft: Catalogue,
    rows: Sequence[Entry],
    *,
    actor: Actor,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> list[str]:
    """改、添: one by code each, an entry without a code is new; gives back the codes.

    seen: digests of the entries as they were looked at, by code; Conflict where one moved on.
    All or nothing; a ring of prerequisites is refused and named.
    """
    held = _locked(draft)
    _ask_keeper(actor, held.district)
    before = entries_of(held)
    saved = _coded([replace(row, name=tidy(row.name)[:60]) for row in rows])
    _ask_unmoved(before, saved, rows, seen or {})
    after = _laid_over(before, saved)
    _refuse_wrong(saved, after, held.district)
    moved = differences(before, _with_names(after))
    if moved:
        _write(held, before, saved)
        _tell("changed", held, moved, f"改{held}", actor=actor, now=now)
    return [one.code for one in saved]


def _coded(rows: Sequence[Entry]) -> list[Entry]:
    """A new entry gets a code that no version has ever used: what was learnt of a code stays its own."""
    last = Permit.objects.aggregate(last=Max("pk"))["last"] or 0
    return [row if row.code else replace(row, code=f"permit-{last + n}") for n, row in enumerate(rows, 1)]


def _ask_unmoved(
    before: Sequence[Entry], saved: Sequence[Entry], rows: Sequence[Entry], seen: Mapping[str, str]
) -> None:
    known = {one.code: one for one in before}
    for row in (one for one in rows if one.code):
        was = known.get(row.code)
        if was is None:
            raise Conflict(f"“{row.name or row.code}”刚被人从草稿里删掉了，要用就重新添。")
        if row.code in seen and seen[row.code] != was.digest:
            raise Conflict(f"“{was.name}”刚被人改过，下面是现在的样子，请看过再改。")
    if len({one.code for one in saved}) < len(saved):
        raise Refused([RowProblem(0, "name", "同一项手续一次只能改一遍。")])


def _laid_over(before: Sequence[Entry], saved: Sequence[Entry]) -> list[Entry]:
    new = {one.code: one for one in saved}
    return [new.pop(one.code, one) for one in before] + list(new.values())


def _refuse_wrong(saved: Sequence[Entry], after: Sequence[Entry], district: Unit | None) -> None:
    problems = [
        RowProblem(n, wrong.field, wrong.sentence)
        for n, row in enumerate(saved)
        for wrong in problems_of(row, [one for one in after if one.code != row.code])
    ]
    refuse([*problems, *_wrong_departments(saved, district)])


def _wrong_departments(rows: Sequence[Entry], district: Unit | None) -> list[RowProblem]:
    units = Unit.objects.select_related("successor").in_bulk(
        {row.department for row in rows if row.department}
    )
    others = of_others(units.values(), district) if district else set()
    found = []
    for n, row in enumerate(rows):
        unit = units.get(row.department or 0)
        if row.department and (unit is None or unit.dissolved_on):
            follows = f"请选{unit.successor}" if unit and unit.successor else "请另选"
            said = f"“{row.name}”的办理部门{unit or ''}已撤销，{follows}。"
            found.append(RowProblem(n, "department", said))
        elif unit and unit.kind == Unit.Kind.ENTERPRISE:
            found.append(RowProblem(n, "department", f"{unit}是企业，办理部门请选机关或属地。"))
        elif unit and unit.pk in others:
            found.append(RowProblem(n, "department", f"{unit}是别的区的，办理部门请选本区的。"))
    return found


def _write(held: Catalogue, before: Sequence[Entry], saved: Sequence[Entry]) -> None:
    known = {one.code for one in before}
    place = held.permits.aggregate(last=Max("place"))["last"] or 0
    for n, entry in enumerate(saved, 1):
        if entry.code in known:
            held.permits.filter(code=entry.code).update(**_columns(entry))
        else:
            _permit(held, entry, place + n).save()
    keys = dict(held.permits.values_list("code", "pk"))
    Prerequisite.objects.filter(permit__in=[keys[one.code] for one in saved]).delete()
    Prerequisite.objects.bulk_create(
        Prerequisite(permit_id=keys[one.code], needs_id=keys[code])
        for one in saved
        for code in set(one.needs)
    )


@transaction.atomic
def remove_permits(draft: Catalogue, codes: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """删: what others wait for is not removed; the sentence names them."""
    held = _locked(draft)
    _ask_keeper(actor, held.district)
    before = entries_of(held)
    after = [one for one in before if one.code not in codes]
    problems = []
    for n, one in enumerate(one for one in before if one.code in codes):
        waiting = needed_by(one.code, after)
        if waiting:
            said = f"“{one.name}”是{'、'.join(waiting)}的前置，先在那里去掉这条前置，再删。"
            problems.append(RowProblem(n, "code", said))
    refuse(problems)
    if len(after) < len(before):
        held.permits.filter(code__in=codes).delete()
        _tell("changed", held, differences(before, after), f"改{held}", actor=actor, now=now)


@transaction.atomic
def publish_catalogue(
    draft: Catalogue, reason: str, *, actor: Actor, now: datetime, seen: str = ""
) -> Catalogue:
    """发布: immutable from here; projects under way keep their version until they are moved.

    seen: the digest of the whole as it was looked at; Conflict where the draft moved on or somebody published it.
    """
    held = _locked(draft)
    _ask_keeper(actor, held.district)
    entries = entries_of(held)
    if seen and seen != whole(entries):
        raise Conflict("草稿刚被人改过，下面是现在的样子，请看过再发布。")
    before = published(held.district)
    moved = differences(entries_of(before) if before else [], entries)
    refuse(_unready(held, entries, reason, moved))
    held.reason, held.published_at, held.published_by = reason.strip(), now, actor.by
    held.save(update_fields=["reason", "published_at", "published_by"])
    _tell("published", held, moved, f"发布{held}（{held.reason}）", actor=actor, now=now)
    return held


def _unready(
    held: Catalogue, entries: Sequence[Entry], reason: str, moved: Sequence[Difference]
) -> Iterable[RowProblem]:
    if not reason.strip():
        yield RowProblem(0, "reason", "写一句改了什么、依据是什么，如“按宁政办发〔2018〕60号压缩时限”。")
    elif len(reason.strip()) > LONGEST_REASON:
        yield RowProblem(0, "reason", f"写了{len(reason.strip())}字，最多{LONGEST_REASON}字，请精简。")
    if not entries:
        yield RowProblem(0, "reason", "目录里一项手续也没有，先添手续再发布。")
    elif not moved:
        yield RowProblem(0, "reason", "和现行的一版没有不同，不用发布；不要这份草稿就丢掉。")
    cycle = cycle_of(entries)
    if cycle:
        yield RowProblem(0, "reason", cycle)
    yield from _wrong_departments(entries, held.district)


@transaction.atomic
def discard_draft(draft: Catalogue, *, actor: Actor, now: datetime) -> None:
    """丢掉草稿: what was written in it is gone; the journal says that it was."""
    held = _locked(draft)
    _ask_keeper(actor, held.district)
    record("permits.catalogue.discarded", actor=actor, now=now, subject=held, summary=f"丢掉{held}的草稿")
    held.delete()


@transaction.atomic
def give_up(district: Unit, *, actor: Actor, now: datetime) -> None:
    """不再用自己的: projects of the district begin with the common version again; those under way keep theirs."""
    _ask_keeper(actor, district)
    own = Catalogue.objects.going().kept_by(district).select_for_update()
    held = list(own.filter(published_at__isnull=False).order_by("-version"))
    if not held:
        raise Conflict(f"{district}现在用的就是各区共用的一版。")
    Catalogue.objects.filter(pk__in=[one.pk for one in held]).update(given_up_at=now)
    common = published()
    record(
        "permits.catalogue.given_up", actor=actor, now=now, subject=held[0],
        summary=f"{district.name}不再用自己的手续目录，用回各区共用的",
        changes={"新项目照": [str(held[0]), str(common or "没有")]},
    )  # fmt: skip


def _locked(draft: Catalogue) -> Catalogue:
    """The draft, held until the commit; Conflict where it is published or gone."""
    rows = Catalogue.objects.select_for_update(of=("self",)).select_related("district")
    held: Catalogue | None = rows.filter(pk=draft.pk, published_at=None).first()
    if held is None:
        raise Conflict(GONE)
    return held


def _with_names(entries: Sequence[Entry]) -> list[Entry]:
    """The same with the departments' names of today, so that a change of department can be told."""
    names = dict(Unit.objects.filter(pk__in={one.department for one in entries}).values_list("pk", "name"))
    return [replace(one, department_name=names.get(one.department or 0, "")) for one in entries]


def _tell(
    verb: str, held: Catalogue, moved: Sequence[Difference], summary: str, *, actor: Actor, now: datetime
) -> None:
    """One event; its changes are every line of every permit that differs."""
    changes: Changes = {
        f"{one.name} {label}": [was, became] for one in moved for label, was, became in one.lines
    }
    said = "、".join(f"{one.what}{one.name}" for one in moved[:5]) + ("等" if len(moved) > 5 else "")
    record(
        f"permits.catalogue.{verb}",
        actor=actor,
        now=now,
        subject=held,
        summary=f"{summary}：{said}",
        changes=changes,
    )


def _next_version(district: Unit | None) -> int:
    return (Catalogue.objects.kept_by(district).aggregate(last=Max("version"))["last"] or 0) + 1


def _ask_keeper(actor: Actor, district: Unit | None) -> None:
    if actor.by is not None and not can_keep_catalogue(actor.by, district):
        raise PermissionDenied(denied(actor.by, "手续目录由区重大办编，您的角色可以查看。"))
