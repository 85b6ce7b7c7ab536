"""督查页要读的：看得到的照片、一条发现的经过、谁能整改、一个点位的来龙去脉。"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When

from xushi.core.clock import local_day
from xushi.duties.reach import reach_of
from xushi.inspections.comparing import NOTHING, Compared, compared
from xushi.inspections.conclusions import said_started, state_of
from xushi.inspections.models import Finding, Photo, Rectification, SentEntry, Visit
from xushi.inspections.rectifying import step_name
from xushi.inspections.words import AT_UNIT, FindingState, Kind, Outcome, PhotoKind
from xushi.kit.phrased import Key, ask
from xushi.registry.models import Project
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

MENDERS = (
    Unit.Kind.DEPARTMENT, Unit.Kind.SUBDISTRICT, Unit.Kind.FARM, Unit.Kind.PARK, Unit.Kind.ENTERPRISE,
    Unit.Kind.OFFICE,
)  # fmt: skip
STEP_MARKS = {
    "found": "needs_coordination", "fix": "disputed", "verify": "passed", "return": "needs_coordination",
    "withdraw": "not_due", "dropped": "not_due",
}  # fmt: skip


def photos_of(user: "User") -> "QuerySet[Photo]":
    """The photos of what this person sees: the visit, or the finding they hang on."""
    visits = Visit.objects.visible_to(user).order_by().values("pk")
    findings = Finding.objects.visible_to(user).order_by().values("pk")
    return Photo.objects.filter(Q(visit__in=visits) | Q(finding__in=findings))


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a finding as the page tells it."""

    step: Rectification
    word: str
    mark: str
    photos: list[Photo]


def thread(finding: Finding) -> list[Moment]:
    """经过, oldest first; the pictures of the site stand with the finding, later ones with their step; two queries."""
    by_step: dict[int | None, list[Photo]] = defaultdict(list)
    for photo in finding.photos.order_by("received_at", "pk"):
        by_step[photo.step_id].append(photo)
    told = []
    for step in finding.steps.order_by("at", "pk"):
        own = by_step[None] if step.verb == "found" else by_step[step.pk]
        told.append(Moment(step, step_name(step.verb), STEP_MARKS.get(step.verb, "working"), own))
    return told


def mending_units(user: "User", *held: int | None) -> list[Unit]:
    """Who can be given something to mend, in the tree's order: within the person's reach, and who has it already (held,
    primary keys); two queries."""
    near = reach_of(user)
    return list(Unit.objects.standing().filter(near.units_or(held), kind__in=MENDERS).order_by("path"))


def visit_page(user: "User", pk: int) -> Visit | None:
    """A visit with what it shows: record, answers, findings with their pictures, entries waiting for a choice."""
    related = (
        "round",
        "team__lead",
        "project__territory",
        "project__responsible_unit",
        "record__recorded_by",
    )
    waiting = Prefetch("entries", SentEntry.objects.select_related("by", "settled_by"), to_attr="sent")
    findings = Prefetch(
        "findings",
        Finding.objects.visible_to(user).live().select_related("unit").order_by("pk"),
        to_attr="found",
    )
    pictures = Prefetch("photos", Photo.objects.order_by("received_at", "pk"), to_attr="pictures")
    rows = Visit.objects.visible_to(user).select_related(*related)
    found: Visit | None = rows.prefetch_related(waiting, findings, pictures).filter(pk=pk).first()
    return found


def waiting_entries(visit: Visit) -> list[SentEntry]:
    """Kept beside what stands, until somebody chooses."""
    return [one for one in visit.sent if one.outcome == Outcome.CONFLICT]  # type: ignore[attr-defined]


def pictures_of_untaken(visit: Visit) -> "dict[int, list[Photo]]":
    """{entry: the photos that only a record which was not taken names}: they tell nothing of the one that stands."""
    own: dict[int, set[str]] = {}
    taken: set[str] = set()
    for one in visit.sent:  # type: ignore[attr-defined]
        named = {str(photo.get("key", "")).lower() for photo in one.entry.get("photos") or ()}
        if one.outcome in (Outcome.CONFLICT, Outcome.DECLINED):
            own[one.pk] = named
        else:
            taken |= named
    free = [one for one in visit.pictures if one.finding_id is None and str(one.key) not in taken]  # type: ignore[attr-defined]
    return {pk: [one for one in free if str(one.key) in named] for pk, named in own.items()}


