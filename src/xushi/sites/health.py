"""通断：来了画面就是通的，没来满一分钟算中断；十分钟、一小时、一天各告诉一次，一个现场合成一条；恢复了也告诉。"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from xushi.alerts.actions import apply_findings
from xushi.alerts.rules import Cause as AlertCause
from xushi.alerts.rules import Finding, Level, SubjectInfo
from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, RowChange, record
from xushi.registry.models import Project
from xushi.sites import rules
from xushi.sites.models import Camera, CameraState, Outage, Snapshot
from xushi.sites.rules import TELL_AFTER, Cause, Health, State, grouped, steps_due
from xushi.sites.words import said

RED_AFTER = TELL_AFTER[-1]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a camera brought: a picture, or why there is none. warning: a picture, but not for a browser.

    silent is how long this process has looked in vain, by the machine's own clock; None where nobody counts.
    """

    at: datetime
    cause: Cause | None = None
    words: str = ""
    warning: str = ""
    snapshot: Snapshot | None = None
    silent: timedelta | None = None


@transaction.atomic
def note(seen: Mapping[int, Seen], *, now: datetime) -> None:
    """Write what was seen of these cameras: states, outages that began or are over, one event a site each."""
    states = _locked(seen, now)
    began: list[Outage] = []
    ended: list[Outage] = []
    running = {one.camera_id: one for one in Outage.objects.open().filter(camera__in=list(states))}
    for key, state in states.items():
        look, outage = seen[key], running.get(key)
        _change(state, look, now)
        if state.state == State.INTERRUPTED and outage is None:
            began.append(
                Outage(camera=state.camera, began_at=state.since, cause=state.cause, words=state.words)
            )
        elif state.state == State.INTERRUPTED and outage and outage.cause != state.cause:
            outage.cause, outage.words = state.cause, state.words
            outage.save(update_fields=["cause", "words"])
        elif state.state == State.OK and outage:
            outage.ended_at = max(look.at, outage.began_at)
            ended.append(outage)
    CameraState.objects.bulk_update(list(states.values()), _COLUMNS)
    _begin(began, now)
    _end(ended, now)


_COLUMNS = ("state", "cause", "words", "since", "last_frame_at", "last_snapshot", "looked_at")


def _locked(seen: Collection[int], now: datetime) -> dict[int, CameraState]:
    """The states of the cameras in use, made where there are none yet."""
    cameras = {
        one.pk: one for one in Camera.objects.in_use().filter(pk__in=list(seen)).select_related("project")
    }
    held = set(CameraState.objects.filter(camera__in=list(cameras)).values_list("camera", flat=True))
    new = [CameraState(camera=one, since=now) for pk, one in cameras.items() if pk not in held]
    CameraState.objects.bulk_create(new, ignore_conflicts=True)
    rows = CameraState.objects.select_for_update().filter(camera__in=list(cameras)).order_by("pk")
    states = {row.camera_id: row for row in rows}
    for key, state in states.items():
        state.camera = cameras[key]
    return states


def _change(state: CameraState, look: Seen, now: datetime) -> None:
    before = Health(State(state.state), state.since, state.last_frame_at)
    if before.state == State.OFF:
        before = Health(State.NEVER, now, state.last_frame_at)
    after = _after(before, look)
    state.state, state.since, state.last_frame_at = after.state, after.since, after.last_frame_at
    state.cause = look.cause or (Cause.CODEC if look.warning else "")
    state.words = (look.words or look.warning)[:200]
    state.looked_at = now
    if look.snapshot:
        state.last_snapshot = look.snapshot


def _after(before: Health, look: Seen) -> Health:
    if look.cause is None:
        return rules.after_frame(before, look.at)
    return rules.after_failure(before, look.at, look.cause, look.silent)


def _begin(outages: Sequence[Outage], now: datetime) -> None:
    Outage.objects.bulk_create(outages)
    for project, some in _by_site(outages):
        names = [one.camera.name for one in some]
        record(
            "sites.outage.began", actor=SYSTEM, now=now, subject=project, rows=_rows(some, "中断"),
            summary=f"{project.name}：{'、'.join(names)}中断", subject_name=project.name,
        )  # fmt: skip


