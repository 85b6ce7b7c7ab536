"""编计划：续建的、已入库的、成熟储备一次编成；各单位提建议，重大办逐项或成批审。"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.duties.actions import DutyInput, end_duties, set_duties
from xushi.duties.models import Duty
from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.planning import policy
from xushi.planning.cover import Cover, cover_of
from xushi.planning.models import Programme, ProgrammeItem, Reserve
from xushi.planning.rules import Maturity, Standing, carried
from xushi.registry.checking import Conflict, RowProblem, refuse
from xushi.registry.containers import place_of
from xushi.registry.models import AnnualPlan, Listing, ListLevel, Project, Stage
from xushi.units.districts import denied
from xushi.units.models import Role, Unit

Source = ProgrammeItem.Source
DUTY = "planning.propose"


@transaction.atomic
def compile_programme(year: int, *, proposals_due: date, actor: Actor, now: datetime) -> Programme:
    """编制: what goes on, what stands in the registry on no list, and the ripe reserve; territories owe their proposals.

    A district's office compiles its district's own, the office of all what is common: what lies in districts without
    their own. Compiling again takes in what is new and touches no line that is already there.
    """
    if actor.by is not None and not policy.can_compile(actor.by):
        raise PermissionDenied(denied(actor.by, "年度计划由区重大办编制、审定。"))
    today = local_day(now)
    if year <= today.year:
        refuse([RowProblem(0, "year", f"{year}年已经开始，编计划请选{today.year + 1}年。")])
    if not today <= proposals_due < date(year, 1, 1):
        refuse([RowProblem(0, "proposals_due", f"建议截止日要在今天和{year}年元旦之间，请改一个日子。")])
    programme = _begun(year, place_of(actor.by))
    ask_draft(programme)
    programme.proposals_due, programme.compiled_at = proposals_due, now
    programme.save()
    cover = cover_of(programme)
    items = list(_new_items(programme, cover))
    insert_all(items)
    _ask_territories(programme, cover, now)
    record(
        "planning.programme.compiled",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"编{programme}：编入{len(items)}个，建议{proposals_due.month}月{proposals_due.day}日前报",
        rows=[RowChange(item, item.name, {"编入": [None, item.get_source_display()]}) for item in items],
    )
    return programme


def ask_draft(programme: Programme) -> None:
    if programme.adopted:
        refuse([RowProblem(0, "year", f"{programme}已经下达，改动请走计划调整，或先撤回下达。")])


def _begun(year: int, district: Unit | None) -> Programme:
    """That of a district (None: the common one) and year, locked, or a new one; one compiles after the other.

    Refused where the district is in one that is compiled above it already: no project stands in two.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(parent=None).order_by("pk"))
    mine = Programme.objects.select_for_update().filter(year=year, district=district).first()
    if mine is None and district is not None:
        over = Programme.objects.filter(year=year).at(district.path).own_first().first()
        if over is not None:
            who = f"{over.whose}重大办" if over.district else "管全部的重大办"
            said = f"{over}已经由{who}编了，{district.name}的项目编在里面，不再另编"
            refuse([RowProblem(0, "year", f"{said}；要增、要减、要调的，在那份计划里提建议，请{who}审。")])
    programme = mine or Programme(year=year)
    programme.district = district
    return programme


def of_now(programme: Programme) -> Programme:
    """The row as it stands, locked."""
    rows = Programme.objects.select_for_update(of=("self",)).select_related("district")
    found: Programme = rows.get(pk=programme.pk)
    return found


def locked(programme: Programme) -> Programme:
    """It, locked, as long as it can still be changed."""
    held = of_now(programme)
    ask_draft(held)
    return held


def ask_settler(programme: Programme, actor: Actor) -> None:
    """Whether this is theirs to review, adopt and take back."""
    if actor.by is None or policy.can_settle(actor.by, programme):
        return
    if programme.district is None:
        raise PermissionDenied(denied(actor.by, "年度计划由区重大办编制、审定。"))
    raise PermissionDenied(f"{programme.short}由{programme.whose}的重大办编制、审定，您的角色可以查看。")


def _new_items(programme: Programme, cover: Cover) -> Iterator[ProgrammeItem]:
    """What lies in here and in no programme of the year yet; what one leaves out is free for another."""
    mine = Q(programme=programme) | Q(programme__year=programme.year, dropped=False)
    known = list(ProgrammeItem.objects.filter(mine).values_list("project_id", "reserve_id"))
    have, taken = ({pair[i] for pair in known if pair[i] is not None} for i in (0, 1))
    for project, listings, plan in _standing(programme.year - 1, cover):
        item = _of_project(programme, project, listings, plan)
        if item and project.pk not in have:
            have.add(project.pk)
            yield item
    ripe = Reserve.objects.filter(cover.on("territory"), left_at=None, maturity=Maturity.RIPE)
    for entry in ripe.order_by("pk"):
        starts_late = entry.expected_start and entry.expected_start.year > programme.year
        if entry.pk not in taken and entry.project_id not in have and not starts_late:
            yield of_reserve(programme, entry, Source.RIPE)


