"""长稿的勾稽：几百页的一份不等在一次请求里，在后台查，查到第几遍看得见；离开再来还在，只有本人看得到。

What stands where is a file beside the uploads, since any of the web processes may be asked how far it is. It is gone when
its owner clears it or has the next one read, and with the daily tidying (`xushi retention`) a day later.
"""

import json
import logging
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import IO, TYPE_CHECKING, Any

from django.db import connections
from django.template.loader import render_to_string

from xushi.documents.drafts import Unreadable
from xushi.documents.intake import Taken
from xushi.documents.panel import page_of
from xushi.documents.review import Reviewed, check_text
from xushi.documents.telling import told
from xushi.kit import media

if TYPE_CHECKING:
    from xushi.units.models import User

FOLDER = "checks"
CHARACTERS = 80_000  # that take about two seconds
BYTES = 120_000  # of a file that may hold as many
KEPT = timedelta(days=1)
SILENT = timedelta(minutes=2)  # a process that says nothing for as long was ended
BEAT = timedelta(seconds=0.5)
BROKEN = "查到一半断了，请再查一遍。"
Clock = Callable[[], datetime]
_log = logging.getLogger(__name__)
_one = threading.Lock()  # of a process: two at a time would each take twice as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the reading of a person's long draft is; passes count from 0, of 0 while the file is being opened.

    refused says why a file is not read; typed is what was pasted.
    """

    key: str
    name: str
    month: str
    heard_at: str  # ISO
    done: int = 0
    total: int = 0
    is_done: bool = False
    refused: str = ""
    typed: str = ""

    @property
    def runs(self) -> bool:
        return not self.is_done and not self.refused

    @property
    def heard(self) -> datetime:
        return datetime.fromisoformat(self.heard_at)


def is_long(text: str) -> bool:
    return len(text) > CHARACTERS


def is_long_file(file: IO[bytes], size: int) -> bool:
    """By the words of a Word file as they are unpacked, which may be a twentieth of that packed; else by its size."""
    try:
        with zipfile.ZipFile(file) as packed:
            size = max(size, packed.getinfo("word/document.xml").file_size // 4)
    except (zipfile.BadZipFile, KeyError):
        pass  # another kind of file, or one that is refused when it is opened
    file.seek(0)
    return size > BYTES


def begin(
    user: "User", opened: Callable[[], Taken], *, name: str, month: str, typed: str, now: datetime, clock: Clock
) -> Standing:  # fmt: skip
    """Starts the reading of a draft in place of this person's last one; clock tells the real moment."""
    let_go_old(clock())
    clear(user)
    standing = Standing(
        key=token_urlsafe(12), name=name, month=month, typed=typed, heard_at=clock().isoformat()
    )
    _put(user, standing)
    start(lambda: Reading(user, standing, now, clock).run(opened))
    return standing


def start(work: Callable[[], None]) -> None:
    """In a thread of its own, that leaves no connection open behind it."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threading.Thread(target=run, name="long-draft", daemon=True).start()


class Reading:
    """One draft being read: says how far it is, and keeps what it found."""

    def __init__(self, user: "User", standing: Standing, now: datetime, clock: Clock) -> None:
        self.user, self.standing, self.now, self.clock = user, standing, now, clock

    def run(self, opened: Callable[[], Taken]) -> None:
        try:
            while not _one.acquire(timeout=BEAT.total_seconds()):
                self.tell(0, 0)
            try:
                self._read(opened())
            finally:
                _one.release()
        except Unreadable as wrong:
            self._keep(replace(self.standing, refused=str(wrong)))
        except Exception:
            _log.exception("a long draft was not read to its end")
            self._keep(replace(self.standing, refused=BROKEN))

    def tell(self, done: int, total: int) -> None:
        """At most twice a second, since each is a file written; the end of the passes whenever it comes."""
        if done == total or self.clock() - self.standing.heard >= BEAT:
            self._keep(replace(self.standing, done=done, total=total))

    def _read(self, taken: Taken) -> None:
        checked = check_text(taken.text, self.standing.month, self.user, self.now, tell=self.tell)
        page = page_of(taken.text, Reviewed(checked, {}), (), {})
        context: dict[str, Any] = {**told(page), "taken": taken, "tool": True}
        found = {
            "headline": context["headline"], "note": context["note"], **asdict(taken),
            "shown": render_to_string("documents/_checked.html", context),
        }  # fmt: skip
        if _is_wanted(self.user, self.standing):
            media.put(_file(self.user, self.standing.key), json.dumps(found, ensure_ascii=False).encode())
            self._keep(replace(self.standing, done=1, total=1, is_done=True))

    def _keep(self, standing: Standing) -> None:
        """Not where its owner has had another one read meanwhile, or has cleared it."""
        if _is_wanted(self.user, standing):
            self.standing = replace(standing, heard_at=self.clock().isoformat())
            _put(self.user, self.standing)


def standing_of(user: "User", real: datetime) -> Standing | None:
    """How far this person's long draft is; None where there is none, or only one of yesterday."""
    standing = _standing(_state(user))
    if standing is None or real - standing.heard > KEPT:
        return None
    if standing.runs and real - standing.heard > SILENT:
        return replace(standing, refused=BROKEN)
    return standing


def found_of(user: "User", standing: Standing) -> dict[str, Any]:
    """headline, note, title, text, notes, and shown: the page's part as it was drawn; {} where it is gone."""
    with suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads(media.read(_file(user, standing.key)))
        return found
    return {}


def clear(user: "User") -> None:
    media.drop_folder(_folder(user.pk))


def let_go_old(real: datetime) -> None:
    """What people had read before yesterday and did not clear."""
    with suppress(OSError):
        for name in media.folders_in(FOLDER):
            standing = _standing(f"{FOLDER}/{name}/state.json")
            if standing is None or real - standing.heard > KEPT:
                media.drop_folder(f"{FOLDER}/{name}")


def _is_wanted(user: "User", standing: Standing) -> bool:
    held = _standing(_state(user))
    return held is not None and held.key == standing.key


def _standing(name: str) -> Standing | None:
    with suppress(OSError, ValueError, TypeError):
        return Standing(**json.loads(media.read(name)))
    return None


def _put(user: "User", standing: Standing) -> None:
    media.put(_state(user), json.dumps(asdict(standing), ensure_ascii=False).encode())


def _folder(pk: int) -> str:
    return f"{FOLDER}/{pk}"


def _state(user: "User") -> str:
    return f"{_folder(user.pk)}/state.json"


def _file(user: "User", key: str) -> str:
    return f"{_folder(user.pk)}/{key}.json"
