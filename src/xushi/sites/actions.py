"""摄像头的动作：加、改、画遮挡区、停用和恢复；报修；存证。密码只进密文，日志里只说改没改。"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.registry.checking import Conflict, Refused, RowProblem, all_problems, known_projects, refuse
from xushi.sites import health, policy
from xushi.sites.inputs import CameraInput, problems_of_camera
from xushi.sites.models import Camera, CameraState, Outage, Snapshot
from xushi.sites.rules import State, masked_of
from xushi.sites.secrets import Unsealable, opened, seal

log = logging.getLogger(__name__)

COLUMNS = tuple(one.name for one in fields(CameraInput) if one.name not in ("project", "password", "masked"))
LONGEST = 200


@transaction.atomic
def add_cameras(rows: Sequence[CameraInput], *, actor: Actor, now: datetime) -> list[Camera]:
    """加摄像头. Refused names every problem of every row."""
    _ask_keeper(actor)
    refuse(all_problems(rows, problems_of_camera))
    refuse(known_projects(rows))
    refuse(_named_twice(rows))
    refuse(_sealed_apart(rows))
    cameras = [
        Camera(
            project_id=row.project, password_sealed=seal(row.password), masked=masked_of(list(row.masked)),
            added_at=now, added_by=actor.by, **_columns(row),
        )
        for row in rows
    ]  # fmt: skip
    Camera.objects.bulk_create(cameras)
    CameraState.objects.bulk_create(CameraState(camera=one, since=now) for one in cameras)
    for one in Camera.objects.filter(pk__in=[one.pk for one in cameras]).select_related("project"):
        record(
            "sites.camera.added", actor=actor, now=now, subject=one, subject_name=str(one),
            summary=f"加摄像头：{one}", changes={"接入方式": ["", one.get_kind_display()]},
        )  # fmt: skip
    return cameras


@transaction.atomic
def amend_camera(camera: Camera, row: CameraInput, *, seen: int, actor: Actor, now: datetime) -> Camera:
    """改摄像头; an empty password keeps the one there is."""
    _ask_keeper(actor)
    held = _locked(camera, seen)
    if row.project != held.project_id:
        raise Refused([RowProblem(0, "project", "摄像头不能换到别的项目，请停用这一路，再到那个项目下加。")])
    refuse(all_problems([row], problems_of_camera))
    refuse(_named_twice([row], held.pk))
    refuse(_sealed_apart([row]))
    changes = _differences(held, row)
    for name, value in _columns(row).items():
        setattr(held, name, value)
    if row.password:
        held.password_sealed = seal(row.password)
        changes["密码"] = ["", "已改"]
    if not changes:
        return held
    held.version += 1
    held.save()
    record(
        "sites.camera.amended", actor=actor, now=now, subject=held, subject_name=str(held),
        summary=f"改摄像头：{held}", changes=changes,
    )  # fmt: skip
    return held


@transaction.atomic
def mask_camera(camera: Camera, polygons: object, *, seen: int, actor: Actor, now: datetime) -> Camera:
    """画遮挡区: what moves there is not the site's work (a road, trees, a flag)."""
    _ask_keeper(actor)
    held = _locked(camera, seen)
    try:
        masked = masked_of(polygons)
    except ValueError as problem:
        raise Refused([RowProblem(0, "masked", str(problem))]) from problem
    before = len(held.masked)
    held.masked, held.version = masked, held.version + 1
    held.save(update_fields=["masked", "version"])
    record(
        "sites.camera.masked", actor=actor, now=now, subject=held, subject_name=str(held),
        summary=f"改遮挡区：{held}", changes={"遮挡区": [f"{before}块", f"{len(masked)}块"]},
    )  # fmt: skip
    return held


@transaction.atomic
def switch_camera(
    camera: Camera, *, active: bool, seen: int, actor: Actor, now: datetime, words: str = ""
) -> Camera:
    """停用 or 恢复: nothing of what it saw is lost; an outage that runs is over."""
    _ask_keeper(actor)
    held = _locked(camera, seen)
    words = _within(words, "缘由")
    if held.active is active:
        raise Refused([RowProblem(0, "active", f"“{held}”已经{'在用' if active else '停用'}了。")])
    if not active and not words:
        raise Refused([RowProblem(0, "words", "写一句为什么停用，如“塔吊拆了，换到西门”。")])
    held.active, held.version = active, held.version + 1
    held.save(update_fields=["active", "version"])
    CameraState.objects.update_or_create(
        camera=held, defaults={"state": State.NEVER if active else State.OFF, "since": now, "cause": "", "words": ""}
    )  # fmt: skip
    if not active:
        Outage.objects.open().filter(camera=held).update(ended_at=now)
        health.judge({held.project_id}, now=now)
    word = "恢复" if active else "停用"
    record(
        "sites.camera.resumed" if active else "sites.camera.stopped", actor=actor, now=now, subject=held,
        subject_name=str(held), summary=f"{word}摄像头：{held}",
        changes={"在用": ["停用" if active else "在用", word], "写了": ["", words]},
    )  # fmt: skip
    return held


