"""写：视图、盯办、大屏链接。"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from xushi.home.models import WallKey
from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.one_each import keep_one
from xushi.registry.models import Project, SavedView, Watch

NAME_AT_MOST = 40
QUERY_AT_MOST = 2000


class Refused(ValueError):
    """What was asked cannot be done; the sentence says why and what to do."""


@transaction.atomic
def save_view(*, name: str, query: str, actor: Actor, now: datetime) -> SavedView:
    """存为视图: keep a filter, columns and order under a name; the same name is overwritten."""
    name = _named(name)
    if len(query) > QUERY_AT_MOST:
        raise Refused("筛选太长，存不下；请减少几项再存。")
    view, made = keep_one(SavedView.objects, user=actor.by, name=name, values={"query": query})
    record(
        "registry.view.saved", actor=actor, now=now, subject=view, subject_name=name,
        summary=f"{'存下' if made else '更新'}视图“{name}”", changes={"query": ["", query]},
    )  # fmt: skip
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, actor: Actor, now: datetime) -> SavedView:
    name = _named(name)
    if SavedView.objects.filter(user=view.user, name=name).exclude(pk=view.pk).exists():
        raise Refused(f"已有叫“{name}”的视图，换个名字。")
    old, view.name = view.name, name
    view.save(update_fields=["name"])
    record(
        "registry.view.renamed", actor=actor, now=now, subject=view, subject_name=name,
        summary=f"视图“{old}”改名为“{name}”", changes={"name": [old, name]},
    )  # fmt: skip
    return view


@transaction.atomic
def delete_view(*, view: SavedView, actor: Actor, now: datetime) -> None:
    record(
        "registry.view.deleted", actor=actor, now=now, subject=view, subject_name=view.name,
        summary=f"删去视图“{view.name}”", changes={"query": [view.query, ""]},
    )  # fmt: skip
    view.delete()


@transaction.atomic
def watch_projects(*, projects: Iterable[Project], actor: Actor, now: datetime) -> int:
    """盯办: put projects under the actor's eye; those already there stay. Returns how many are new."""
    wanted = {project.pk: project for project in projects}
    held = set(Watch.objects.filter(user=actor.by, project__in=wanted).values_list("project_id", flat=True))
    fresh = [project for pk, project in wanted.items() if pk not in held]
    if not fresh:
        return 0
    Watch.objects.bulk_create([Watch(user=actor.by, project=project) for project in fresh])
    _record_watch("registry.project.watched", "盯上", fresh, actor, now)
    return len(fresh)


@transaction.atomic
def unwatch_projects(*, projects: Iterable[Project], actor: Actor, now: datetime) -> int:
    wanted = {project.pk: project for project in projects}
    held = Watch.objects.filter(user=actor.by, project__in=wanted)
    gone = [wanted[pk] for pk in held.values_list("project_id", flat=True)]
    if not gone:
        return 0
    held.delete()
    _record_watch("registry.project.unwatched", "不再盯", gone, actor, now)
    return len(gone)


def _record_watch(verb: str, word: str, projects: list[Project], actor: Actor, now: datetime) -> None:
    one = projects[0] if len(projects) == 1 else None
    record(
        verb, actor=actor, now=now, subject=one,
        summary=f"{word}{one.name if one else f'{len(projects)}个项目'}",
        rows=[] if one else [RowChange(project, project.name) for project in projects],
    )  # fmt: skip


@transaction.atomic
def make_wall_key(*, name: str, actor: Actor, now: datetime) -> WallKey:
    """开通大屏: a link nobody can guess (32 random bytes), showing what its maker may see."""
    name = name.strip()
    if not name:
        raise Refused("请写明大屏放在哪，例如“指挥中心”。")
    if len(name) > 60:
        raise Refused("“放在哪”最多60个字。")
    key = WallKey.objects.create(key=secrets.token_urlsafe(32), name=name, made_by=actor.by, made_at=now)
    record(
        "home.wall.made",
        actor=actor,
        now=now,
        subject=key,
        subject_name=name,
        summary=f"开通大屏链接“{name}”",
    )
    return key


@transaction.atomic
def revoke_wall_key(*, key: WallKey, actor: Actor, now: datetime) -> None:
    """停用大屏: the link answers 404 from now on; the row stays."""
    if key.revoked_at:
        raise Refused(f"“{key.name}”的链接已经停用。")
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    record(
        "home.wall.revoked", actor=actor, now=now, subject=key, subject_name=key.name,
        summary=f"停用大屏链接“{key.name}”",
    )  # fmt: skip


def _named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refused("请给视图起个名字。")
    if len(name) > NAME_AT_MOST:
        raise Refused(f"视图名最多{NAME_AT_MOST}个字。")
    return name
