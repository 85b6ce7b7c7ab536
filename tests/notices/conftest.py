"""共用：一个小区，几个人，做一件事、办一次反应。"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from tests.factories import NOW
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.journal.models import Event
from xushi.progress.models import MonthClosing
from xushi.units.models import User

Happen = Callable[..., Event]


@pytest.fixture
def happen() -> Happen:
    """Record an event, as an action does."""

    def one(
        verb: str,
        subject: Any = None,
        *,
        by: User | None = None,
        rows: list[RowChange] | None = None,
        now: datetime = NOW,
        changes: dict[str, list[Any]] | None = None,
    ) -> Event:
        actor = Actor(by=by) if by else SYSTEM
        with transaction.atomic():
            return record(
                verb, actor=actor, now=now, summary="试", subject=subject, rows=rows or [], changes=changes
            )

    return one


@pytest.fixture
def closing(db: None) -> MonthClosing:
    return MonthClosing.objects.create(month="2018-08", version=1, closed_at=NOW)
