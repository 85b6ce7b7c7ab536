"""指标的动作：记一个个数（旧的留着）、审、存方案、定稿一次打分。"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.indicators import policy
from xushi.indicators.figures import scored
from xushi.indicators.models import Indicator, Observation, Participant, Run, Scenario, System, Version
from xushi.indicators.refusals import Problem, Refused, refuse
from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.bulk import insert_all
from xushi.units.districts import denied

PERIOD = re.compile(r"^20\d\d-(0[1-9]|1[0-2])$")
Status, State = Observation.Status, Observation.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationInput:
    """One figure to be kept; a value has low == high, who is known by rank alone has neither."""

    indicator: int
    participant: int
    period: str
    low: float | None = None
    high: float | None = None
    rank: int | None = None
    vintage: str = ""
    status: str = Status.FINAL
    made_up: bool = False
    source: str = ""
    evidence: str = ""
    explanation: str = ""
    where: str = ""


@transaction.atomic
def observe(
    rows: Sequence[ObservationInput], *, actor: Actor, now: datetime, waiting: bool = False
) -> list[Observation]:
    """记指标数: what stood before is replaced and kept. waiting: for the working group to review.

    Only the office's own figures need no review. Refused names every row that is wrong; nothing is written then.
    """
    problems = [problem for row in rows for problem in _wrong(row)] + _twice(rows)
    if problems:
        raise Refused(*problems)
    # who reports for the same indicator meanwhile waits, and then replaces this figure instead of standing beside it
    wanted = Indicator.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    asked = wanted.filter(pk__in={row.indicator for row in rows}).select_related("group", "lead")
    indicators = {one.pk: one for one in asked}
    if len(indicators) < len({row.indicator for row in rows}):
        raise refuse("", "有的指标不在库里，请从名单里选。")
    _ask_reporter(actor, rows, indicators)
    waiting = waiting or (actor.by is not None and not policy.can_keep(actor.by))
    before = _replaced(rows, now)
    kept = [_row(row, actor, now, waiting=waiting) for row in rows]
    insert_all(kept)
    record(
        "indicators.observation.reported", actor=actor, now=now, summary=_said(rows, indicators, waiting=waiting),
        rows=[_change(one, indicators[one.indicator_id], before) for one in kept],
    )  # fmt: skip
    return kept


def _wrong(row: ObservationInput) -> list[Problem]:
    found = []
    if not PERIOD.match(row.period):
        found.append(Problem(row.where, f"看不懂月份“{row.period[:12]}”，请写成 2018-06 这样。"))
    numbers = [one for one in (row.low, row.high) if one is not None]
    if any(not math.isfinite(one) for one in numbers) or len(numbers) == 1:
        found.append(Problem(row.where, "数要是一个有限的数，或一个范围的两头。"))
    elif numbers and numbers[0] > numbers[1]:
        found.append(Problem(row.where, "范围的下限比上限大。"))
    if not numbers and row.rank is None and row.status not in (Status.MISSING, Status.NOT_APPLICABLE):
        found.append(Problem(row.where, "填一个数、一个范围，或只填位次；确实没有的选“缺数”。"))
    if numbers and row.rank is not None:
        found.append(Problem(row.where, "数和“只知位次”只填一样。"))
    return found


def _twice(rows: Sequence[ObservationInput]) -> list[Problem]:
    seen, found = set(), []
    for row in rows:
        key = row.indicator, row.participant, row.period, row.vintage
        if key in seen:
            found.append(Problem(row.where, "同一单位、指标、月份、口径写了两个数，请留一个。"))
        seen.add(key)
    return found


def _ask_reporter(actor: Actor, rows: Sequence[ObservationInput], indicators: dict[int, Indicator]) -> None:
    """The district's figure is reported by whoever answers for it, a unit's own by that unit, a peer's by the office."""
    user = actor.by
    if user is None or policy.can_keep(user):
        return
    wanted = Participant.objects.filter(pk__in={row.participant for row in rows})
    people = wanted.select_related("unit__successor").in_bulk()
    for row in rows:
        who, card = people[row.participant], indicators[row.indicator]
        if who.unit is not None:
            holder = who.unit.successor if who.unit.dissolved_on and who.unit.successor else who.unit
            if not policy.can_report_for(user, holder):
                raise PermissionDenied(f"{who.name}的数由{who.name}自己报。")
        elif not who.own:
            raise PermissionDenied(f"{who.name}的数由区重大办记。")
        elif not policy.can_report(user, card):
            raise PermissionDenied(f"“{card.name}”由牵头组和责任单位报，您的角色可以查看。")