def _standing(base: int, cover: Cover) -> Iterator[tuple[Project, dict[str, int], AnnualPlan | None]]:
    """Every project in here neither completed nor removed, with its lists and plan of the year; three queries."""
    here = cover.on("project__territory")
    projects = Project.objects.filter(cover.on("territory"), completed_on=None, removed_on=None).order_by(
        "pk"
    )
    listings: dict[int, dict[str, int]] = {}
    for on_list, level, stage in Listing.objects.filter(here, year=base).values_list(
        "project_id", "level", "stage"
    ):
        listings.setdefault(on_list, {})[level] = stage
    ruling = AnnualPlan.objects.filter(here, year=base, state=AnnualPlan.State.IN_FORCE)
    plans = {plan.project_id: plan for plan in ruling}
    for project in projects:
        yield project, listings.get(project.pk, {}), plans.get(project.pk)


def _of_project(
    programme: Programme, project: Project, listings: dict[str, int], plan: AnnualPlan | None
) -> ProgrammeItem | None:
    """续建, or 已入库 where it stands on no list of the year before; None: it is due within that year."""
    completion = plan.completion_month if plan else None
    if completion is None and project.planned_completion_on:
        completion = Month.of(project.planned_completion_on)
    before = plan.invested_before if plan else 0
    standing = Standing(project.total_investment, before, plan.planned_investment if plan else 0, completion)
    share = carried(standing, programme.year)
    if share is None:
        return None
    stage = min(listings.values(), default=Stage.PRELIMINARY)
    under_way = stage == Stage.UNDER_WAY
    late = completion and completion.year < programme.year
    return ProgrammeItem(
        programme=programme,
        project=project,
        source=Source.CARRIED if listings else Source.ADMITTED,
        stage=stage,
        provincial=ListLevel.PROVINCIAL in listings,
        municipal=ListLevel.MUNICIPAL in listings,
        planned_investment=share.planned if under_way else 0,
        invested_before=share.invested_before,
        start_month=plan.start_month if plan else None,
        completion_month=None if late else completion,
        **_units(project),
    )


def of_reserve(programme: Programme, entry: Reserve, source: str, reason: str = "") -> ProgrammeItem:
    """A line of a reserve entry: under way in the year it is expected to start, else preliminary."""
    starts = entry.expected_start is not None and entry.expected_start.year == programme.year
    return ProgrammeItem(
        programme=programme,
        reserve=entry,
        project=entry.project,
        source=source,
        stage=Stage.UNDER_WAY if starts else Stage.PRELIMINARY,
        planned_investment=entry.first_year_investment if starts else 0,
        start_month=entry.expected_start,
        reason=reason[:200],
        **_units(entry),
    )


def _units(row: Any) -> dict[str, Any]:
    columns = ("category_id", "territory_id", "responsible_unit_id", "owner_unit_id", "leader_id")
    return {"name": row.name, "total_investment": row.total_investment} | {
        column: getattr(row, column) for column in columns
    }


def _ask_territories(programme: Programme, cover: Cover, now: datetime) -> None:
    """每个属地到日子前要报建议, those apart that already said they are through, and did so themselves."""
    ended = Duty.objects.about(programme).filter(kind=DUTY, done_at__isnull=False, unit__isnull=False)
    owing = Q(pk__in=programme.written.get("owing", []))
    here = Unit.objects.standing().filter(cover.units(), kind__in=Unit.TERRITORY_KINDS)
    ask(programme, here.filter(~Q(pk__in=ended.values("unit")) | owing).order_by("pk"), now)
    programme.written = {}
    programme.save(update_fields=["written"])


def ask(programme: Programme, units: Iterable[Unit], now: datetime) -> None:
    """要报建议: these units owe their proposals by the day that the programme names."""
    due = datetime.combine(programme.proposals_due, time(23, 59), tzinfo=BEIJING)
    set_duties(
        [
            DutyInput(
                subject=programme,
                subject_name=str(programme),
                kind=DUTY,
                title=f"报{programme.short}建议",
                note="该增、该减、该调的一次报齐；没有也点一下“报完了”。",
                due_at=due,
                unit=unit,
                role=Role.TERRITORY,
                url=f"/planning/{programme.key}/",
            )
            for unit in units
        ],
        now=now,
    )


