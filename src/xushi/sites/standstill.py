"""现场停工：每天看一遍在建的现场，久无动静就给一个待核的提示；是停工还是误报，由人来说。"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.alerts.actions import apply_findings
from xushi.alerts.rules import Cause, Finding, Level
from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, Actor, record
from xushi.journal.models import Event
from xushi.kit.listed import listed
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.registry.models import Project
from xushi.sites import policy
from xushi.sites.health import subject_of
from xushi.sites.models import Camera, CameraDay, Snapshot, Standstill
from xushi.sites.rules import Standing, Verdict
from xushi.sites.standstill_rules import FARTHEST, Spell, level_of, site_day, spell_of

LONGEST_WORDS = 300
AT_ONCE = 500
VISIT_ASKED = "sites.standstill.visit_asked"
VISIT_ANSWERED = "sites.standstill.visit_answered"
_SAID = {
    Standing.CONFIRMED: "sites.standstill.confirmed",
    Standing.REFUTED: "sites.standstill.refuted",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of one site: its cameras in use, the verdict of each day, who last vouched that work goes on."""

    project: Project
    cameras: list[Camera]
    days: dict[date, Verdict]
    last_active: dict[int, date]  # by camera
    vouched: date | None
    open: Standstill | None

    @property
    def weekdays(self) -> frozenset[int]:
        return frozenset().union(*(one.hours.weekdays for one in self.cameras))

    def seen_since(self, day: date) -> bool:
        return any(one >= day for one in self.last_active.values())

    @property
    def telling(self) -> Camera:
        """The camera whose pictures are shown: the one that saw activity last."""
        return max(self.cameras, key=lambda one: (self.last_active.get(one.pk, date.min), -one.pk))


# ---- 每天看一遍 ----


def judge_sites(*, now: datetime, projects: Collection[int] | None = None) -> int:
    """每个在建的现场判一遍; returns how many look stopped. Running it again the same day changes nothing."""
    watched = Camera.objects.in_use().order_by().values_list("project", flat=True).distinct()
    held = Standstill.objects.open().order_by().values_list("project", flat=True).distinct()
    keys = sorted({*watched, *held} if projects is None else set(projects))
    return sum(_judge(keys[start : start + AT_ONCE], now) for start in range(0, len(keys), AT_ONCE))


@transaction.atomic
def _judge(keys: list[int], now: datetime) -> int:
    last = local_day(now) - timedelta(days=1)
    findings = {}
    for site in _sites(keys, last):
        spell = _spell(site, last)
        findings[subject_of(site.project)] = _follow(site, spell, now)
    apply_findings(findings, causes=[Cause.SITE_IDLE], now=now)
    return sum(bool(found) for found in findings.values())


def _spell(site: Site, last: date) -> Spell | None:
    """None where nothing is to be expected of the site: not started, completed, or no camera in use."""
    project = site.project
    if not site.cameras or project.started_on is None or project.started_on > last:
        return None
    if project.completed_on is not None and project.completed_on <= last:
        return None
    return spell_of(site.days, last, site.weekdays, site.vouched)


def _follow(site: Site, spell: Spell | None, now: datetime) -> list[Finding]:
    """Open, carry on or end the hint as the days say; returns what the alert is to say.

    A hint ends when activity is seen again, never because a camera has gone blind: then it stays as it was.
    """
    held = site.open
    if held and (spell is None or site.seen_since(held.since)):
        _end(held, site, now)
        held = None
    if spell is None:
        return []
    if held and held.state == Standing.REFUTED:
        if spell.level is None:
            return []
        _end(held, site, now)  # vouched for, and again nothing for a week
        held = None
    if held is None:
        return [_finding(_noticed(site, spell, now), spell.unseen)] if spell.level else []
    return [_finding(_carried(held, spell) if spell.level else held, spell.unseen)]


def _finding(held: Standstill, unseen: int) -> Finding:
    told = "已确认停工" if held.state == Standing.CONFIRMED else "待核，像是停工"
    blind = f"，另有{unseen}天看不清不算" if unseen else ""
    note = f"{told}：{held.days}天没有施工动静{blind}"
    return Finding(Cause.SITE_IDLE, level_of(held.days) or Level.YELLOW, held.since, note=note)