def _replaced(rows: Sequence[ObservationInput], now: datetime) -> dict[tuple[int, int, str, str], str]:
    """Put aside what stood in the place of these; says what it was."""
    wanted = {(row.indicator, row.participant, row.period, row.vintage) for row in rows}
    held = Observation.objects.select_for_update().filter(
        replaced_at=None,
        indicator__in={key[0] for key in wanted},
        participant__in={key[1] for key in wanted},
        period__in={key[2] for key in wanted},
    )
    old = [one for one in held if (one.indicator_id, one.participant_id, one.period, one.vintage) in wanted]
    Observation.objects.filter(pk__in=[one.pk for one in old]).update(replaced_at=now)
    return {
        (one.indicator_id, one.participant_id, one.period, one.vintage): told(one.low, one.high, one.rank)
        for one in old
    }


def _row(row: ObservationInput, actor: Actor, now: datetime, *, waiting: bool) -> Observation:
    return Observation(
        indicator_id=row.indicator, participant_id=row.participant, period=row.period, vintage=row.vintage.strip(),
        low=row.low, high=row.high, rank=row.rank, status=row.status, made_up=row.made_up,
        source=row.source.strip()[:200], evidence=row.evidence.strip()[:300], explanation=row.explanation.strip(),
        state=State.WAITING if waiting else State.ACCEPTED, reported_by=actor.by, reported_at=now,
        reviewed_by=None if waiting else actor.by, reviewed_at=None if waiting else now,
    )  # fmt: skip


def told(low: float | None, high: float | None, rank: int | None) -> str:
    """A figure in words: 60.8, 12—15, 第7名, 缺."""
    if rank is not None:
        return f"第{rank}名"
    if low is None or high is None:
        return "缺"
    return f"{low:g}" if low == high else f"{low:g}—{high:g}"


def _change(
    one: Observation, indicator: Indicator, before: dict[tuple[int, int, str, str], str]
) -> RowChange:
    key = one.indicator_id, one.participant_id, one.period, one.vintage
    named = f"{one.period}{one.vintage}"
    return RowChange(indicator, indicator.name, {named: [before.get(key), told(one.low, one.high, one.rank)]})


def _said(rows: Sequence[ObservationInput], indicators: dict[int, Indicator], *, waiting: bool) -> str:
    what = next(iter(indicators.values())).name if len(indicators) == 1 else f"{len(indicators)}项指标"
    return f"报{what}{len(rows)}个数{'，待审' if waiting else ''}"


@transaction.atomic
def review(observation: Observation, *, accept: bool, words: str, actor: Actor, now: datetime) -> Observation:
    """审: accept, or return with a reason; a returned figure is not scored any more."""
    return review_many([observation.pk], accept=accept, words=words, actor=actor, now=now)[0]


@transaction.atomic
def review_many(
    observations: Collection[int], *, accept: bool, words: str, actor: Actor, now: datetime
) -> list[Observation]:
    """The same of several, all or none."""
    rows = Observation.objects.select_for_update(of=("self",)).select_related(
        "indicator__group", "participant"
    )
    held = list(rows.filter(pk__in=observations).order_by("pk"))
    if not held:
        raise refuse("", "先选要审的数。")
    if actor.by is not None and not all(policy.can_review(actor.by, one.indicator) for one in held):
        raise PermissionDenied("由牵头组和区重大办审，您的角色可以查看。")
    if any(one.replaced_at is not None or one.state != State.WAITING for one in held):
        raise refuse("", f"{'这个' if len(held) == 1 else '有的'}数刚被别人审过或换过，请刷新再看。")
    if not accept and not words.strip():
        raise refuse("words", "退回要写理由，报的人才好改。")
    for one in held:
        one.state = State.ACCEPTED if accept else State.RETURNED
        one.reviewed_by, one.reviewed_at, one.reviewed_words = actor.by, now, words.strip()[:300]
    Observation.objects.bulk_update(held, ["state", "reviewed_by", "reviewed_at", "reviewed_words"])
    _tell_review(held, accept=accept, words=words.strip(), actor=actor, now=now)
    return held


