"""诊断数据库与后台：版本、升级、钟、后台、队列、日志、备份、日历、通道、附件。"""

import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING, local_day
from xushi.journal import sealing
from xushi.journal.models import ChainHead, Reaction, Unsealed
from xushi.kit import media
from xushi.notices.bell import CHANNEL, wire
from xushi.notices.channels import ChannelsRefused
from xushi.notices.channels import load as load_channels
from xushi.notices.models import ChannelState, Digest
from xushi.operations import partitions as divided
from xushi.operations import plan, replica_lag, sampling
from xushi.operations.findings import Finding, ok, warn, wrong
from xushi.operations.models import BackupRun, Heartbeat
from xushi.operations.rules import DRIFT, age, is_ahead, is_silent, is_stale

OLDEST_SERVER = 140000
OLDEST_SQLITE = (3, 35, 0)
LONG_UNSEALED = timedelta(minutes=10)
LONGEST_LOOK = 2.0  # seconds that the replica or a ring is waited for
MOST_NAMED = 12  # parts told by name
MOST_BACKUPS = 20  # good ones whose file is looked for
LEFT_OUT = timedelta(days=30)  # a worker silent for longer was taken away
STUBBORN = 3  # times a reaction has failed


def database(_now: datetime) -> Finding:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            (mode,) = cursor.fetchone()
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            return wrong("database", f"SQLite {sqlite3.sqlite_version}太旧", "换 Debian 12 或更新的系统。")
        if mode != "wal":
            return wrong("database", f"SQLite 的日志方式是{mode}，读写会互相等", "不要把数据库放在网络盘上。")
        return ok("database", f"SQLite {sqlite3.sqlite_version}，WAL")
    connection.ensure_connection()
    version = connection.connection.info.server_version
    said = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_SERVER:
        return wrong("database", f"{said}太旧", "升级到14以上。")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        (jit,) = cursor.fetchone()
    if jit == "on":  # 直连时我们自己关；隔着连接池、DATABASE_URL 里自己写了 options 的，要设在库里
        return warn(
            "database",
            f"{said}，为每句话现编机器码（jit），页要慢",
            "在库里执行 ALTER ROLE 用户名 SET jit = off。",
        )
    return ok("database", said)


def replica(_now: datetime) -> Finding:
    """The gauge of this process is new here: what the primary has written now is waited for a moment."""
    if not replica_lag.configured():
        return ok("replica", "没有设只读副本（XUSHI_REPLICA_URL），读写都在主库")
    gauge, bound = replica_lag.gauge, settings.XUSHI_REPLICA_LAG
    until = time.monotonic() + min(bound, LONGEST_LOOK)
    gauge.look(at_once=True)
    while not gauge.problem and not gauge.holds(0, bound) and time.monotonic() < until:
        time.sleep(0.05)
        gauge.look(at_once=True)
    if gauge.problem:
        return wrong(
            "replica",
            f"只读副本读不了：{gauge.problem}；读页都回了主库",
            "看副本开着没有、XUSHI_REPLICA_URL 指对没有。",
        )
    if not gauge.holds(0, bound):
        return warn(
            "replica",
            f"只读副本落后超过{min(bound, LONGEST_LOOK):g}秒，读页都回了主库",
            "看副本的日志与两台间的网络。",
        )
    return ok("replica", f"只读副本跟得上，落后至多{gauge.lag() or 0:.1f}秒（超过{bound:g}秒就读主库）")


def live(_now: datetime) -> Finding:
    """Rings once and listens for it, as the live stream does, by connections of its own: a pool shows itself so."""
    import psycopg

    to = wire()
    if to is None:
        return ok("live", "角标靠每0.3秒看一次库；几台机器、经连接池时可设 XUSHI_LISTEN_URL 改听通知")
    try:
        with psycopg.connect(**to, autocommit=True) as held, psycopg.connect(**to, autocommit=True) as other:
            held.execute(f"LISTEN {CHANNEL}")
            other.execute("SELECT pg_notify(%s, '')", [CHANNEL])
            heard = list(held.notifies(timeout=LONGEST_LOOK, stop_after=1))
    except psycopg.Error as problem:
        words = (str(problem).strip().splitlines() or ["没有说明"])[0]
        return warn("live", f"听不了数据库的通知：{words}；角标靠每0.3秒看一次库", "看 XUSHI_LISTEN_URL。")
    if not heard:
        return wrong(
            "live",
            "连得上却听不到数据库的通知，角标会晚3秒",
            "XUSHI_LISTEN_URL 要直连主库，不经事务池；经事务池的设 XUSHI_PGBOUNCER=1。",
        )
    return ok("live", "听得到数据库的通知，角标一有事就动")


