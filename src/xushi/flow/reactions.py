"""哪个事件引出哪个动作，都登记在这里。

A reaction is a module-level function of one Event, registered with journal.actions.react_to(*verbs). The worker
calls it once per event, in a transaction of its own, and tries again later if it raises; event.at is its now.
What the mere passing of a day brings about reacts to flow.actions.DAY_BEGAN.
"""

from xushi.calendars.actions import LOADED
from xushi.duties.actions_clock import WARNED
from xushi.flow import clocks, duties, owing, starting, visiting
from xushi.flow.actions import DAY_BEGAN
from xushi.inspections.uploading import sweep
from xushi.journal.actions import react_to
from xushi.journal.models import Event
from xushi.notices.recipients import VERBS
from xushi.notices.writing import write_notices
from xushi.permits.expected import reckon_all
from xushi.sites.standstill import VISIT_ASKED
from xushi.supervision.table import EVENTS

PROJECT_CHANGED = (
    "registry.project.registered",
    "registry.project.amended",
    "registry.project.removed",
    "registry.listing.set",
    "registry.plan.set",
    "registry.plan.revised",
    "registry.revision.recorded",
    "exchange.import.undone",
)
REPORTED = (
    "progress.report.submitted",
    "progress.report.accepted",
    "progress.report.returned",
    "progress.report.carried",
    "progress.statistics.recorded",
)
OWED = (
    *(verb for verb in EVENTS.values()),
    *(f"supervision.instruction.{verb}" for verb in ("sent", "routed", "fed_back", "read")),
    *(verb for verb in VERBS if verb.startswith("problems.problem.")),
    "problems.problem.verified",
    "problems.problem.merged",
    "problems.problem.withdrawn",
    "problems.problem.transferred",
    WARNED,
)
IN_AND_OUT = (
    "units.person.moved",
    "units.person.appointed",
    "units.person.released",
    "units.person.head_named",
    "units.person.head_ended",
    "units.account.disabled",
    "units.account.enabled",
)
INDICATORS_CHANGED = (
    "indicators.observation.reported",
    "indicators.observation.accepted",
    "indicators.observation.returned",
    "indicators.step.finished",
    "indicators.indicator.described",
    "indicators.version.adopted",
    "indicators.target.handed_down",
    "indicators.report.waived",
    "indicators.report.asked_again",
)
FOR_ALL = ("progress.month.closed", "progress.month.reopened", "alerts.thresholds.set")


@react_to(*PROJECT_CHANGED, *REPORTED)
def judge_alerts(event: Event) -> None:
    duties.judge_again(event)


@react_to(*FOR_ALL, by_steps=True)
def judge_all_alerts(event: Event) -> None:
    duties.judge_again(event)


@react_to(*INDICATORS_CHANGED)
def judge_indicators(event: Event) -> None:
    duties.judge_indicators_again(event)


@react_to(*PROJECT_CHANGED, *REPORTED, "registry.year.withdrawn")
def follow_signings(event: Event) -> None:
    duties.follow_signings(event)


@react_to(*PROJECT_CHANGED, by_steps=True)
def note_later_changes(event: Event) -> None:
    duties.note_drift(event)


@react_to("registry.project.registered")
def open_permits(event: Event) -> None:
    starting.open_new(event)


@react_to("registry.project.amended", "registry.project.removed", "exchange.import.undone")
def follow_permits(event: Event) -> None:
    starting.follow_again(event)


@react_to(*starting.MOVED, "permits.step.rehearsed", "registry.project.removed")
def serve_again(event: Event) -> None:
    starting.serve_again(event)


@react_to(*PROJECT_CHANGED, "registry.year.withdrawn", *starting.MOVED)
def reckon_starts(event: Event) -> None:
    starting.reckon_again(event)


@react_to(DAY_BEGAN)
def reckon_every_start(event: Event) -> None:
    reckon_all(event.at)


@react_to(DAY_BEGAN, by_steps=True)
def do_nightly(event: Event) -> None:
    duties.nightly(event.at)


@react_to(DAY_BEGAN)
def sweep_uploads(event: Event) -> None:
    sweep(now=event.at)


@react_to(DAY_BEGAN)
def learn_calendar(event: Event) -> None:
    clocks.learn_calendar(event.at)


@react_to(LOADED)
def recount_deadlines(event: Event) -> None:
    clocks.recount_deadlines(event)


@react_to("units.unit.dissolved")
def pass_duties_on(event: Event) -> None:
    clocks.pass_on(event)


@react_to(*IN_AND_OUT)
def hand_on(event: Event) -> None:
    clocks.hand_on(event)


@react_to(*OWED)
def judge_owed(event: Event) -> None:
    owing.judge_owed(event.at, event)


@react_to(DAY_BEGAN, "duties.duty.recounted")
def judge_all_owed(event: Event) -> None:
    owing.judge_owed(event.at)


@react_to(VISIT_ASKED)
def visit_what_stands_still(event: Event) -> None:
    visiting.put_into_round(event)


@react_to(*VERBS)
def tell(event: Event) -> None:
    write_notices(event)
