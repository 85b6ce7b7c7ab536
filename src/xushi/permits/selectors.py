"""一个项目的手续：谁看得到，每一步到哪了、等什么、等了几天、超没超，做过什么。"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.journal.models import EventRow
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, ask_first
from xushi.permits import policy
from xushi.permits.bottlenecks import RED_AFTER
from xushi.permits.catalogue import STAGES
from xushi.permits.expected import not_started
from xushi.permits.following import Graphs
from xushi.permits.models import RUNNING, WAITING, PermitStep, StepFile, Supplement, Track
from xushi.permits.rules import Place, open_before
from xushi.permits.table import DECIDED, MARKS, Act, Who, acts_from
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

State = PermitStep.State
IN_ORDER = (1, 2, 3, 0, 4)
MAIN = ("submit", "accept", "approve", "answer_supplement", "settle_lacking")  # what carries a step on
RELATED = (
    "project__territory__successor", "project__responsible_unit__successor", "project__owner_unit__successor",
    "permit__department__successor", "confirmed_by", "officer",
)  # fmt: skip
OWED = Prefetch("supplements", Supplement.objects.order_by("asked_on", "pk"), to_attr="asked")
HELD = Prefetch("files", StepFile.objects.select_related("by").order_by("at", "pk"), to_attr="held")


@dataclass(slots=True)
class Row:
    """One step as its project's page shows it; days are working days."""

    step: PermitStep
    waits_for: list[str]
    days: int | None
    over: int | None
    acts: list[Act]
    said: list[EventRow] = field(default_factory=list)

    @property
    def mark(self) -> str:
        if self.over:
            return "overdue" if self.long else "needs_coordination"
        if self.step.state == State.PLANNED and self.step.ready_since is None:
            return "not_due"
        return MARKS[State(self.step.state)]

    @property
    def done(self) -> bool:
        return self.step.state in DECIDED

    @property
    def waiting(self) -> bool:
        return self.step.ready_since is not None and self.step.state in (State.PLANNED, *RUNNING)

    @property
    def where(self) -> str:
        """待报件 / 可以报件 / 等前面的."""
        step = self.step
        if step.state != State.PLANNED:
            return str(step.get_state_display())
        if step.ready_since:
            return "可以报件"
        return "等前面的" if self.waits_for or step.permit.needed_for_start else "等竣工"

    @property
    def long(self) -> bool:
        """Past its promise by so much that the alert is red."""
        return (self.over or 0) > RED_AFTER

    @property
    def tone(self) -> str:
        return "red" if self.long else "amber"

    @property
    def pending(self) -> bool:
        """正在办的: it waits, or was refused and can be handed in again, or something is still owed."""
        return self.waiting or self.step.state == State.REFUSED or self.step.lacking_until is not None

    @property
    def said_where(self) -> str:
        """已受理，超18天 / 可以报件，第3天 / 已批准，用了11天."""
        if self.over:
            return f"{self.where}，超{self.over}天"
        if self.waiting:
            return f"{self.where}，第{self.days}天"
        took = self.done and self.days is not None
        return f"{self.where}，用了{self.days}天" if took else self.where

    @property
    def files(self) -> list[StepFile]:
        held: list[StepFile] = getattr(self.step, "held", [])
        return held

    @property
    def main(self) -> Act | None:
        """The act that carries it on, where this person may do it."""
        return next((act for act in self.acts if act.verb in MAIN), None)

    @property
    def owed(self) -> Supplement | None:
        asked: list[Supplement] = getattr(self.step, "asked", [])
        return next((one for one in asked if one.answered_on is None), None)

    @property
    def unconfirmed(self) -> bool:
        return self.step.confirmed_at is None and self.step.state in (
            State.SUBMITTED, State.ACCEPTED, *DECIDED,
        )  # fmt: skip

    @property
    def holder(self) -> Any:
        return policy.holder(self.step)

    @property
    def in_hand(self) -> str:
        """在谁手里: the project's own side until it is handed in and while a supplement is owed, else the department."""
        project = self.step.project
        if self.step.state in (State.PLANNED, State.SUPPLEMENT, State.REFUSED):
            return str(project.owner_unit or project.responsible_unit or "项目单位")
        return str(self.holder or "没定办理部门")

    @property
    def due_on(self) -> date | None:
        """承诺办结 of what was handed in."""
        return self.step.due_on if self.step.submitted_on else None