@transaction.atomic
def ask_repair(outage: Outage, words: str, *, actor: Actor, now: datetime) -> Outage:
    """报修: once an outage; the office and the owner of the site hear of it."""
    held = Outage.objects.select_for_update(of=("self",)).select_related("camera__project").get(pk=outage.pk)
    _ask(actor, held.camera, policy.can_repair, "报修由区重大办、督查室、属地和项目单位来报。")
    if held.ended_at:
        raise Refused([RowProblem(0, "outage", "已经恢复了，不用报修。")])
    if held.repair_at:
        raise Refused([RowProblem(0, "outage", "已经报过修了，等着处理。")])
    held.repair_at, held.repair_by, held.repair_words = now, actor.by, _within(words, "报修说明")
    held.save(update_fields=["repair_at", "repair_by", "repair_words"])
    record(
        "sites.outage.repair_asked", actor=actor, now=now, subject=held.camera.project,
        subject_name=held.camera.project.name, summary=f"报修：{held.camera}",
        changes={"摄像头": ["", held.camera.name], "写了": ["", held.repair_words]},
    )  # fmt: skip
    return held


@transaction.atomic
def hold_snapshot(snapshot: Snapshot, words: str, *, actor: Actor, now: datetime) -> Snapshot:
    """存证: the picture stays for good, its digest in the journal."""
    rows = Snapshot.objects.select_for_update(of=("self",)).select_related("camera__project")
    held = rows.get(pk=snapshot.pk)
    _ask(actor, held.camera, policy.can_hold, "存证由区重大办和督查室来存。")
    if held.held_at:
        return held
    held.held_at, held.held_by, held.held_words = now, actor.by, _within(words, "存证说明")
    held.save(update_fields=["held_at", "held_by", "held_words"])
    record(
        "sites.picture.held", actor=actor, now=now, subject=held.camera, subject_name=str(held.camera),
        summary=f"存证截图：{held.camera}",
        changes={"SHA-256": ["", held.sha256], "写了": ["", held.held_words]},
    )  # fmt: skip
    return held


@transaction.atomic
def hold_pair(pair: Sequence[Snapshot], *, actor: Actor, now: datetime) -> list[Snapshot]:
    """存进督查记录: two days of one camera, each held with the word of what it is compared with."""
    days = "与".join(f"{one.day.month}月{one.day.day}日" for one in pair)
    return [hold_snapshot(one, f"两天对比：{days}", actor=actor, now=now) for one in pair]


def _within(words: str, called: str) -> str:
    """The words as they are kept; refused where there are too many of them, never cut."""
    said = words.strip()
    if len(said) > LONGEST:
        raise Refused([RowProblem(0, "words", f"{called}写了{len(said)}个字，最多{LONGEST}个字，请写短些。")])
    return said


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied("摄像头由区重大办来加、改和停用。")


def _ask(actor: Actor, camera: Camera, may: Any, sentence: str) -> None:
    if actor.by is not None and not (may(actor.by) and policy.may_see(actor.by, camera)):
        raise PermissionDenied(sentence)


def _locked(camera: Camera, seen: int) -> Camera:
    held: Camera = Camera.objects.select_for_update(of=("self",)).select_related("project").get(pk=camera.pk)
    if held.version != seen:
        raise Conflict(f"“{held}”刚被别人改过，请看过现在的再改。")
    return held


def _columns(row: CameraInput) -> Mapping[str, Any]:
    made = {name: getattr(row, name) for name in COLUMNS}
    return {name: value.strip() if isinstance(value, str) else value for name, value in made.items()}


def _differences(held: Camera, row: CameraInput) -> dict[str, list[Any]]:
    """By the words of the form; of the address and the account only that they were changed."""
    changes = {}
    for name, value in _columns(row).items():
        before = getattr(held, name)
        if before == value:
            continue
        label = str(getattr(Camera._meta.get_field(name), "verbose_name", name))
        changes[label] = ["", "已改"] if name in ("host", "user") else [_said(before), _said(value)]
    return changes


def _said(value: Any) -> str:
    return "" if value is None else "是" if value is True else "否" if value is False else str(value)


def _named_twice(rows: Sequence[CameraInput], keep: int | None = None) -> list[RowProblem]:
    """Two cameras of one site under one name."""
    known = Camera.objects.filter(project__in=[row.project for row in rows]).exclude(pk=keep or 0)
    taken = set(known.values_list("project", "name"))
    found = []
    for i, row in enumerate(rows):
        key = (row.project, row.name.strip())
        if key in taken:
            found.append(RowProblem(i, "name", f"这个现场已经有“{key[1]}”了，请换个名字。"))
        taken.add(key)
    return found


def _sealed_apart(rows: Sequence[CameraInput]) -> list[RowProblem]:
    """Of several machines all seal with one key: where this one's does not open what is stored, no password is taken."""
    given = [i for i, row in enumerate(rows) if row.password]
    stored = (
        Camera.objects.exclude(password_sealed="").order_by("-pk").values_list("password_sealed", flat=True)
    )
    if not given or not (sealed := stored.first()):
        return []
    try:
        opened(sealed)
    except Unsealable as problem:
        log.warning("%s", problem)
        sentence = "密码存不下：这台机器的密钥与别的机器不同，请运维把 camera-key 抄成同一把。"
        return [RowProblem(i, "password", sentence) for i in given]
    return []
