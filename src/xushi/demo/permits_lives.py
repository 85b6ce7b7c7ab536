"""一个项目的手续怎么一步步走到今天：照目录的先后，一天不乱；日子都数成工作日。"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xushi.demo.permits_rows import PLANNED, SUBMITTED, SUPPLEMENT, Held, Spot, Wait
from xushi.permits.catalogue_standard import STANDARDS, Standard
from xushi.permits.path import graph_of

BY_CODE = {one.code: one for one in STANDARDS}
CONSTRUCTION, COMPLETION = "construction", "completion"
# 可以不办的：多大比例不用办，为什么
NOT_NEEDED = {
    "flood": (0.6, "不在洪泛区、蓄滞洪区内"),
    "forest": (0.8, "不占用林地"),
    "heritage": (0.7, "不在地下文物埋藏区，已函询"),
    "water_soil": (0.4, "占地不足1公顷、挖填不足1万方"),
    "energy": (0.45, "年综合能耗不足1000吨标准煤"),
    "energy_firm": (0.45, "年综合能耗不足1000吨标准煤"),
    "environment": (0.2, "填报环境影响登记表，备案即可"),
    "fire_design": (0.3, "不在消防设计审核范围，竣工后备案抽查"),
    "relocation": (0.15, "净地供应，不涉及拆迁"),
}
ASKED = ("红线图未盖章，请补。", "缺地勘报告，请补齐。", "专家意见没有逐条回复。", "资金证明过期，请换新的。")
SLOW, SUPPLEMENTED = 0.12, 0.08


@dataclass(slots=True)
class StepRow:
    """One step as it stands; the dates are days. asked: the supplements (asked, words, answered)."""

    code: str
    state: str = PLANNED
    ready_since: date | None = None
    submitted_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    due_on: date | None = None
    reason: str = ""
    lacking: str = ""
    lacking_until: date | None = None
    extensions: int = 0
    asked: list[tuple[date, str, date | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Clock:
    """The working days there were, the last of them today; a day's place is that of the last working day up to it."""

    days: Sequence[date]

    @property
    def today(self) -> int:
        return bisect_right(self.days, TODAY) - 1

    def place(self, day: date) -> int:
        return bisect_right(self.days, day) - 1


TODAY = date(2018, 9, 12)


@dataclass(frozen=True, slots=True)
class Chart:
    """What one kind of project has to do before the start, in a workable order; needs are those it has itself."""

    order: tuple[str, ...]
    needs: Mapping[str, tuple[str, ...]]
    after: tuple[str, ...]  # 开工以后才办的

    @classmethod
    def of(cls, kind: str) -> "Chart":
        own = {one.code for one in STANDARDS if not one.kinds or kind in one.kinds}
        needs = {code: tuple(sorted(_ahead(code, own))) for code in own}
        before = {code: needs[code] for code in own if BY_CODE[code].for_start}
        order = graph_of(before).order
        return cls(
            order, needs, tuple(one.code for one in STANDARDS if one.code in own and not one.for_start)
        )


def _ahead(code: str, own: Collection[str]) -> set[str]:
    """What must be done before; what this kind does not need hands on its own needs."""
    found: set[str] = set()
    for one in BY_CODE[code].needs:
        found |= {one} if one in own else _ahead(one, own)
    return found


@dataclass(frozen=True, slots=True)
class Takes:
    """Working days of a decided step until it is handed in, taken in, decided; stood: of these owed to a supplement."""

    ready: int
    intake: int
    work: int
    stood: int = 0

    @property
    def whole(self) -> int:
        return self.ready + self.intake + self.work

    def within(self, days: int) -> "Takes":
        """The same in so many days."""
        ready = min(self.ready, max(days - 1, 0))
        return Takes(ready, 0, max(days - ready, 0))


NOTHING = Takes(0, 0, 0)


