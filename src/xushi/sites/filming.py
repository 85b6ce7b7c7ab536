"""延时在后头做：点了就答，做到第几张随时说得出，页面不等它；进程死了，下一次问的接着从头做。

One film at a time and process, in a thread that asks the database nothing. How far it is stands in a file beside the
film, so that every process knows; a file that has not been touched for a while is of a maker that died.
"""

import json
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xushi.sites import timelapse
from xushi.sites.source import SourceError
from xushi.sites.timelapse import CannotMake, Film
from xushi.sites.words import said

AT_ONCE = 0.8  # seconds an asker waits: a month is made by then
DEAD_AFTER = 20.0  # seconds without a sign of life
TELL_EVERY = 5  # pictures


@dataclass(frozen=True, slots=True)
class Standing:
    """How a film stands: made, being made (done of pictures), or why it cannot be."""

    film: Film
    done: int = 0
    made: bool = False
    problem: str = ""

    @property
    def total(self) -> int:
        return len(self.film.days)


_lock = threading.Lock()
_pool = ThreadPoolExecutor(1, "films")
_going: "dict[Path, Future[None]]" = {}
_problems: dict[Path, str] = {}


def ask(film: Film, *, wait: float = AT_ONCE) -> Standing:
    """Begins the film where nobody is at it, waits a moment, and says how it stands; a problem is said once."""
    if problem := _problems.pop(film.path, ""):
        return Standing(film, problem=problem)
    if not film.is_made and (future := _begun(film)):
        with suppress(TimeoutError):
            future.result(timeout=wait)
    if film.is_made:
        return Standing(film, len(film.days), made=True)
    return Standing(film, _told(film.path), problem=_problems.pop(film.path, ""))


def _begun(film: Film) -> "Future[None] | None":
    """The work of this process; None where another process is at it."""
    path = film.path
    with _lock:
        if path in _going:
            return _going[path]
        if _alive(path):
            return None
        _problems.pop(path, None)
        _tell(path, 0)
        future = _going[path] = _pool.submit(_work, film)
        return future


def _work(film: Film) -> None:
    try:
        timelapse.made(film, partial(_tell, film.path))
    except CannotMake as problem:
        _problems[film.path] = str(problem)
    except SourceError as problem:
        _problems[film.path] = said(problem.cause)
    finally:
        _sign(film.path).unlink(missing_ok=True)
        _going.pop(film.path, None)


# ---- 做到哪了的小文件 ----


def _sign(path: Path) -> Path:
    return path.with_suffix(".making")


def _tell(path: Path, done: int) -> None:
    """A full disk keeps no sign: then the film fails too, and says why."""
    if done % TELL_EVERY:
        return
    sign = _sign(path)
    try:
        sign.parent.mkdir(parents=True, exist_ok=True)
        sign.write_text(json.dumps({"done": done, "by": os.getpid()}))
    except OSError:
        return


def _told(path: Path) -> int:
    try:
        done = json.loads(_sign(path).read_text())["done"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return int(done)


def _alive(path: Path) -> bool:
    try:
        return time.time() - _sign(path).stat().st_mtime < DEAD_AFTER
    except OSError:
        return False
