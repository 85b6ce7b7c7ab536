"""附件放在哪里：本机的盘，或 S3 一类的对象存储。名字是 MEDIA_ROOT 之下的路，如 cameras/3/2018-09/….jpg。

What hangs on a FileField goes through Django's storage by itself; here is the same for what is only a name in a row. A
problem of either place is an OSError, so that one sentence of a room serves both.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage


def is_here() -> bool:
    """Whether the files lie on a disk of this machine (or on one that it shares with the others)."""
    return isinstance(default_storage, FileSystemStorage)


def put(name: str, data: bytes) -> None:
    """Write the file whole or not at all, in the place of what was there under this name."""
    if not is_here():
        default_storage._save(name, ContentFile(data))  # type: ignore[attr-defined] # save() would give it another name
        return
    target = _path(name)
    new = target.with_suffix(f".{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)
        new.replace(target)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def opened(name: str) -> IO[bytes]:
    """The file to be read from its beginning; FileNotFoundError where there is none."""
    held: IO[bytes] = default_storage.open(name, "rb")  # type: ignore[assignment]
    return held


def read(name: str) -> bytes:
    with opened(name) as file:
        return file.read()


def exists(name: str) -> bool:
    return bool(default_storage.exists(name))


def drop(names: Iterable[str]) -> None:
    """One that is gone already is no trouble."""
    for name in names:
        with suppress(FileNotFoundError):
            default_storage.delete(name)


def names_in(folder: str) -> list[str]:
    """The files directly in a folder, sorted; [] where there is no such folder."""
    try:
        _, found = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(f"{folder}/{name}" for name in found if name)


def folders_in(folder: str) -> list[str]:
    """The folders directly in a folder, sorted; [] where there is no such folder."""
    try:
        found, _ = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(found)


def drop_folder(folder: str) -> None:
    """The files directly in it, and on a disk the folder itself."""
    if is_here():
        shutil.rmtree(_path(folder), ignore_errors=True)
    else:
        drop(names_in(folder))


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name
