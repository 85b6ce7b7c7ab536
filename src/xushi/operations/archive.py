"""一份备份：一个封好的文件，里面依次是说明、附件清单、数据库。"""

import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from xushi.operations.dumping import Dump
from xushi.operations.files import Kept, as_lines, from_lines
from xushi.operations.rules import DOUBTFUL
from xushi.operations.sealed import CHUNK, Master, Opener, Sealer, Unreadable, settled

ABOUT, FILES = "about.json", "files.jsonl"
SUFFIX = ".backup"
# 名字后面还有字的不当好的算：没查验过（或查验不过）；查验过，附件却少了许多
UNCHECKED = ".unchecked"
FORMAT = 1


@dataclass(slots=True)
class Opened:
    """A backup being read, in its order: about and files are known, the members of the database follow."""

    about: dict[str, Any]
    files: list[Kept]
    members: Iterator[tuple[str, IO[bytes]]]


def write(
    path: Path, about: dict[str, Any], files: list[Kept], dump: Dump, master: Master, salt: bytes
) -> int:
    """Write and fsync one backup under this name; returns its bytes."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        sealer = Sealer(out, master, salt)
        with tarfile.open(fileobj=cast("Any", sealer), mode="w|", bufsize=CHUNK) as tar:
            _add(tar, ABOUT, json.dumps(about, ensure_ascii=False).encode())
            _add(tar, FILES, as_lines(files))
            for name, source in dump.files.items():
                tar.add(source, arcname=name)
        sealer.close()
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return path.stat().st_size


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, BytesIO(data))


@contextmanager
def opened(path: Path, master: Master) -> Iterator[Opened]:
    """Unreadable where the file is not whole, damaged, sealed with another key or of a later format."""
    try:
        source = path.open("rb")
    except OSError as problem:
        raise Unreadable(f"打不开{path}：{problem.strerror}。") from problem
    with source, _tar(Opener(source, master, name=path.name), path.name) as tar:
        members = _members(tar)
        about = json.loads(_expected(members, ABOUT, path.name))
        if about["format"] > FORMAT:
            raise Unreadable(f"{path.name}是更新的版本做的（格式{about['format']}）。请先升级程序。")
        yield Opened(about, from_lines(_expected(members, FILES, path.name)), members)


@contextmanager
def _tar(source: Opener, name: str) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=cast("Any", source), mode="r|", bufsize=CHUNK) as tar:
            yield tar
    except tarfile.TarError as problem:
        raise Unreadable(f"{name}解开了却读不懂（{problem}）。请换前一份。") from problem


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member)
        if content is not None:
            yield member.name, content


def _expected(members: Iterator[tuple[str, IO[bytes]]], wanted: str, name: str) -> bytes:
    found, content = next(members, ("", BytesIO()))
    if found != wanted:
        raise Unreadable(f"{name}里少了{wanted}，不是一份完整的备份。")
    return content.read()


def settle(path: Path, *, doubtful: bool = False) -> Path:
    """What was read back whole gets its own name, for good, and counts from now on; or the name of a doubtful one."""
    its_own = path.with_name(path.name.removesuffix(UNCHECKED) + (DOUBTFUL if doubtful else ""))
    path.replace(its_own)
    settled(path.parent)
    return its_own


def listed(folder: Path) -> list[Path]:
    """The good backups of a folder, the latest first."""
    return sorted(folder.glob(f"xushi-*{SUFFIX}"), reverse=True)


def doubtful(folder: Path) -> list[Path]:
    """What is whole, but lacks so many files that somebody has to look."""
    return sorted(folder.glob(f"xushi-*{SUFFIX}{DOUBTFUL}"), reverse=True)


def unchecked(folder: Path) -> list[Path]:
    """What was never read back whole."""
    return sorted(folder.glob(f"xushi-*{SUFFIX}{UNCHECKED}"), reverse=True)
