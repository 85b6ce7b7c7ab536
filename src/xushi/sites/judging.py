"""拍下一张就判一张：有没有动静；没装图像组件时不判，记作看不清。"""

import logging
from datetime import datetime

from xushi.sites.models import Snapshot
from xushi.sites.rules import Verdict

log = logging.getLogger(__name__)


def judged(snapshot: Snapshot, *, now: datetime) -> None:
    """Activity of the picture and of its day; a judgement that fails loses neither the picture nor the round."""
    try:
        from xushi.sites.activity import judge_snapshot
    except ImportError:
        Snapshot.objects.filter(pk=snapshot.pk).update(verdict=Verdict.UNKNOWN, why="服务器没装图像组件")
        return
    try:
        judge_snapshot(snapshot=snapshot, now=now)
    except Exception:
        log.exception("判快照%s的动静时出错", snapshot.pk)