def takes_of(one: Standard, chance: random.Random) -> Takes:
    """As such things go here: mostly within the promise, some late, demolition with a long tail."""
    if one.code == "relocation":
        work = round(math.exp(chance.gauss(3.65, 0.5)))
        return Takes(chance.randint(0, 2), chance.randint(0, 2), min(max(work, 9), 170))
    slow = chance.uniform(1.2, 2.1) if chance.random() < SLOW else chance.uniform(0.45, 1.05)
    work = max(round(one.promised * slow), 1)
    stood = chance.randint(2, 9) if one.promised >= 7 and chance.random() < SUPPLEMENTED else 0
    return Takes(chance.randint(0, 1 + one.promised // 6), chance.randint(0, 2), work + stood, stood)


class Life:
    """The steps of one project, done one after another on a line of working days that is then laid on the calendar."""

    def __init__(
        self, chart: Chart, clock: Clock, chance: random.Random, skipped: Collection[str] = ()
    ) -> None:
        self.chart, self.clock, self.chance = chart, clock, chance
        self.takes: dict[str, Takes] = {}
        self.reasons: dict[str, str] = {}
        for code in chart.order:
            share, why = NOT_NEEDED.get(code, (0.0, ""))
            unneeded = code in skipped or chance.random() < share
            self.takes[code] = NOTHING if unneeded else takes_of(BY_CODE[code], chance)
            if unneeded:
                self.reasons[code] = why

    def ends(self, done: Collection[str]) -> dict[str, int]:
        """When each of the done steps was decided, counted from the beginning."""
        found: dict[str, int] = {}
        for code in (code for code in self.chart.order if code in done):
            found[code] = self.begin(code, found) + self.takes[code].whole
        return found

    def begin(self, code: str, ends: Mapping[str, int]) -> int:
        return max((ends[one] for one in self.chart.needs[code] if one in ends), default=0)

    def decided(self, code: str, ready: int) -> StepRow:
        """The row of a done step that could be worked on from a place on the calendar."""
        days, takes, promised = self.clock.days, self.takes[code], BY_CODE[code].promised
        if code in self.reasons:
            why, due = self.reasons[code], days[ready + promised]
            return StepRow(code, "not_needed", days[ready], decided_on=days[ready], due_on=due, reason=why)
        submitted = ready + takes.ready
        accepted = submitted + takes.intake
        row = StepRow(
            code, "approved", days[ready], days[submitted], days[accepted], days[accepted + takes.work],
            days[accepted + promised + takes.stood],
        )  # fmt: skip
        if takes.stood:
            asked = accepted + min(2, takes.work - takes.stood)
            row.asked.append((days[asked], self.chance.choice(ASKED), days[asked + takes.stood]))
        return row


def begun_life(
    chart: Chart, clock: Clock, chance: random.Random, *, permit_on: date, completed_on: date | None
) -> list[StepRow]:
    """A project that broke ground: everything before it was in hand when the construction permit came."""
    life = Life(chart, clock, chance)
    ends = life.ends(chart.order)
    shift = clock.place(permit_on) - ends[CONSTRUCTION]
    rows = [life.decided(code, shift + life.begin(code, ends)) for code in chart.order]
    last = next(row for row in rows if row.code == CONSTRUCTION)
    last.decided_on = max(permit_on, last.accepted_on or permit_on)
    return rows + _after(life, completed_on)


def _after(life: Life, completed_on: date | None) -> list[StepRow]:
    """竣工以后: the checks, and when all are through the record of completion; not before it is completed."""
    ended: list[int] = []
    checks = [code for code in life.chart.after if code != COMPLETION]
    rows = [_accepted_after(life, code, completed_on, ended) for code in checks]
    ready = life.clock.days[max(ended)] if len(ended) == len(checks) else None
    last = _accepted_after(life, COMPLETION, ready, [])
    return [*rows, last]


def _accepted_after(life: Life, code: str, ready_since: date | None, ended: list[int]) -> StepRow:
    """Decided where there was time for it since, else still in hand; ended takes the place of the decision."""
    if ready_since is None:
        return StepRow(code)
    days, place, one = life.clock.days, life.clock.place(ready_since), BY_CODE[code]
    takes = Takes(0, 0, max(round(one.promised * life.chance.uniform(0.5, 1.0)), 1))
    life.takes[code] = takes
    if place + takes.whole < life.clock.today:
        row = life.decided(code, place)
        row.ready_since = ready_since
        row.submitted_on = row.accepted_on = max(row.submitted_on or ready_since, ready_since)
        ended.append(place + takes.whole)
        return row
    return StepRow(code, PLANNED, ready_since, due_on=days[place + one.promised])


def waiting_life(chart: Chart, clock: Clock, chance: random.Random, spot: Spot) -> list[StepRow]:
    """A project that has not begun: done is all that could be done but what it waits for."""
    life = Life(chart, clock, chance, spot.skipped)
    waits = {wait.code: wait for wait in spot.waits}
    done = _done(chart, waits)
    anchor = spot.waits[0]
    for one in _all_ahead(chart, anchor.code) & set(waits):
        raise ValueError(f"{anchor.code}要等{one}，不能同时等。")
    shift = _laid(life, done, clock.today - (anchor.days or 0), anchor.code, spot.land)
    _hurry(life, done, shift)
    ends = life.ends(done)
    rows = {code: life.decided(code, shift + life.begin(code, ends)) for code in done}
    for wait in spot.waits:
        rows[wait.code] = _waiting(clock, wait, shift + life.begin(wait.code, ends))
    if spot.held:
        rows[spot.held.code] = _held(clock, spot.held)
    left = (code for code in (*chart.order, *chart.after) if code not in rows)
    return [*rows.values(), *map(StepRow, left)]


def _done(chart: Chart, waits: Collection[str]) -> list[str]:
    found: list[str] = []
    for code in chart.order:
        if code not in waits and set(chart.needs[code]) <= set(found):
            found.append(code)
    return found


def _all_ahead(chart: Chart, code: str) -> set[str]:
    found = set(chart.needs[code])
    for one in chart.needs[code]:
        found |= _all_ahead(chart, one)
    return found


def _laid(life: Life, done: Collection[str], ready: int, code: str, land: tuple[date, date] | None) -> int:
    """Where the beginning lies, so that a step could be worked on at ready; with the land had on its day."""
    if land is None:
        return ready - life.begin(code, life.ends(done))
    company, had = map(life.clock.place, land)
    ahead = _all_ahead(life.chart, "supply") | {"supply"}
    behind = [one for one in done if "supply" in _all_ahead(life.chart, one)]
    _fit(life, done, sorted(ahead), lambda ends: ends["supply"] <= had - company)
    _fit(life, done, behind, lambda ends: life.begin(code, ends) - ends["supply"] <= ready - had)
    return had - life.ends(done)["supply"]


def _fit(
    life: Life, done: Collection[str], codes: Sequence[str], fits: Callable[[Mapping[str, int]], bool]
) -> None:
    """Let these steps go as much slower or faster as fits."""
    usual = dict(life.takes)
    for share in (n / 20 for n in range(50, 0, -1)):
        for one in codes:
            if usual[one].whole:
                life.takes[one] = usual[one].within(max(round(usual[one].whole * share), 1))
        if fits(life.ends(done)):
            return


def _hurry(life: Life, done: Collection[str], shift: int) -> None:
    """What would not be decided by yesterday was not needed, or went faster."""
    last = life.clock.today - 1 - shift
    for code in done:
        ends = life.ends(done)
        if ends[code] <= last:
            continue
        if code in NOT_NEEDED:
            life.takes[code], life.reasons[code] = NOTHING, NOT_NEEDED[code][1]
        else:
            life.takes[code] = life.takes[code].within(max(last - life.begin(code, ends), 0))


def _waiting(clock: Clock, wait: Wait, ready: int) -> StepRow:
    days, promised = clock.days, BY_CODE[wait.code].promised
    row = StepRow(wait.code, wait.state, days[ready], lacking=wait.lacking, lacking_until=wait.lacking_until)
    if wait.state == PLANNED:
        row.due_on = _day_after(clock, ready, promised)
        return row
    waited = clock.today - ready
    submitted = clock.today - wait.began if wait.began else ready + min(max(waited - 2, 0), ready % 3)
    row.submitted_on, row.due_on = days[submitted], _day_after(clock, submitted, promised)
    if wait.state == SUBMITTED:
        return row
    accepted = submitted if waited <= promised or wait.began else min(submitted + ready % 2, clock.today - 1)
    row.accepted_on, row.due_on = days[accepted], _day_after(clock, accepted, promised)
    if wait.state == SUPPLEMENT:
        row.asked.append((days[min(accepted + 2, clock.today - 1)], wait.asked, None))
        row.reason = wait.asked
    return row


def _day_after(clock: Clock, place: int, count: int) -> date:
    """The count-th working day after; clock.days goes on beyond today for this."""
    return clock.days[place + count]


def _held(clock: Clock, held: Held) -> StepRow:
    """A permit given before all was done: it could not be worked on in the ordinary way, so ready_since stays open."""
    promised, decided = BY_CODE[held.code].promised, clock.place(held.on)
    accepted = decided - 4
    return StepRow(
        held.code, "approved", None, clock.days[accepted], clock.days[accepted], held.on,
        clock.days[accepted + promised], lacking=held.lacking, lacking_until=held.until,
        extensions=held.extensions,
    )  # fmt: skip
