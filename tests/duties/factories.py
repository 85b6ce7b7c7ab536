"""待办的测试用行：对象用单位，什么对象都一样。"""

from datetime import datetime
from typing import Any

from tests.factories import NOW
from xushi.duties.actions import set_duty
from xushi.duties.models import Duty


def owed(subject: Any, *, now: datetime = NOW, **given: Any) -> Duty:
    """An open duty about a subject, due nowhere unless said."""
    return set_duty(
        now=now, **{"subject": subject, "kind": "order.reply", "title": "回复", "due_at": None} | given
    )
