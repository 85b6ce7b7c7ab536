"""做一份备份：锁住目录，抄数据库，添附件，封成一个文件，读回来查验，旧的清走。"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import DatabaseError, transaction

from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import ChainHead
from xushi.journal.sealing import HEAD
from xushi.operations import archive, dumping, keys, loss
from xushi.operations.actions import FAILED, tell_loss
from xushi.operations.checking import Checked, Mend, check
from xushi.operations.files import Kept, Store, bucket_backed_up, found_here
from xushi.operations.loss import Loss
from xushi.operations.models import BackupRun
from xushi.operations.rules import size
from xushi.operations.sealed import Master, Unreadable

Say = Callable[[str], None]
Clock = Callable[[], datetime]
SPARE = 64 * 1024 * 1024
MADE = "operations.backup.made"


class CannotBackUp(Exception):
    """Why no good backup came of it, in one sentence that says how to mend it."""


class Doubtful(CannotBackUp):
    """The backup is there, but so many files are gone that somebody has to look before it counts."""


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    bytes: int
    added: int
    files: int
    loss: Loss | None


def product_version() -> str:
    try:
        return version("xushi")
    except PackageNotFoundError:
        return "未知"


def folder() -> Path:
    return Path(settings.XUSHI_BACKUP_TO)


def make_backup(
    *, to: Path, clock: Clock, say: Say, scheduled: bool = False, accept_missing: bool = False
) -> BackupRun:
    """One backup, read back before it counts as good; CannotBackUp otherwise, and the run says why.

    accept_missing: whoever asks for it says that the files that are gone were deleted on purpose. clock is the real
    one. The rows that tell of the run are written after the copy: a backup does not hold itself.
    """
    run = BackupRun.objects.create(started_at=clock(), path=str(to), scheduled=scheduled)
    try:
        _ask_apart(to)
        master = _key(say)
        with _alone(to):
            made = _write(to, master, run.started_at, say)
            say(f"写好了（{size(made.bytes)}），附件{made.files}件，新添{size(made.added)}")
            checked = check(made.path, master, say=say, room=to, mend=_mend(Store(to, master), say))
            doubtful = bool(made.loss) and not accept_missing
            made = replace(made, path=archive.settle(made.path, doubtful=doubtful))
            if not doubtful:
                _thin(to, master)
    except (Unreadable, keys.NoKey, CannotBackUp, OSError, DatabaseError) as problem:
        sentence = _sentence(problem, to)
        _failed(run, sentence, now=clock())
        raise CannotBackUp(sentence) from problem
    if made.loss and doubtful:
        raise Doubtful(_doubtful(run, made, checked, made.loss, now=clock()))
    return _good(run, made, checked, now=clock())


def _sentence(problem: Exception, to: Path) -> str:
    if isinstance(problem, OSError):
        return (
            f"备份写不进{to}（{problem.strerror or problem}）。请看目录的属主和磁盘剩余，或用 --to 换一处。"
        )
    if isinstance(problem, DatabaseError):
        return f"备份时数据库出错：{str(problem).strip().splitlines()[0]}。请看数据库是否开着，再做一次。"
    return str(problem)


def _key(say: Say) -> Master:
    home = Path(settings.XUSHI_HOME)
    words = keys.passphrase()
    if words:
        return keys.by_words(words)
    if keys.make_file(home):
        say(f"密钥做好了：{home / keys.FILE}。请现在就把它抄到别处锁好；丢了它，备份谁也打不开。")
    return keys.by_file(home / keys.FILE)


def _ask_apart(to: Path) -> None:
    """A folder below the home or the uploads is passed over; one that holds them as well cannot be."""
    for used in (Path(settings.XUSHI_HOME), Path(settings.MEDIA_ROOT)):
        if to.resolve() == used.resolve():
            raise CannotBackUp(f"备份不能直接放在{used}里，要自成一个目录。请改 XUSHI_BACKUP_TO 或 --to。")


@contextmanager
def _alone(to: Path) -> Iterator[None]:
    """One backup at a time in a folder; the lock goes with the process."""
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (to / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotBackUp("另一个备份正在做，等它做完再来。") from taken
        for stray in to.glob("*.part"):
            stray.unlink()
        for left in (*to.glob("dump-*"), *to.glob("check-*")):  # 被中止的留下的，里面是没加密的库
            shutil.rmtree(left, ignore_errors=True)
        yield


def _write(to: Path, master: Master, started: datetime, say: Say) -> Made:
    needed = dumping.bytes_needed() * 2 + SPARE
    if (free := shutil.disk_usage(to).free) < needed:
        raise CannotBackUp(
            f"{to}所在的磁盘只剩{size(free)}，备份至少要{size(needed)}。请清出地方或用 --to 换一处。"
        )
    store = Store(to, master)
    with TemporaryDirectory(prefix="dump-", dir=to) as scratch:
        say("抄数据库……")
        dump = dumping.dump(Path(scratch))
        say(f"数据库{len(dump.counts)}张表，{sum(dump.counts.values())}行；添附件……")
        if settings.XUSHI_S3 and not settings.XUSHI_BACKUP_BUCKET:
            say(
                f"桶{settings.XUSHI_S3['bucket_name']}里的附件照 XUSHI_BACKUP_BUCKET=0 不在备份里，靠那一边留的版本"
            )
        known = _known(to, master)
        files, added = store.keep(found_here(to, folder()), known or {}, lambda done: say(f"附件{done}件"))
        stamp = started.astimezone(BEIJING)
        path = to / f"xushi-{stamp:%Y%m%d-%H%M%S}{archive.SUFFIX}{archive.UNCHECKED}"
        about = _about(dump, files, started)
        written = archive.write(path, about, files, dump, master, store.salt())
        return Made(path, written, added, len(files), loss.found(known, files))


def _mend(store: Store, say: Say) -> Mend:
    """One damaged object must not spoil every backup to come: the file itself is still there to be sealed anew."""

    def mend(one: Kept) -> bool:
        done = store.seal_again(one)
        if done:
            say(f"附件{one.path}存在备份目录里的那一份坏了，照原件重封了。请看备份目录的磁盘。")
        return done

    return mend


def _about(dump: dumping.Dump, files: list[Kept], started: datetime) -> dict[str, object]:
    head = ChainHead.objects.filter(pk=HEAD).first() or ChainHead()
    return {
        "format": archive.FORMAT, "version": product_version(), "made_at": started.isoformat(),
        "district": settings.XUSHI_DISTRICT, "engine": dump.engine, "migrations": dumping.applied(),
        "counts": dump.counts, "columns": dump.columns, "files": len(files),
        "bytes": sum(one.size for one in files), "chain": [head.position, head.digest],
        "bucket": settings.XUSHI_S3.get("bucket_name", ""), "bucket_within": bool(bucket_backed_up()),
    }  # fmt: skip


def _known(to: Path, master: Master) -> dict[str, Kept] | None:
    """The list of the last good backup that can be read: files of the same size and time need not be read again."""
    for path in archive.listed(to):
        try:
            with archive.opened(path, master) as held:
                return {one.path: one for one in held.files}
        except Unreadable:
            continue
    return None


def _thin(to: Path, master: Master) -> None:
    """Keep the newest good ones, and the objects any of them names; where one cannot be read, no object goes. What
    never became good goes with them, and a doubtful one older than all of these: there are better ones now."""
    backups = archive.listed(to)
    kept = backups[: settings.XUSHI_BACKUP_KEEP]
    doubtful = [path for path in archive.doubtful(to) if path.name > kept[-1].name]
    over = (set(backups) | set(archive.unchecked(to)) | set(archive.doubtful(to))) - {*kept, *doubtful}
    if not over:
        return
    needed: set[str] = set()
    for path in (*kept, *doubtful):
        try:
            with archive.opened(path, master) as held:
                needed |= {one.object for one in held.files}
        except Unreadable:
            return
    for path in over:
        path.unlink()
    Store(to, master).drop_all_but(needed)


@transaction.atomic
def _doubtful(run: BackupRun, made: Made, checked: Checked, loss: Loss, *, now: datetime) -> str:
    """The run did not succeed, and the alarm goes out today; returns the sentence."""
    sentence = (
        f"{loss.sentence}。这一份照做了（{made.path.name}），不当好的算，旧的一份没清。"
        "请看附件目录挂上没有、是不是误删了；真是删掉的，运行 xushi backup --accept-missing。"
    )
    run.path, run.bytes, run.added_bytes = str(made.path), made.bytes, made.added
    run.files, run.rows = checked.files, checked.rows
    _failed(run, sentence, now=now)
    tell_loss(f"{loss.sentence}。旧备份一份没清，请系统管理员看“运维”页", now=now)
    return sentence


@transaction.atomic
def _good(run: BackupRun, made: Made, checked: Checked, *, now: datetime) -> BackupRun:
    run.ended_at = run.verified_at = now
    run.path, run.bytes, run.added_bytes = str(made.path), made.bytes, made.added
    run.files, run.rows = checked.files, checked.rows
    run.save()
    words = f"备份{made.path.name}，{checked.rows}行，附件{checked.files}件，已试还原"
    if made.loss:
        words += f"；{made.loss.sentence}，做备份的人说是真删的"
    record(MADE, actor=SYSTEM, now=now, subject=run, subject_name=made.path.name, summary=words)
    return run


@transaction.atomic
def _failed(run: BackupRun, sentence: str, *, now: datetime) -> None:
    run.ended_at, run.error = now, sentence[:500]
    run.save()
    record(FAILED, actor=SYSTEM, now=now, subject=run, subject_name="备份", summary=f"备份没成：{sentence}")