def _end(outages: Sequence[Outage], now: datetime) -> None:
    """Recovery is told of where the outage was; a short one only stands in the journal."""
    Outage.objects.bulk_update(outages, ["ended_at"])
    for told in (True, False):
        for project, some in _by_site([one for one in outages if bool(one.told) is told]):
            names = [one.camera.name for one in some]
            record(
                "sites.outage.ended" if told else "sites.outage.passed", actor=SYSTEM, now=now, subject=project,
                rows=_rows(some, "恢复"), subject_name=project.name,
                summary=f"{project.name}：{'、'.join(names)}恢复",
            )  # fmt: skip
    judge({one.camera.project_id for one in outages if one.told}, now=now)


@transaction.atomic
def tell(*, now: datetime) -> int:
    """告知: every site with an outage that has come to its next step is told of once; returns how many sites."""
    waiting = Outage.objects.open().select_for_update(of=("self",)).select_related("camera__project")
    due = [one for one in waiting.order_by("began_at", "pk") if steps_due(one.began_at, now) > one.told]
    for outage in due:
        outage.told, outage.told_at = steps_due(outage.began_at, now), now
    Outage.objects.bulk_update(due, ["told", "told_at"])
    CameraState.objects.filter(camera__in=[one.camera_id for one in due]).update(told_at=now)
    totals = _totals({one.camera.project_id for one in due})
    sites = _by_site(due)
    for project, some in sites:
        names = grouped([one.camera.name for one in some], totals[project.pk])
        lasting = lasted(min(one.began_at for one in some), now)
        record(
            "sites.outage.told", actor=SYSTEM, now=now, subject=project, rows=_rows(some, f"中断{lasting}"),
            summary=f"{project.name}：{names}中断{lasting}，{said(some[0].cause)}", subject_name=project.name,
        )  # fmt: skip
    judge({project.pk for project, _ in sites}, now=now)
    return len(sites)


def judge(projects: Collection[int], *, now: datetime) -> None:
    """摄像中断: one alert a site, of all its outages that have been told of; cleared once there is none."""
    if not projects:
        return
    open_now: dict[int, list[Outage]] = {}
    rows = Outage.objects.open().filter(camera__project__in=projects, camera__active=True, told__gt=0)
    for one in rows.select_related("camera").order_by("began_at", "pk"):
        open_now.setdefault(one.camera.project_id, []).append(one)
    totals = _totals(projects)
    found = {
        subject_of(project): _findings(open_now.get(project.pk, []), totals.get(project.pk, 0), now)
        for project in Project.objects.filter(pk__in=projects)
    }
    apply_findings(found, causes=[AlertCause.CAMERA_OUT], now=now)


def _findings(outages: Sequence[Outage], total: int, now: datetime) -> list[Finding]:
    if not outages:
        return []
    first = outages[0]
    level = Level.RED if now - first.began_at >= RED_AFTER else Level.YELLOW
    names = grouped([one.camera.name for one in outages], total)
    note = f"{names}中断，{Cause(first.cause).label}"
    return [Finding(AlertCause.CAMERA_OUT, level, local_day(first.began_at), note=note)]


def subject_of(project: Project) -> SubjectInfo:
    return SubjectInfo(
        Project._meta.label_lower, project.pk, project.name, territory=project.territory_id,
        responsible_unit=project.responsible_unit_id, owner_unit=project.owner_unit_id, leader=project.leader_id,
    )  # fmt: skip


def lasted(began: datetime, now: datetime) -> str:
    """不到1分钟, 46分钟, 3小时, 2天."""
    minutes = max(int((now - began).total_seconds() // 60), 0)
    if not minutes:
        return "不到1分钟"
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)}天"


def _by_site(outages: Iterable[Outage]) -> list[tuple[Project, list[Outage]]]:
    found: dict[int, tuple[Project, list[Outage]]] = {}
    for one in outages:
        found.setdefault(one.camera.project_id, (one.camera.project, []))[1].append(one)
    return list(found.values())


def _rows(outages: Sequence[Outage], word: str) -> list[RowChange]:
    return [
        RowChange(one.camera, str(one.camera), {"通断": ["", word], "原因": ["", Cause(one.cause).label]})
        for one in outages
    ]


def _totals(projects: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for project in Camera.objects.in_use().filter(project__in=projects).values_list("project", flat=True):
        found[project] = found.get(project, 0) + 1
    return found