@dataclass(slots=True)
class Steps:
    """The whole page: the track and every step that this person sees, the catalogue's needs by code."""

    track: Track
    rows: list[Row]
    needs: Mapping[str, Sequence[str]]

    def by_stage(self) -> list[tuple[str, list[Row]]]:
        found = [
            (STAGES[stage], [row for row in self.rows if row.step.permit.stage == stage])
            for stage in IN_ORDER
        ]
        return [(name, own) for name, own in found if own]

    @property
    def decided(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def pending(self) -> list[Row]:
        """正在办的, the furthest past its promise first, then the longest wait."""
        found = [row for row in self.rows if row.pending]
        return sorted(found, key=lambda row: (-(row.over or 0), -(row.days or 0)))

    def main(self, held: Row | None) -> tuple[Row, Act] | None:
        """The one thing to do on this page: at the step that holds the project up, else at the first one pending."""
        rows = [held, *self.pending] if held else self.pending
        return next(((row, act) for row in rows if (act := row.main)), None)

    @property
    def to_confirm(self) -> list[Row]:
        return [row for row in self.rows if any(act.verb == "confirm" for act in row.acts)]

    def row(self, pk: int | None) -> Row | None:
        return next((row for row in self.rows if row.step.pk == pk), None)


def project_of(user: "User", pk: int) -> Project | None:
    """The project whose steps, or some of them, this person sees; a department also those of others' projects."""
    if not policy.can_read(user):
        return None
    steps = PermitStep.objects.visible_to(user).filter(project=pk).order_by()
    related = ("territory", "responsible_unit", "owner_unit")
    held: Project | None = (
        Project.objects.filter(pk__in=steps.values("project")).select_related(*related).filter(pk=pk).first()
    )
    return held or Project.objects.visible_to(user).select_related(*related).filter(pk=pk).first()


def _track_of(project: int) -> "QuerySet[Track]":
    return Track.objects.filter(project=project).select_related("catalogue").order_by("pk")[:1]


def steps_of(user: "User", project: Project, today: date, *, with_past: bool = True) -> Steps | None:
    """Every step of one project that this person sees; None where the project has no track. A fixed number of queries."""
    track = ask_first(_track_of, Key(project.pk))
    if track is None:
        return None
    needs = Graphs.of({track.catalogue_id}).needs[track.catalogue_id]
    every = {
        code: Place(code, state)
        for code, state in PermitStep.objects.filter(project=project).values_list("permit__code", "state")
    }
    names = dict(track.catalogue.permits.values_list("code", "name"))
    steps = list(
        PermitStep.objects.visible_to(user)
        .filter(project=project)
        .select_related(*RELATED)
        .prefetch_related(OWED, HELD)
        .order_by("permit__place", "pk")
    )
    past = _past(steps) if with_past else {}
    days = calendar()
    rows = []
    for step in steps:
        before = open_before(step.permit.code, needs, every) if step.state not in DECIDED else []
        row = Row(step, [names.get(code, code) for code in before], None, None, [], past.get(step.pk, []))
        row.days, row.over = _days(step, row.owed, today, days)
        row.acts = _offered(row, policy.parts_of(user, step), today)
        rows.append(row)
    return Steps(track, rows, needs)


def _days(
    step: PermitStep, owed: Supplement | None, today: date, days: WorkingCalendar
) -> tuple[int | None, int | None]:
    """(waited, past the promise): of a decided step how long it took; while a supplement is owed the clock stands."""
    begun = step.ready_since or step.submitted_on
    if begun is None or step.state == State.NOT_NEEDED:
        return None, None
    until = step.decided_on if step.state in (State.APPROVED, State.REFUSED) and step.decided_on else today
    waited = max(days.between(begun, until), 0)
    stop = min(owed.asked_on, until) if owed else until
    over = days.between(step.due_on, stop) if step.due_on and step.state in (State.PLANNED, *RUNNING) else 0
    return waited, over if over > 0 else None


def _offered(row: Row, parts: set[Who], today: date) -> list[Act]:
    """What this person may do now; what could only be refused is not offered."""
    step, found = row.step, []
    if step.project.removed_on:
        return []
    for act in acts_from(step.state, parts):
        if act.verb in ("submit", "plan") and row.waits_for:
            continue
        if act.verb == "accept_lacking" and not row.waits_for:
            continue
        if act.verb == "settle_lacking" and step.lacking_until is None:
            continue
        if act.verb == "confirm" and not row.unconfirmed:
            continue
        if act.verb == "extend" and not _extensible(step, today):
            continue
        found.append(act)
    return found


def _extensible(step: PermitStep, today: date) -> bool:
    ends = step.expires_on
    return (
        ends is not None
        and ends >= today
        and step.extensions < step.permit.max_extensions
        and not step.project.started_on
    )


def waiting_steps(user: "User", today: date) -> Any:
    """What waits in projects not started, of what this person sees; how many projects: the board's figure."""
    return PermitStep.objects.visible_to(user).filter(WAITING, not_started(today)).order_by()


def _past(steps: Sequence[PermitStep]) -> dict[int, list[EventRow]]:
    """What has been done to each step, the newest first, without what was said of it (alerts, reminders); one query."""
    rows = EventRow.objects.filter(
        listed("subject_id", [step.pk for step in steps]),
        subject_kind=PermitStep._meta.label_lower,
        event__verb__startswith="permits.",
    )
    found: dict[int, list[EventRow]] = defaultdict(list)
    for row in rows.select_related("event").order_by("-event__at", "-pk"):
        found[row.subject_id].append(row)
    return found