@dataclass(frozen=True, slots=True)
class Looked:
    """现场督查 of one project: its last visits, against what was reported, and what is still to be mended."""

    visits: list[tuple[Visit, Compared, tuple[str, str]]]
    findings: list[Finding]

    @property
    def any(self) -> bool:
        return bool(self.visits or self.findings)

    @property
    def not_started(self) -> bool:
        """Said to have started, and the last start verification found no real start."""
        told = [one for one, *_ in self.visits if one.kind == Kind.START]
        return bool(told) and told[0].record.really_started is False and said_started(told[0])


def looked_at(user: "User", project: Project, most: int = 5) -> Looked:
    """What a project's page shows; three queries."""
    last: list[Visit] = ask(_visits_to, user, Key(project.pk), most)
    beside = compared(last)
    return Looked(
        [(one, beside.get(one.pk, NOTHING), state_of(one, beside.get(one.pk, NOTHING))) for one in last],
        ask(_findings_at, user, Key(project.pk), most),
    )


def _visits_to(user: "User", project: int, most: int) -> "QuerySet[Visit]":
    visits = Visit.objects.visible_to(user).done().filter(project=project, record__isnull=False)
    last: QuerySet[Visit] = visits.select_related("round", "record", "project").order_by("-done_at")[:most]
    return last


def _findings_at(user: "User", project: int, most: int) -> "QuerySet[Finding]":
    findings = Finding.objects.visible_to(user).open().filter(project=project).select_related("unit")
    nearest: QuerySet[Finding] = findings.order_by("due_on", "pk")[:most]
    return nearest


def of_month(user: "User", month: Any) -> dict[str, Any]:
    """What a circular of the month needs: rounds, visits done, findings by state; four queries."""
    visits = Visit.objects.visible_to(user).done().filter(round__month=month)
    findings = Finding.objects.visible_to(user).live().filter(visit__round__month=month)
    return {
        "visits": list(
            visits.select_related("project__territory", "round", "record").order_by("round", "done_at")
        ),
        "findings": list(
            findings.select_related("project__territory", "unit").order_by("-severity", "due_on")
        ),
    }


def record_of_unit(user: "User", unit: Unit, year: int) -> dict[str, int]:
    """单位的整改记录 of a year: found, mended, in time, returned, still open; what it answers for, dissolved ones too."""
    rows = (
        Finding.objects.visible_to(user)
        .live()
        .filter(unit__in=Unit.objects.answered_for_by(unit.path).values("pk"), visit__round__year=year)
    )
    told = list(rows.values_list("state", "due_on", "fixed_at", "returns"))
    mended = [(due, at) for state, due, at, _ in told if state == FindingState.VERIFIED]
    return {
        "found": len(told),
        "mended": len(mended),
        "in_time": sum(1 for due, at in mended if at is not None and local_day(at) <= due),
        "returned": sum(1 for *_, returns in told if returns),
        "open": sum(1 for state, *_ in told if state != FindingState.VERIFIED),
    }


@dataclass(frozen=True, slots=True)
class Mending:
    """One finding with the picture of before and the one of after, where there are any."""

    finding: Finding
    before: Photo | None
    after: Photo | None


def mending(user: "User", most: int) -> tuple[list[Mending], int]:
    """整改前后: first what waits for verification, then what is longest due; and how many are open: three queries."""
    rows = Finding.objects.visible_to(user).open()
    ranked = rows.annotate(waits=Case(When(state=FindingState.FIXED, then=0), default=1))
    related = ("project__territory", "unit")
    chosen = list(
        _pictured(ranked).select_related(*related).order_by("waits", "-fixed_at", "due_on", "pk")[: most - 1]
    )
    late = _pictured(rows.filter(state__in=AT_UNIT)).exclude(pk__in=[one.pk for one in chosen])
    chosen += list(late.select_related(*related).order_by("due_on", "pk")[: most - len(chosen)])
    photos: dict[int, list[Photo]] = defaultdict(list)
    pictures = Photo.objects.filter(finding__in=chosen, is_video=False).order_by("received_at", "pk")
    for photo in pictures:
        photos[photo.finding_id or 0].append(photo)
    return [_before_after(one, photos[one.pk]) for one in chosen], rows.count()


def _pictured(rows: Any) -> Any:
    return rows.filter(Exists(Photo.objects.filter(finding=OuterRef("pk"), is_video=False)))


def _before_after(one: Finding, photos: list[Photo]) -> Mending:
    before = next((photo for photo in photos if photo.kind != PhotoKind.AFTER), None)
    after = next((photo for photo in reversed(photos) if photo.kind == PhotoKind.AFTER), None)
    return Mending(one, before, after)
