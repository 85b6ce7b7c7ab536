"""附件：按内容存一份，加密，只添没有的；清单写明每件的路、大小、散列。"""

import hmac
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings

from xushi.core.key_files import IN_USE
from xushi.kit import places
from xushi.kit.places import Bucket, Folder, Place
from xushi.operations import keys
from xushi.operations.sealed import CHUNK, SALT, Master, Opener, Unreadable, derived, seal_file, settled

UPLOADS, STATE = "uploads", "state"
OBJECTS, SALT_FILE = "objects", "salt"
# 状态目录里不进备份的：数据库另备，其余丢了自己会再有
PASSED_OVER = {"static", "uploads", "metrics", "backups", keys.FILE, IN_USE}
NOT_THESE = (".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".sqlite3-journal", ".part", ".sock", ".pid")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: where it lies (uploads/… or state/…), its content's digest, the name of its sealed object. mtime is in
    nanoseconds; of an object in a bucket it stands for its ETag."""

    path: str
    size: int
    mtime: int
    sha256: str
    object: str


@dataclass(frozen=True, slots=True)
class Found:
    """One file that belongs into a backup: its path in the archive, where and under what name it lies."""

    path: str
    size: int
    mark: int
    place: Place
    name: str

    @contextmanager
    def on_disk(self, room: Path) -> Iterator[Path]:
        """As a file of this machine: itself, or fetched from the bucket once, for as long as it is looked at."""
        if isinstance(self.place, Folder):
            yield self.place.path(self.name)
            return
        with NamedTemporaryFile(prefix="fetch-", suffix=".part", dir=room) as copy:
            with self.place.opened(self.name) as source:
                while data := source.read(CHUNK):
                    copy.write(data)
            copy.flush()
            yield Path(copy.name)


def found_here(*targets: Path) -> Iterator[Found]:
    """Every file that belongs into a backup: of the folder of uploads, of the bucket, of the home. What lies in the
    folder under a name that the bucket has too was left behind by a move, and is passed over; so are the targets of
    backups: one that held itself would double every night."""
    own, apart = Folder(home := Path(settings.XUSHI_HOME)), {target.resolve() for target in targets}
    root = places.folder().root
    within = tuple(
        f"{UPLOADS}/{one.relative_to(root.resolve())}/" for one in apart if root.resolve() in one.parents
    )
    yield from (one for one in _uploads() if not one.path.startswith(within))
    apart.add(root.resolve())
    for entry in sorted(home.iterdir()):
        if entry.name in PASSED_OVER or entry.resolve() in apart:
            continue
        for path in _walk(entry, apart) if entry.is_dir() else [entry]:
            if path.is_file() and not path.name.endswith(NOT_THESE):
                name, seen = path.relative_to(home).as_posix(), path.stat()
                yield Found(f"{STATE}/{name}", seen.st_size, seen.st_mtime_ns, own, name)


def _lying(one: Kept) -> Iterator[Found]:
    """Where a file of a list may lie now: an upload in the bucket or in the folder."""
    kind, _, name = one.path.partition("/")
    uploads = [place for place in (bucket_backed_up(), places.folder()) if place]
    for place in uploads if kind == UPLOADS else [Folder(Path(settings.XUSHI_HOME))]:
        yield Found(one.path, one.size, one.mtime, place, name)


def _uploads() -> Iterator[Found]:
    folder, bucket = places.folder(), bucket_backed_up()
    if bucket is None:
        yield from (
            Found(f"{UPLOADS}/{one.name}", one.size, one.mark, folder, one.name) for one in folder.listed()
        )
        return
    left = {one.name: one for one in folder.listed()}
    for one in bucket.listed():
        left.pop(one.name, None)
        yield Found(f"{UPLOADS}/{one.name}", one.size, one.mark, bucket, one.name)
    for one in left.values():
        yield Found(f"{UPLOADS}/{one.name}", one.size, one.mark, folder, one.name)


def bucket_backed_up() -> Bucket | None:
    """The bucket, where there is one that goes into the backups."""
    return places.bucket() if settings.XUSHI_BACKUP_BUCKET else None


def _walk(folder: Path, apart: Collection[Path] = ()) -> Iterator[Path]:
    """The files below a folder, sorted; none of the folders apart, which are resolved."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not apart or Path(place, name).resolve() not in apart)
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and not name.endswith(".part"):
                yield path


class Store:
    """The folder of backups: sealed objects by content, one salt for all."""

    def __init__(self, folder: Path, master: Master) -> None:
        self.folder, self._master = folder, master

    def salt(self) -> bytes:
        """The salt of this folder, made where there is none."""
        path = self.folder / SALT_FILE
        if not path.exists():
            path.write_bytes(os.urandom(SALT))
        salt = path.read_bytes()
        if len(salt) != SALT:
            raise Unreadable(f"{path}坏了：应是{SALT}个字节。请换一个空的备份目录。")
        return salt

    def place(self, name: str) -> Path:
        return self.folder / OBJECTS / name[:2] / name

    def keep(
        self, found: Iterable[Found], known: dict[str, Kept], say: Callable[[int], None]
    ) -> tuple[list[Kept], int]:
        """Seal what is not there yet; returns the list and the bytes added. What vanishes meanwhile is left out."""
        salt = self.salt()
        naming = derived(self._master(salt), b"names")
        listed: list[Kept] = []
        added = 0
        for one in found:
            try:
                kept, more = self._kept(one, known.get(one.path), naming, salt)
            except FileNotFoundError:
                continue
            listed.append(kept)
            added += more
            if len(listed) % 1000 == 0:
                say(len(listed))
        for start in {one.object[:2] for one in listed}:  # 说明写进备份以前，封件的名字先落在盘上
            settled(self.folder / OBJECTS / start)
        return listed, added

    def _kept(self, one: Found, before: Kept | None, naming: bytes, salt: bytes) -> tuple[Kept, int]:
        """What has not changed since the last backup is not read again."""
        if (
            before
            and (before.size, before.mtime) == (one.size, one.mark)
            and self.place(before.object).exists()
        ):
            return before, 0
        with one.on_disk(self.folder) as source:
            with source.open("rb") as file:
                digest = places.digest(file)
            name = hmac.new(naming, digest.encode(), sha256).hexdigest()
            added = 0
            if not self.place(name).exists():
                added = seal_file(source, self.place(name), self._master, salt)
            return Kept(one.path, source.stat().st_size, one.mark, digest, name), added

    def read(self, one: Kept, out: Callable[[bytes], Any]) -> None:
        """Hand on the content of one file; Unreadable where it is missing, damaged or another's."""
        place = self.place(one.object)
        known = sha256()
        try:
            with place.open("rb") as source:
                opened = Opener(source, self._master, name=f"附件{one.path}")
                while data := opened.read(CHUNK):
                    known.update(data)
                    out(data)
        except FileNotFoundError as missing:
            raise Unreadable(
                f"备份里少了附件{one.path}（{place}）。备份文件要连同旁边的 {OBJECTS} 目录一起拷。"
            ) from missing
        if known.hexdigest() != one.sha256:
            raise Unreadable(f"附件{one.path}的内容与清单对不上。不能用，请换前一份备份。")

    def seal_again(self, one: Kept) -> bool:
        """Put a whole object in the place of a damaged one, from where the file lies; False where it does not lie there
        any more or has another content by now."""
        for found in _lying(one):
            try:
                with found.on_disk(self.folder) as source:
                    with source.open("rb") as file:
                        same = places.digest(file) == one.sha256
                    if same:
                        seal_file(source, self.place(one.object), self._master, self.salt())
                        return True
            except FileNotFoundError:
                continue
        return False

    def drop_all_but(self, needed: set[str]) -> int:
        """Remove objects that no kept backup names; returns how many."""
        gone = 0
        for path in _walk(self.folder / OBJECTS):
            if path.name not in needed:
                path.unlink(missing_ok=True)
                gone += 1
        return gone


def as_lines(listed: list[Kept]) -> bytes:
    return "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in listed).encode()


def from_lines(lines: bytes) -> list[Kept]:
    return [Kept(**json.loads(line)) for line in lines.splitlines()]
