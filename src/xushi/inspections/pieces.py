"""传到一半的照片：在本机的盘上是一个接着写的文件，在对象存储里是一块一件，收全了在本机拼起来。

Any machine may take the next piece: where the files lie on disks, all machines share one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings

from xushi.kit import media

FOLDER = "inspections/pieces"


class Lost(Exception):
    """The pieces before this one are not there."""


def write(key: UUID, offset: int, piece: bytes) -> None:
    """At its place and safely kept; what a crash left behind it is cut off or written over. OSError where it fails."""
    if not media.is_here():
        media.put(f"{_folder(key)}/{offset:012d}", piece)
        return
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    if offset and (not path.exists() or path.stat().st_size < offset):
        raise Lost
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def gathered(key: UUID) -> Iterator[Path]:
    """The whole as a file of this machine for as long as it is looked at; a path where nothing is if nothing came."""
    if media.is_here():
        yield path_of(key)
        return
    with NamedTemporaryFile(suffix=".part") as whole:
        for name in media.names_in(_folder(key)):
            if whole.tell() != int(name.rpartition("/")[2]):
                break  # one of them is missing: too short, and sent again from the beginning
            with media.opened(name) as piece:
                shutil.copyfileobj(piece, whole)
        whole.flush()
        yield Path(whole.name)


def drop(key: UUID) -> None:
    if media.is_here():
        with suppress(FileNotFoundError):
            path_of(key).unlink()
    else:
        media.drop_folder(_folder(key))


def path_of(key: UUID) -> Path:
    """On a disk: under the uploads, where no address leads."""
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{key.hex}.part"


def _folder(key: UUID) -> str:
    return f"{FOLDER}/{key.hex}"
