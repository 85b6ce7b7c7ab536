"""运维能动的：办不成的反应，再试一次。"""

from datetime import datetime, timedelta

from django.db import transaction

from xushi.journal.actions import SYSTEM, Actor, record
from xushi.journal.models import Event, Reaction
from xushi.operations.models import BackupRun
from xushi.operations.rules import age

RETRIED = "operations.reaction.retried"
FAILED = "operations.backup.failed"
OVERDUE = "operations.backup.overdue"
LOST = "备份里的附件"
DAY = timedelta(days=1)


@transaction.atomic
def retry_reaction(reaction: Reaction, *, actor: Actor, now: datetime) -> bool:
    """Let the worker take it with its next look; False where it is done or being done. now is real."""
    free = Reaction.objects.select_for_update().filter(pk=reaction.pk, done_at=None, claimed_until=None)
    if not free.update(not_before=now):
        return False
    words = f"反应{reaction.name.rpartition('.')[2]}（事件{reaction.event_id}）再试一次"
    record(RETRIED, actor=actor, now=now, subject=reaction, subject_name=reaction.name, summary=words)
    return True


@transaction.atomic
def tell_overdue(*, hours: float, last_good: datetime | None, now: datetime) -> bool:
    """备份太旧, once a day for as long as it is so; False where it has been told. now is real."""
    since = max(last_good, now - DAY) if last_good else now - DAY
    if Event.objects.filter(verb=OVERDUE, at__gt=since).exists():
        return False
    how = f"最近一份查验过的备份是{age(now - last_good)}前" if last_good else "还没有一份查验过的备份"
    words = f"{how}，超过{hours:g}小时，请系统管理员看“运维”页"
    record(OVERDUE, actor=SYSTEM, now=now, subject_name="备份", summary=words)
    return True


@transaction.atomic
def give_up_backup(*, since: datetime, now: datetime) -> bool:
    """The run that a hung process has begun since then has failed; False where it has been told. now is real."""
    hung = BackupRun.objects.select_for_update().filter(scheduled=True, started_at__gte=since, ended_at=None)
    run = hung.order_by("started_at").first()
    if run is None:
        return False
    took = age(now - run.started_at)
    sentence = f"备份做了{took}还没完，多半卡住了，已中止。请看备份目录的盘、网络和数据库，再做一次。"
    run.ended_at, run.error = now, sentence
    run.save(update_fields=["ended_at", "error"])
    record(FAILED, actor=SYSTEM, now=now, subject=run, subject_name="备份", summary=f"备份没成：{sentence}")
    return True


@transaction.atomic
def tell_loss(sentence: str, *, now: datetime) -> bool:
    """附件少了许多, by the same alarm and at once, once a day; False where it has been told. now is real."""
    if Event.objects.filter(verb=OVERDUE, subject_name=LOST, at__gt=now - DAY).exists():
        return False
    record(OVERDUE, actor=SYSTEM, now=now, subject_name=LOST, summary=sentence[:200])
    return True
