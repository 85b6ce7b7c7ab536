"""例会测试用的：安排一次周例会，放两项上议程，开会。"""

from datetime import timedelta

from tests.supervision.world import World, at
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import ProblemInput
from xushi.registry.models import Project
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Meeting
from xushi.supervision.sitting import begin_meeting

HELD = at(12, 15)
ORDER_LABEL = SupervisionOrder._meta.label_lower


def plan(world: World, **given: object) -> Meeting:
    wanted = {"kind": "weekly", "held_at": HELD, "minutes": 60, "place": "会议室"} | given
    return plan_meeting(actor=world["clerk"], now=at(11), **wanted)  # type: ignore[arg-type]


def problem(world: World, project: Project, **given: object) -> Problem:
    kind = ProblemClass.objects.filter(parent__isnull=False).first() or ProblemClass.objects.first()
    assert kind is not None
    row = ProblemInput(project.pk, kind.pk, "坟地3座未迁，请民政局定办法")
    [made] = report_problems([row], actor=world["clerk"], now=given.pop("now", at(6)))  # type: ignore[arg-type]
    return made


def titles(meeting: Meeting) -> list[tuple[str, str]]:
    return list(meeting.items.order_by("place").values_list("why", "title"))


def sitting(world: World, project: Project | None = None) -> tuple[Meeting, list[AgendaItem]]:
    meeting = plan(world)
    add_item(meeting, "甲", actor=world["clerk"], now=at(11))
    add_item(meeting, "乙", actor=world["clerk"], now=at(11))
    if project:
        meeting.items.filter(title="甲").update(project=project)
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    meeting.refresh_from_db()
    return meeting, list(meeting.items.order_by("place"))


def later(minutes: int):  # type: ignore[no-untyped-def]
    return HELD + timedelta(minutes=minutes)
