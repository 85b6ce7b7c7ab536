"""附件能放的两处：本机的目录、对象存储的桶。各自列得出、读得出、放得进、删得掉；备份与搬家用它，平日用 kit/media.py。

A problem of either place is an OSError; what is not there is a FileNotFoundError.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.module_loading import import_string

CHUNK = 1 << 20
UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Held:
    """One file: its name below the place, its bytes, and a mark that is another once its content is another."""

    name: str
    size: int
    mark: int


class Place(Protocol):
    @property
    def words(self) -> str: ...

    def listed(self) -> Iterator[Held]: ...

    def opened(self, name: str) -> Any:
        """A context with the file, read from its beginning, never held whole in memory."""

    def put(self, name: str, source: IO[bytes]) -> None:
        """Whole or not at all, in the place of what was there under this name."""

    def drop(self, name: str) -> None: ...


class Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._storage = FileSystemStorage(location=root)

    @property
    def words(self) -> str:
        return f"目录{self.root}"

    def path(self, name: str) -> Path:
        """SuspiciousFileOperation where a name leads out of the folder."""
        return Path(self._storage.path(name))

    def listed(self) -> Iterator[Held]:
        """Sorted; mark is the time of the last change in nanoseconds."""
        for place, folders, names in os.walk(self.root):
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if path.is_file() and not path.is_symlink() and not name.endswith(UNFINISHED):
                    seen = path.stat()
                    yield Held(path.relative_to(self.root).as_posix(), seen.st_size, seen.st_mtime_ns)

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        with self.path(name).open("rb") as file:
            yield file

    def put(self, name: str, source: IO[bytes]) -> None:
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}{UNFINISHED}")
        try:
            with part.open("wb") as out:
                while data := source.read(CHUNK):
                    out.write(data)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)


class Bucket:
    """The bucket that XUSHI_S3_… names, whether uploads go there at the moment or not."""

    def __init__(self, options: dict[str, str]) -> None:
        self._storage = import_string("xushi.kit.s3.Uploads")(**options)
        self._name = options["bucket_name"]

    @property
    def words(self) -> str:
        return f"桶{self._name}"

    def listed(self) -> Iterator[Held]:
        """In the order of the bucket; mark is made of the ETag, which is another where the content is."""
        for name, size, etag in self._storage.held():
            yield Held(name, size, int(sha256(etag.encode()).hexdigest()[:15], 16))

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        with self._storage.streamed(name) as body:
            yield body

    def put(self, name: str, source: IO[bytes]) -> None:
        self._storage._save(name, File(source))

    def drop(self, name: str) -> None:
        self._storage.delete(name)


def folder() -> Folder:
    return Folder(Path(settings.MEDIA_ROOT))


def bucket() -> Bucket | None:
    """None where no bucket is named."""
    return Bucket(settings.XUSHI_S3) if settings.XUSHI_S3 else None


def digest(source: IO[bytes]) -> str:
    known = sha256()
    while data := source.read(CHUNK):
        known.update(data)
    return known.hexdigest()
