"""磁盘满了：快照停拍，告诉重大办，别的照常；有地方了自己恢复，也告诉。"""

from datetime import datetime

from django.db import transaction

from xushi.alerts.actions import apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Finding, Level, SubjectInfo
from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, record
from xushi.units.models import Unit

NAME = "快照存放的磁盘"
NOTE = "剩余空间不足，快照停拍；直播和业务照常"


def _store() -> SubjectInfo:
    """The whole district's: those who oversee it all see the alert."""
    root = Unit.objects.order_by("path").values_list("pk", flat=True).first() or 0
    return SubjectInfo(Unit._meta.label_lower, root, NAME)


def is_stopped() -> bool:
    found: bool = Alert.objects.open().filter(cause=Cause.SNAPSHOTS_STOPPED).exists()
    return found


@transaction.atomic
def stopped(*, now: datetime) -> None:
    """Told once, however many cameras find no room."""
    if is_stopped():
        return
    finding = Finding(Cause.SNAPSHOTS_STOPPED, Level.RED, local_day(now), note=NOTE)
    apply_findings({_store(): [finding]}, causes=[Cause.SNAPSHOTS_STOPPED], now=now)
    record("sites.snapshots.stopped", actor=SYSTEM, now=now, summary=f"磁盘满：{NOTE}", subject_name=NAME)


@transaction.atomic
def resumed(*, now: datetime) -> None:
    if not is_stopped():
        return
    apply_findings({_store(): []}, causes=[Cause.SNAPSHOTS_STOPPED], now=now)
    words = "磁盘有空间了，快照接着拍"
    record("sites.snapshots.resumed", actor=SYSTEM, now=now, summary=words, subject_name=NAME)
