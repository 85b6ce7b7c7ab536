"""造行：一次督查、一个组、一个点、一份手机送来的记录。"""

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from tests.factories import NOW
from tests.progress.builders import add_project
from xushi.core.months import Month
from xushi.inspections import actions
from xushi.inspections.entries import read_entry
from xushi.inspections.models import CheckItem, Finding, Round, Team, Visit
from xushi.inspections.words import Kind, RoundState
from xushi.registry.models import Project
from xushi.units.models import Unit, User

SEPTEMBER = Month(2018, 9)


def add_round(serial: int = 9, *, state: str = RoundState.UNDER_WAY, at: datetime = NOW) -> Round:
    ended = at if state == RoundState.ENDED else None
    return Round.objects.create(
        month=Month.of(at.date()), year=at.year, serial=serial, state=state, planned_at=at, ended_at=ended
    )


def add_team(held: Round, lead: User, name: str = "一组", *members: User) -> Team:
    team = Team.objects.create(round=held, name=name, lead=lead)
    team.members.set([lead, *members])
    return team


def add_visit(
    project: Project,
    held: Round | None = None,
    team: Team | None = None,
    kind: str = Kind.PROGRESS,
    **fields: Any,
) -> Visit:
    held = held or Round.objects.first() or add_round()
    columns: dict[str, Any] = {"planned_at": NOW, "changed_at": NOW} | fields
    return Visit.objects.create(project=project, round=held, team=team, kind=kind, **columns)


def a_visit(territory: Unit, name: str = "紫光项目", **fields: Any) -> Visit:
    return add_visit(add_project(territory, name), **fields)


def finding(
    words: str = "西侧4户未腾空，塔吊基础无法施工。", key: UUID | None = None, **told: Any
) -> dict[str, Any]:
    return {
        "key": str(key or uuid4()), "item": None, "class": "land", "severity": 2, "words": words,
        "due_on": "2018-09-19",
    } | told  # fmt: skip


def sent(visit: Visit, *findings: Mapping[str, Any], at: datetime = NOW, **told: Any) -> dict[str, Any]:
    """An entry as the phone sends it; the answers are of the checklist in force."""
    items = CheckItem.objects.filter(checklist__kind=visit.kind, checklist__in_force=True)
    return {
        "base_version": visit.version,
        "answers": [{"item": one.pk, "verdict": "ok"} for one in items],
        "findings": list(findings),
        "words": "主体施工至三层。",
        "seen_rate": "0.418",
        "started_at": (at - timedelta(minutes=40)).isoformat(),
        "ended_at": (at - timedelta(minutes=5)).isoformat(),
        "sent_at": at.isoformat(),
        "place": {"lng": 118.5312, "lat": 32.0712, "accuracy": 8},
        "signature": {"strokes": [[[0.1, 0.5], [0.5, 0.2], [0.9, 0.6]]], "name": "王工", "duty": "项目经理"},
        "photos": [],
    } | told  # fmt: skip


def record(visit: Visit, by: User, *findings: Mapping[str, Any], now: datetime = NOW, **told: Any) -> Any:
    entry = read_entry(sent(visit, *findings, at=now, **told))
    return actions.record_visit(visit=visit, entry=entry, device="phone-1", by=by, now=now)


def found(visit: Visit, by: User, words: str = "西侧4户未腾空。", **told: Any) -> Finding:
    """A finding as it stands after the visit was recorded."""
    key = uuid4()
    record(visit, by, finding(words, key, **told))
    return Finding.objects.get(key=key)


def picture(
    path: Path, color: tuple[int, int, int] = (120, 140, 90), size: tuple[int, int] = (640, 480)
) -> Path:
    Image.new("RGB", size, color).save(path, "JPEG")
    return path


def upload(name: str = "after.jpg", color: tuple[int, int, int] = (90, 90, 90)) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    out = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def video(path: Path, frames: int = 6) -> Path:
    """A short video that plays."""
    import av

    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("mpeg4", rate=6)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(frames):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (n * 20, 120, 90)))
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


DUE = date(2018, 9, 19)
