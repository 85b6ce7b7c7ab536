"""随程序带来的放假通知：chinesecalendar 收的每一年。"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from xushi.calendars.statutory import Day, known, known_years

SOURCE = "国务院办公厅放假通知（随程序带来）"


def digest_of(days: Iterable[tuple[date, bool]]) -> str:
    """One word for a year's days: two years with the same days have the same."""
    told = ";".join(f"{day:%Y-%m-%d} {working:d}" for day, working in sorted(days))
    return hashlib.sha256(told.encode()).hexdigest()


def preload(notices: Any, special_days: Any) -> list[int]:
    """Write every year the package knows and the table does not; takes the models, so that a migration may call it.

    Two inserts whatever the number of years. Returns the years written.
    """
    years = sorted(known_years() - set(notices.objects.values_list("year", flat=True)))
    days: list[tuple[date, Day]] = [pair for year in years for pair in known(year).items()]
    special_days.objects.bulk_create(
        [special_days(day=day, working=working, name=name) for day, (working, name) in days],
        batch_size=1000,
    )
    notices.objects.bulk_create(
        [notices(year=year, source=SOURCE, loaded_at=None, digest=_digest(known(year))) for year in years]
    )
    return years


def _digest(days: Mapping[date, Day]) -> str:
    return digest_of((day, working) for day, (working, _) in days.items())