def _tell_review(held: list[Observation], *, accept: bool, words: str, actor: Actor, now: datetime) -> None:
    only = held[0] if len(held) == 1 else None
    what = f"{only.indicator.name}{only.period}" if only else f"{len(held)}个指标数"
    record(
        "indicators.observation.accepted" if accept else "indicators.observation.returned",
        actor=actor, now=now, subject=only.indicator if only else None,
        summary=f"{'审过' if accept else '退回'}{what}", changes={"写了": [None, words]} if words else {},
        rows=[RowChange(one, f"{one.participant.name}{one.indicator.name}{one.period}") for one in held],
    )  # fmt: skip


@transaction.atomic
def save_scenario(
    version: Version, name: str, *, period: str, vintages: Sequence[str], changes: dict[str, float | str],
    actor: Actor, now: datetime, words: str = "", shared: bool = False,
) -> Scenario:  # fmt: skip
    """存为方案: only what the engine can work out is kept; nothing it says is changed by that."""
    if actor.by is not None and not policy.can_try(actor.by):
        raise PermissionDenied("方案由看得到记分牌的人存。")
    if not name.strip():
        raise refuse("name", "给方案起个名。")
    if not changes and not vintages:
        raise refuse("changes", "先改一个数，或换一个口径，再存。")
    scored(version, period, vintages=vintages, changes=changes)
    kept = Scenario.objects.create(
        version=version, name=name.strip()[:60], period=period, vintages=list(vintages), changes=dict(changes),
        words=words.strip(), shared=shared, by=actor.by, by_name=actor.by.name if actor.by else "系统", at=now,
    )  # fmt: skip
    record(
        "indicators.scenario.saved", actor=actor, now=now, subject=kept, summary=f"存测算方案：{kept.name}"
    )
    return kept


@transaction.atomic
def drop_scenario(scenario: Scenario, *, actor: Actor, now: datetime) -> None:
    """删方案: by whoever saved it, or the office."""
    if actor.by is not None and actor.by.pk != scenario.by_id and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "方案由存的人和区重大办删。"))
    Scenario.objects.filter(pk=scenario.pk, dropped_at=None).update(dropped_at=now)
    record(
        "indicators.scenario.dropped",
        actor=actor,
        now=now,
        subject=scenario,
        summary=f"删测算方案：{scenario.name}",
    )


@transaction.atomic
def keep_run(version: Version, period: str, *, actor: Actor, now: datetime) -> Run:
    """定稿: work out the month and keep it under the digest of what it was worked out from."""
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "打分由区重大办定稿，您的角色可以查看。"))
    board = scored(version, period)
    codes = board.result.plan.codes
    run, fresh = Run.objects.get_or_create(
        digest=board.digest,
        defaults={
            "version": version, "period": period, "at": now,
            "scores": {unit: {code: board.score(code, unit) for code in codes} for unit in board.units},
            "ranks": {unit: {code: board.rank(code, unit) for code in codes} for unit in board.units},
        },
    )  # fmt: skip
    if fresh:
        said = f"定稿{version}{period}：第{board.rank(board.top)}名"
        record("indicators.run.kept", actor=actor, now=now, subject=run, summary=said)
    return run


@transaction.atomic
def open_system(
    code: str, name: str, kind: str, participants: Sequence[str], own: str, *, actor: Actor, now: datetime
) -> System:
    """新设考核体系 with those who are compared; own is the district itself."""
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "考核体系由区重大办管。"))
    if own not in participants or len(set(participants)) < len(participants):
        raise refuse("participants", "参评单位不能重名，并且要有本区。")
    if System.objects.filter(code=code).exists():
        raise refuse("code", f"已经有代码是“{code}”的体系。")
    system = System.objects.create(code=code, name=name, kind=kind, place=System.objects.count())
    Participant.objects.bulk_create(
        Participant(system=system, name=one, own=one == own, place=place)
        for place, one in enumerate(participants)
    )
    record("indicators.system.opened", actor=actor, now=now, subject=system, summary=f"设考核体系：{name}")
    return system