@transaction.atomic
def finish_proposals(
    programme: Programme, units: Sequence[Unit], *, actor: Actor, now: datetime
) -> list[Unit]:
    """报完了: these units have no more to propose; the duties of those that owed are done with, and these returned."""
    programme = locked(programme)
    owed = Duty.objects.open().about(programme).filter(listed("unit", [unit.pk for unit in units]), kind=DUTY)
    owing = set(owed.values_list("unit", flat=True))
    through = [unit for unit in units if unit.pk in owing]
    said = "、".join(str(unit) for unit in through or units)
    if not through:
        refuse([RowProblem(0, "unit", f"{said}已经报完，或这次不用报建议。")])
    owed.update(done_at=now, done_by=actor.by)
    record(
        "planning.proposals.finished",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"{said}报完{programme}建议",
    )
    return through


@transaction.atomic
def review_items(
    programme: Programme, seen: dict[int, int], *, dropped: bool, reason: str, actor: Actor, now: datetime
) -> int:
    """审: these lines stand in the programme or not, with the reason where not; returns how many changed."""
    programme = locked(programme)
    ask_settler(programme, actor)
    if dropped and not reason.strip():
        refuse([RowProblem(0, "reason", "不列入要写理由，属地会看到。")])
    items = [item for item in seen_items(programme, seen) if item.dropped != dropped]
    for item in items:
        item.dropped, item.reason, item.version = dropped, reason.strip()[:200], item.version + 1
    save_items(items)
    word = "不列入" if dropped else "列入"
    if items:
        record(
            "planning.items.reviewed",
            actor=actor,
            now=now,
            subject=programme,
            summary=f"{programme}：{len(items)}个{word}{f'（{reason.strip()}）' if reason.strip() else ''}",
            rows=[RowChange(item, item.name, {"列入": [dropped, not dropped]}) for item in items],
        )
    return len(items)


@transaction.atomic
def amend_item(
    item: ProgrammeItem, planned: int, stage: int, reason: str, *, seen: int, actor: Actor, now: datetime
) -> ProgrammeItem:
    """改一项: its plan of the year (元) and stage; Conflict where somebody changed it meanwhile."""
    programme = locked(item.programme)
    ask_settler(programme, actor)
    held = seen_items(programme, {item.pk: seen})[0]
    refuse(problems_of_amount_in(held, planned, stage))
    was = held.planned_investment
    held.planned_investment, held.stage, held.version = planned, stage, held.version + 1
    held.reason = reason.strip()[:200]
    save_items([held])
    record(
        "planning.item.amended",
        actor=actor,
        now=now,
        subject=held,
        summary=f"{programme}：改“{held.name}”的年度计划",
        changes={"年度计划": [was, planned], "阶段": [item.stage, stage]},
    )
    return held


def problems_of_amount_in(item: ProgrammeItem, planned: int, stage: int) -> Iterator[RowProblem]:
    if planned < 0:
        yield RowProblem(0, "planned", "年度计划不能是负数，请核对正负号。")
    elif planned > item.total_investment:
        yield RowProblem(0, "planned", f"“{item.name}”的年度计划超过了总投资，请核对单位是不是万元。")
    if stage not in (Stage.UNDER_WAY, Stage.PRELIMINARY):
        yield RowProblem(0, "stage", "阶段只能选当年实施或前期工作。")
    elif stage == Stage.PRELIMINARY and planned > 0:
        yield RowProblem(0, "planned", "前期工作项目不下年度投资计划，请填0或改成当年实施。")


def seen_items(programme: Programme, seen: dict[int, int]) -> list[ProgrammeItem]:
    found = programme.items.select_for_update().filter(listed("pk", list(seen))).order_by("pk")
    items = list(found)
    if len(items) != len(seen):
        refuse([RowProblem(0, "item", "有的项目已不在这份计划里，请刷新再选。")])
    for item in items:
        if item.version != seen[item.pk]:
            raise Conflict(f"“{item.name}”刚被别人改过，请看过再定。")
    return items


def save_items(items: Sequence[ProgrammeItem]) -> None:
    names = ["dropped", "reason", "version", "planned_investment", "stage"]
    ProgrammeItem.objects.bulk_update(items, names, batch_size=200)


def end_asking(programme: Programme, actor: Actor, now: datetime) -> list[int]:
    """Nobody owes any more; returns the units that did."""
    owing = Duty.objects.open().about(programme).filter(kind=DUTY)
    units = [unit for unit in owing.order_by("pk").values_list("unit", flat=True) if unit]
    end_duties(programme, now=now, by=actor.by)
    return units


__all__ = ["amend_item", "compile_programme", "finish_proposals", "review_items"]