def _noticed(site: Site, spell: Spell, now: datetime) -> Standstill:
    camera = site.telling
    before, latest = _pictures(camera, spell)
    made = Standstill.objects.create(
        project=site.project, camera=camera, since=spell.since, days=spell.days, last_active=before, latest=latest,
        noticed_at=now,
    )  # fmt: skip
    record(
        "sites.standstill.noticed", actor=SYSTEM, now=now, subject=site.project, subject_name=site.project.name,
        summary=f"{site.project.name}：像是停工，{spell.since:%-m月%-d日}起没有施工动静",
        changes={"没有动静": ["", f"{spell.days}天"]},
    )  # fmt: skip
    return made


def _carried(held: Standstill, spell: Spell) -> Standstill:
    """Only the count and the newest picture go on; a row that says the same is left alone."""
    _, latest = _pictures(held.camera, spell)
    if (held.days, held.since, held.latest) != (spell.days, spell.since, latest):
        held.days, held.since, held.latest = spell.days, spell.since, latest or held.latest
        held.save(update_fields=["days", "since", "latest"])
    return held


def _end(held: Standstill, site: Site, now: datetime) -> None:
    today = local_day(now)
    held.ended_on = max([day for day in site.last_active.values() if day >= held.since], default=today)
    held.save(update_fields=["ended_on"])
    record(
        "sites.standstill.ended", actor=SYSTEM, now=now, subject=site.project, subject_name=site.project.name,
        summary=f"{site.project.name}：停工提示结束", changes={"没有动静": [f"{held.days}天", ""]},
    )  # fmt: skip


def _pictures(camera: Camera, spell: Spell) -> tuple[Snapshot | None, Snapshot | None]:
    """The last picture with activity, else the last before the spell; and the newest that can be read."""
    rows = Snapshot.objects.filter(camera=camera)
    before = rows.filter(day__lt=spell.since)
    active = before.filter(verdict=Verdict.ACTIVE).order_by("-taken_at").first()
    still = rows.filter(day__gte=spell.since, verdict=Verdict.STILL)
    return active or before.order_by("-taken_at").first(), still.order_by("-taken_at").first()


def _sites(keys: list[int], last: date) -> list[Site]:
    """Five queries, however many sites."""
    projects = Project.objects.filter(listed("pk", keys)).order_by("pk")
    cameras = _by_project(Camera.objects.in_use().filter(listed("project", keys)).order_by("pk"))
    first = last - timedelta(days=FARTHEST)
    rows = CameraDay.objects.filter(
        listed("camera__project", keys), day__gt=first, day__lte=last, camera__active=True
    )
    counted = rows.values_list("camera__project", "camera", "day", "verdict")
    held = {
        one.project_id: one
        for one in Standstill.objects.open().select_for_update(of=("self",)).filter(listed("project", keys))
        .select_related("camera", "latest").order_by("-pk")
    }  # fmt: skip
    vouched = _vouched(keys)
    days: dict[int, dict[date, list[Verdict]]] = {}
    newest: dict[int, dict[int, date]] = {}
    for project, camera, day, verdict in counted:
        days.setdefault(project, {}).setdefault(day, []).append(Verdict(verdict))
        if verdict == Verdict.ACTIVE:
            seen = newest.setdefault(project, {})
            seen[camera] = max(day, seen.get(camera, day))
    return [
        Site(one, own, _site_days(days.get(one.pk, {}), len(own)), newest.get(one.pk, {}), vouched.get(one.pk),
             held.get(one.pk))
        for one in projects
        for own in [cameras.get(one.pk, [])]
    ]  # fmt: skip


def _by_project(cameras: Iterable[Camera]) -> dict[int, list[Camera]]:
    found: dict[int, list[Camera]] = {}
    for one in cameras:
        found.setdefault(one.project_id, []).append(one)
    return found


def _site_days(days: Mapping[date, list[Verdict]], cameras: int) -> dict[date, Verdict]:
    return {day: site_day(verdicts, cameras) for day, verdicts in days.items()}


def _vouched(keys: list[int]) -> dict[int, date]:
    """The last day on which somebody said that work goes on."""
    rows = Standstill.objects.filter(listed("project", keys), state=Standing.REFUTED).exclude(decided_at=None)
    return {
        one.project_id: local_day(one.decided_at) for one in rows.order_by("decided_at") if one.decided_at
    }


# ---- 由人来说 ----


