"""工作日历的写入：载入一年的放假通知。"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from xushi.calendars import policy
from xushi.calendars.models import NoticeYear, SpecialDay
from xushi.calendars.preloading import digest_of, preload
from xushi.calendars.selectors import special_days
from xushi.calendars.statutory import Day
from xushi.journal.actions import SYSTEM, Actor, record
from xushi.journal.models import Changes, Event
from xushi.units.districts import denied
from xushi.units.rules import Refused

LOADED = "calendars.year.loaded"
MOST_DAYS = 120  # no notice moves more days than this


@transaction.atomic
def load_notice(
    year: int, days: Mapping[date, Day], *, source: str, actor: Actor, now: datetime
) -> NoticeYear | None:
    """载入放假通知: replaces what was held or supposed of the year; deadlines counted over it are counted anew.

    days: each special day with whether it works, and why. A notice may also move days of the December before
    (元旦 often does): these are put in, the rest of that year stays. None where everything already stands so.
    The event calendars.year.loaded says which days changed, before and after.
    """
    _ask(year, days, source, actor)
    december = {day: told for day, told in days.items() if day.year == year - 1}
    own = {day: told for day, told in days.items() if day.year == year}
    loaded = NoticeYear.objects.select_for_update().filter(year=year).first()
    before, earlier = special_days(year), special_days(year - 1) if december else {}
    if loaded and before == own and earlier == earlier | december:
        return None
    notice = _write(year, own, source, now)
    if december:
        kept = NoticeYear.objects.get(year=year - 1)
        _write(year - 1, earlier | december, kept.source, now)
    _record(notice, _changes(earlier | before, earlier | december | own), actor, now)
    return notice


@transaction.atomic
def learn_years(*, now: datetime) -> list[Event]:
    """Take over the years a newer chinesecalendar brings along; each is an event like a notice loaded by hand."""
    learnt = preload(NoticeYear, SpecialDay)
    notices = NoticeYear.objects.filter(year__in=learnt)
    return [_record(notice, {}, SYSTEM, now) for notice in notices]


def _ask(year: int, days: Mapping[date, Day], source: str, actor: Actor) -> None:
    if actor.by is not None and not policy.can_load_notice(actor.by):
        raise Refused(denied(actor.by, "放假通知由区重大办载入。"))
    if not source.strip():
        raise Refused("请写通知的文号或名称，如“国办发明电〔2018〕15号”。")
    if not any(day.year == year for day in days):
        raise Refused(f"没有{year}年的日子，通知没有载入。")
    if len(days) > MOST_DAYS:
        raise Refused(f"一年的通知不会有{len(days)}个日子，请核对。")
    for day in sorted(days):
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise Refused(
                f"{day:%Y-%m-%d}不在{year}年里，请核对年份（只有上一年12月的日子可以跟着元旦一起调）。"
            )
    if any(day.year < year for day in days) and not NoticeYear.objects.filter(year=year - 1).exists():
        raise Refused(f"里面有{year - 1}年12月的日子，请先载入{year - 1}年的通知。")


def _write(year: int, days: Mapping[date, Day], source: str, now: datetime) -> NoticeYear:
    SpecialDay.objects.filter(day__year=year).delete()
    SpecialDay.objects.bulk_create(
        [SpecialDay(day=day, working=working, name=name) for day, (working, name) in sorted(days.items())]
    )
    digest = digest_of((day, working) for day, (working, _) in days.items())
    values = {"source": source, "loaded_at": now, "digest": digest}
    written, _ = NoticeYear.objects.update_or_create(year=year, defaults=values)
    return written


def _changes(before: Mapping[date, Day], after: Mapping[date, Day]) -> Changes:
    days = sorted(before.keys() | after.keys())
    told = ((day, _said(before.get(day)), _said(after.get(day))) for day in days)
    return {f"{day:%Y-%m-%d}": [was, will] for day, was, will in told if was != will}


def _said(day: Day | None) -> str:
    return "照常" if day is None else f"{'班' if day[0] else '休'} {day[1]}"


def _record(notice: NoticeYear, changes: Changes, actor: Actor, now: datetime) -> Event:
    return record(
        LOADED,
        actor=actor,
        now=now,
        subject=notice,
        subject_name=f"{notice.year}年工作日历",
        summary=f"载入{notice.year}年放假通知（{notice.source}）"
        + (f"，{len(changes)}天与原来不同" if changes else ""),
        changes=changes,
    )
