"""附件搬家：从目录到桶，或从桶到目录。先拷，读回来散列对得上才算；断了再来，拷过的不再拷。"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from xushi.journal.actions import SYSTEM, record
from xushi.kit import places
from xushi.kit.places import Place

Say = Callable[[str], None]
MOVED = "operations.uploads.moved"
STAYS = "/timelapse/"  # made from snapshots by each machine for itself, and read from its disk alone
TOLD = 500  # files between two words of how far it is


class CannotMove(Exception):
    """Why nothing is moved, or not all, in one sentence."""


@dataclass(slots=True)
class Moved:
    """copied now, found there already with the same content, dropped at the old place; names that differ there."""

    copied: int = 0
    there: int = 0
    dropped: int = 0
    differing: list[str] = field(default_factory=list)


def ends(to: str) -> tuple[Place, Place]:
    """(from, to) of a move to "bucket" or "folder"."""
    bucket, folder = places.bucket(), places.folder()
    if bucket is None:
        raise CannotMove("没有设 XUSHI_S3_BUCKET，不知道是哪个桶。请先设好 XUSHI_S3_…，搬完再去掉也行。")
    return (folder, bucket) if to == "bucket" else (bucket, folder)


def move(source: Place, target: Place, *, drop: bool, now: datetime, say: Say) -> Moved:
    """Copy all that is not there yet and read it back; with drop, let go of each at the old place once it is the same
    at the new one. A name that has another content there is left as it is at both places, and CannotMove at the end
    names it. Whatever breaks it off, beginning anew goes on where it was."""
    done = Moved()
    there = {one.name: one.size for one in target.listed()}
    for one in source.listed():
        if STAYS in f"/{one.name}":
            continue
        try:
            same = _bring(source, target, one.name, known=one.name in there, done=done)
        except FileNotFoundError:
            continue  # dropped meanwhile by whoever works
        if not same:
            done.differing.append(one.name)
        elif drop:
            source.drop(one.name)
            done.dropped += 1
        if (done.copied + done.there) % TOLD == 0:
            say(f"拷了{done.copied}件，已在那边的{done.there}件")
    _told(source, target, done, now=now)
    if done.differing:
        named = "、".join(done.differing[:3])
        raise CannotMove(
            f"{len(done.differing)}件在{target.words}有同名而内容不同的，两边都没动：{named}。请看是不是搬错了地方。"
        )
    return done


def _bring(source: Place, target: Place, name: str, *, known: bool, done: Moved) -> bool:
    """Whether the file is the same at both places now."""
    with source.opened(name) as file:
        digest = places.digest(file)
    if known:
        done.there += 1
        return _digest(target, name) == digest
    with source.opened(name) as file:
        target.put(name, file)
    if (found := _digest(target, name)) != digest:
        target.drop(name)
        raise CannotMove(
            f"{name}拷到{target.words}后读回来不一样（{found[:12]}，原是{digest[:12]}），已删去。请看那边，再来一次。"
        )
    done.copied += 1
    return True


def _digest(place: Place, name: str) -> str:
    with place.opened(name) as file:
        return places.digest(file)


@transaction.atomic
def _told(source: Place, target: Place, done: Moved, *, now: datetime) -> None:
    words = f"附件从{source.words}搬到{target.words}：新拷{done.copied}件，原已在{done.there}件"
    if done.dropped:
        words += f"，原处删去{done.dropped}件"
    if done.differing:
        words += f"，同名不同内容{len(done.differing)}件没动"
    record(MOVED, actor=SYSTEM, now=now, subject_name="附件", summary=words)