def store(_now: datetime) -> Finding:
    """Where the uploads lie, and whether they can be asked for there."""
    if media.is_here():
        return ok("store", f"附件在{settings.MEDIA_ROOT}")
    bucket = settings.XUSHI_S3.get("bucket_name", "")
    try:
        media.exists("doctor")
    except OSError as problem:
        mend = "看 XUSHI_S3_… 和那一边的权限；好之前传不了也看不了附件。"
        return wrong("store", f"附件在桶{bucket}里，问不到：{problem}", mend)
    if settings.XUSHI_BACKUP_BUCKET:
        return ok("store", f"附件在对象存储的桶{bucket}里，备份里也有")
    return ok("store", f"附件在对象存储的桶{bucket}里；备份里没有它们，那一边要自己留版本、异地复制")


def migrations(_now: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        return wrong(
            "migrations", f"数据库还差{len(pending)}次升级", "先 xushi backup，再 xushi migrate，然后重起。"
        )
    return ok("migrations", "数据库是这一版的")


def partitions(now: datetime) -> Finding:
    """Divided tables have a part for this year and the next, by the product's own clock and nothing in the default."""
    if not divided.is_possible():
        return ok("partitions", "SQLite 不用分区")
    found = [one for one in divided.standings() if one.is_divided]
    if not found:
        return ok("partitions", "大表没有分区；上千万行时看《规模》")
    years = divided.years_due(local_day(settings.XUSHI_NOW or now))
    mend = "运行 xushi partition；每夜也会自己备。"
    if short := [name for one in found for name in _missing_parts(one, years)]:
        named = "、".join(short) if len(short) <= MOST_NAMED else f"{'、'.join(short[:3])}等{len(short)}块"
        return warn("partitions", f"缺分区{named}，新的行先落在兜底的一块里", mend)
    if stray := [one.plan.words for one in found if divided.strays(one)]:
        return warn("partitions", f"{'、'.join(stray)}有行落在兜底的一块里", mend)
    if wanted := max(divided.locks_short(one.leaves) if one.is_by_district else 0 for one in found):
        return warn(
            "partitions",
            "按区分开的块多，不挑区的查询可能锁不下",
            f"PostgreSQL 的 max_locks_per_transaction 至少设{wanted}，重启它。",
        )
    by_district = "，月度事实年里还按区" if any(one.is_by_district for one in found) else ""
    return ok("partitions", f"{len(found)}张大表按年分了区{by_district}，今年明年的都备好了")


def _missing_parts(one: divided.Standing, years: tuple[int, int]) -> list[str]:
    """The names of parts that the night has not made yet."""
    short = [one.plan.part(year) for year in one.missing(years)]
    if one.is_by_district:
        due = one.missing_districts(years[0], divided.districts_due())
        short += [one.plan.part(years[0], district) for district in due]
    return short


def clock_drift(now: datetime) -> Finding:
    told = (
        Heartbeat.objects.order_by("-at").values_list("at", flat=True),
        BackupRun.objects.values_list("started_at", flat=True),
    )
    latest = max((at for rows in told if (at := rows.first())), default=now)
    if is_ahead(now, latest):
        says = f"本机的钟是{_day(now)}，库里却已记到{_day(latest)}，钟慢了"
        return wrong(
            "clock", says, "用 chrony 对时；钟对好以前不要做备份。钟没错的，是从前快过，等过了那时就好。"
        )
    if connection.vendor == "sqlite":
        return ok("clock", "数据库就在本机，钟是同一个")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    drift = abs(there - now)
    if drift > DRIFT:
        return wrong("clock", f"本机与数据库的钟差{drift.total_seconds():.0f}秒", "两边都装 chrony 对时。")
    return ok("clock", f"与数据库的钟差{drift.total_seconds():.1f}秒")


def _day(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def worker(now: datetime) -> Finding:
    beats = list(Heartbeat.objects.order_by("-at"))
    if not beats:
        return wrong("worker", "后台从没起来过", "xushi serve，或 systemctl start xushi-worker。")
    beat, *others = beats
    if is_silent(now, beat.at):
        return wrong(
            "worker",
            f"后台{age(now - beat.at)}没有动静（{beat.host}）",
            "systemctl restart xushi-worker，看它的日志。",
        )
    stopped = [one for one in others if is_silent(now, one.at) and now - one.at < LEFT_OUT]
    if stopped:
        says = f"{len(others) + 1}个后台里，{stopped[0].host}上的{age(now - stopped[0].at)}没有动静"
        return warn(
            "worker",
            says,
            f"到那台上 systemctl restart xushi-worker；不再用的，满{LEFT_OUT.days}天就不提了。",
        )
    return ok("worker", f"后台在{beat.host}上，{age(now - beat.at)}前还在")


def reactions(now: datetime) -> Finding:
    waiting = Reaction.objects.filter(done_at=None)
    stubborn = waiting.filter(attempts__gte=STUBBORN).exclude(error="").count()
    behind = waiting.filter(not_before__lt=now - LONG_UNSEALED, attempts=0).count()
    if stubborn:
        return wrong(
            "reactions", f"{stubborn}件反应试了{STUBBORN}次以上还不成", "到“运维”页看原因，改好后按重试。"
        )
    if behind:
        return warn("reactions", f"{behind}件反应等了10分钟以上没人办", "看后台是否开着、是否忙不过来。")
    return ok("reactions", "没有办不成的反应")


def journal_sealed(now: datetime) -> Finding:
    first = Unsealed.objects.order_by("pk").values_list("event__at", flat=True).first()
    if first is None:
        return ok("journal_sealed", "日志都封了")
    waiting = Unsealed.objects.count()
    late = not settings.XUSHI_NOW and now - first > LONG_UNSEALED
    says = f"{waiting}条日志待封，最早{age(now - first)}前" if late else f"{waiting}条日志待封"
    return (
        warn("journal_sealed", says, "看后台；或 xushi journal seal。")
        if late
        else ok("journal_sealed", says)
    )


def journal_verified(_now: datetime) -> Finding:
    if broken := sealing.verify():
        return wrong("journal", f"日志链断了：{broken.sentence}", "保住现场，报审计员；与备份里的比对。")
    head = ChainHead.objects.filter(pk=sealing.HEAD).first() or ChainHead()
    return ok("journal", f"日志完好，{head.position}条")


def backup(now: datetime) -> Finding:
    good = list(BackupRun.objects.good().order_by("-started_at")[:MOST_BACKUPS])
    last = next((run for run in good if not run.path or Path(run.path).exists()), None)
    failed = BackupRun.objects.order_by("-started_at").exclude(error="").first()
    why = (
        f"最近一次没成：{failed.error}"
        if failed and (not last or failed.started_at > last.started_at)
        else ""
    )
    if amiss := plan.amiss():
        return wrong("backup", amiss, "改好环境变量，重起后台。")
    mend = why or (
        "xushi backup；每夜的时刻在 XUSHI_BACKUP_AT。" if settings.XUSHI_BACKUP_AT else "设 XUSHI_BACKUP_AT。"
    )
    if last is None and good:
        where = "看备份目录挂上没有、是不是删了，再做一份：xushi backup；备份在另一台机器上的，到那台上看。"
        return wrong("backup", f"备份的文件不在了，最近的一份是{good[0].path}", where)
    if last is None:
        return (warn if settings.XUSHI_NOW else wrong)("backup", "还没有一份查验过的备份", mend)
    old = f"最近一份查验过的备份是{age(now - last.started_at)}前"
    if is_ahead(now, last.started_at):
        return warn("backup", f"最近一份备份记在{_day(last.started_at)}，比本机的钟还晚", "先把钟对好。")
    if is_stale(now, last.started_at, plan.hours()):
        return wrong("backup", f"{old}，超过{plan.hours():g}小时", mend)
    return warn("backup", old, why) if why else ok("backup", old)


def calendar_years(now: datetime) -> Finding:
    missing = [year for year in (now.year - 1, now.year) if year not in calendar().published]
    if missing:
        return warn(
            "calendar", f"{missing[-1]}年的放假通知没有载入，期限是暂算的", "重大办在“工作日历”载入通知。"
        )
    return ok("calendar", f"{now.year}年的放假通知已载入")


def channels(_now: datetime) -> Finding:
    try:
        load_channels(Path(settings.XUSHI_CHANNELS))
    except ChannelsRefused as problem:
        return wrong("channels", "消息通道的文件看不懂，什么也发不出去", str(problem))
    failing = ChannelState.objects.filter(failures__gt=0).order_by("-failures").first()
    stuck = Digest.objects.filter(state__in=[Digest.State.UNKNOWN, Digest.State.ABANDONED]).count()
    if failing:
        return wrong(
            "channels",
            f"通道“{failing.channel}”接连{failing.failures}次发不出：{failing.error}",
            "看“消息通道”页。",
        )
    if stuck:
        return warn("channels", f"{stuck}份消息不知发到没有或发不出去", "看“消息通道”页，逐份了结。")
    return ok("channels", "往外的通道都通")


def uploads(_now: datetime) -> Finding:
    seen = sampling.sample()
    mend = "从备份里找回：xushi restore 到另一处，拷回这几件。"
    if seen.missing:
        return wrong(
            "uploads", f"抽看{seen.looked}件附件，{len(seen.missing)}件不在盘上，如{seen.missing[0]}", mend
        )
    if seen.changed:
        return wrong(
            "uploads", f"抽看{seen.looked}件附件，{len(seen.changed)}件内容变了，如{seen.changed[0]}", mend
        )
    return ok("uploads", f"抽看{seen.looked}件附件，都在，{seen.hashed}件的散列相符")


QUICK = (
    database,
    replica,
    live,
    store,
    migrations,
    partitions,
    clock_drift,
    worker,
    reactions,
    journal_sealed,
    backup,
    calendar_years,
    channels,
)
THOROUGH = (journal_verified, uploads)
