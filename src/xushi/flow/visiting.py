"""像是停工的现场请去看：排进最近一次还没有它的督查，没有就排进下个月的；排进了哪一次，回到现场的页上说。"""

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.inspections.arranging import VisitInput, add_visits, put_into_next
from xushi.inspections.models import Round, Visit
from xushi.inspections.rules_plan import ALERTED
from xushi.inspections.words import RoundState
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Refused
from xushi.registry.containers import place_of
from xushi.registry.models import Project
from xushi.sites.models import Standstill
from xushi.sites.standstill import answer_visit


def put_into_round(event: Event) -> bool:
    """True where the site was put into a round by this; what became of the wish is told either way."""
    if event.subject_id is None:
        return False
    project = Project.objects.get(pk=event.subject_id)
    held, added = _waiting(project), False
    words = f"已经排在{held}里" if held else ""
    if held is None:
        try:
            held, added = _put(project, event), True
            words = f"已排进{held.month.label}的{held}，时间和组由区重大办来定"
        except Refused as refused:
            words = f"没能排进督查：{refused}"
    answer_visit(project, words, actor=SYSTEM, now=event.at)
    return added


def _waiting(project: Project) -> Round | None:
    """The open round in which somebody is still to look at it."""
    visits = Visit.objects.ahead().filter(project=project).exclude(round__state=RoundState.ENDED)
    visit = visits.select_related("round").order_by("round__year", "round__serial").first()
    return visit.round if visit else None


def _put(project: Project, event: Event) -> Round:
    row = VisitInput(project.pk, reasons=({"kind": ALERTED, "words": _why(project.pk)},))
    actor = Actor(by=event.actor, channel=event.channel)
    held = _next_round(project, event)
    if held:
        add_visits(held, [row], actor=actor, now=event.at)
        return held
    held, _ = put_into_next([row], month=Month.of(local_day(event.at)), actor=actor, now=event.at)
    return held


def _next_round(project: Project, event: Event) -> Round | None:
    """The first open round of whoever asks that does not hold the project: one that has looked at it already is of no
    use."""
    own = Round.objects.kept_by(place_of(event.actor))
    ahead = own.open().filter(month__gte=Month.of(local_day(event.at)))
    found: Round | None = ahead.exclude(visits__project=project).order_by("month", "serial").first()
    return found


def _why(project: int) -> str:
    days = Standstill.objects.open().filter(project=project).values_list("days", flat=True).first()
    return f"现场{days}天没有施工动静" if days else "现场像是停工"