@transaction.atomic
def confirm(held: Standstill, words: str, *, seen: int, actor: Actor, now: datetime) -> Standstill:
    """确认停工: the alert stands until activity is seen again."""
    return _decide(held, Standing.CONFIRMED, words, seen, actor, now)


@transaction.atomic
def refute(held: Standstill, words: str, *, seen: int, actor: Actor, now: datetime) -> Standstill:
    """在施工，误报: the alert goes; after another week without activity it comes again."""
    if not words.strip():
        raise Refused([RowProblem(0, "words", "写一句怎么知道在施工，如“电话问过，在室内装修”。")])
    return _decide(held, Standing.REFUTED, words, seen, actor, now)


@transaction.atomic
def ask_visit(held: Standstill, *, actor: Actor, now: datetime) -> Standstill:
    """排进督查: told to the room of inspections, which puts the site into its next round; once for each hint."""
    if actor.by is not None and not policy.can_ask_visit(actor.by):
        raise PermissionDenied("督查由区重大办来排。")
    held = _locked(held, None, actor)
    if told := visit_words([held]).get(held.project_id):
        raise Refused(
            [RowProblem(0, "visit", f"{held.project.name}{told}；要再看一次，请在现场督查里加点。")]
        )
    record(
        VISIT_ASKED, actor=actor, now=now, subject=held.project, subject_name=held.project.name,
        summary=f"{held.project.name}：请排进督查，{held.days}天没有施工动静",
    )  # fmt: skip
    return held


@transaction.atomic
def answer_visit(project: Project, words: str, *, actor: Actor, now: datetime) -> None:
    """What became of the wish that somebody goes and looks: shown with the hint."""
    record(
        VISIT_ANSWERED, actor=actor, now=now, subject=project, subject_name=project.name,
        summary=f"{project.name}：{words}"[:500], changes={"督查": ["", words]},
    )  # fmt: skip


def visit_words(held: Sequence[Standstill]) -> dict[int, str]:
    """{project: what became of the wish for a visit} of those hints that had one; one query."""
    noticed = {one.project_id: one.noticed_at for one in held}
    rows = Event.objects.filter(
        subject_kind=Project._meta.label_lower, subject_id__in=noticed, verb__in=(VISIT_ASKED, VISIT_ANSWERED)
    )
    return {
        event.subject_id: event.changes["督查"][1] if event.verb == VISIT_ANSWERED else "已提请排进督查"
        for event in rows.order_by("at", "pk")
        if event.subject_id is not None and event.at >= noticed[event.subject_id]
    }


def _decide(
    held: Standstill, state: Standing, words: str, seen: int, actor: Actor, now: datetime
) -> Standstill:
    held = _locked(held, seen, actor)
    before = Standing(held.state)
    said = words.strip()
    if len(said) > LONGEST_WORDS:
        raise Refused(
            [RowProblem(0, "words", f"说明写了{len(said)}个字，最多{LONGEST_WORDS}个字，请写短些。")]
        )
    held.state, held.words = state, said
    held.decided_by, held.decided_at, held.version = actor.by, now, held.version + 1
    held.decided_name = actor.by.name if actor.by else "系统"
    held.decided_unit = actor.by.unit_name if actor.by else ""
    held.save()
    record(
        _SAID[state], actor=actor, now=now, subject=held.project, subject_name=held.project.name,
        summary=f"{held.project.name}：{state.label}",
        changes={"状态": [before.label, state.label], "说明": ["", held.words]},
    )  # fmt: skip
    judge_sites(now=now, projects=[held.project_id])
    held.refresh_from_db()
    return held


def _locked(held: Standstill, seen: int | None, actor: Actor) -> Standstill:
    """The row, held until the commit; refused for who may not say, and where somebody else has said meanwhile."""
    if actor.by is not None:
        if not policy.can_decide(actor.by):
            raise PermissionDenied("停不停工由区重大办和督查室来认定。")
        if not Standstill.objects.visible_to(actor.by).filter(pk=held.pk).exists():
            raise PermissionDenied("这个现场不在您看得到的范围里。")
    row: Standstill = (
        Standstill.objects.select_for_update(of=("self",)).select_related("project").get(pk=held.pk)
    )
    if row.ended_on:
        raise Refused([RowProblem(0, "ended_on", f"{row.project.name}这条提示已经结束，不用再认定。")])
    if seen is not None and row.version != seen:
        raise Conflict(f"{row.decided_name}刚认定过“{row.get_state_display()}”，请看过再说。")
    return row
