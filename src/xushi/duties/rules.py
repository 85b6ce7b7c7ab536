"""催到哪一步：快到期、逾期、告诉单位负责人、告诉重大办。"""

from datetime import datetime
from enum import IntEnum

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import local_day

SOON = 2  # working days before the deadline
HEAD_AFTER = 1  # working days after it
OFFICE_AFTER = 2
# what a row of duties.duty.warned says: [步, 步], ['', 编号] and ['', 第几次计时]
WARNING, DUTY, CLOCK = "提醒", "待办", "计时"


class Step(IntEnum):
    """提醒的步: how far the reminders of one clock have gone."""

    NONE = 0
    SOON = 1
    OVERDUE = 2
    HEAD = 3
    OFFICE = 4

    @property
    def label(self) -> str:
        return ("未提醒", "快到期", "已逾期", "报单位负责人", "报区重大办")[self]


def step_due(due_at: datetime, now: datetime, calendar: WorkingCalendar) -> Step:
    """The step the reminders should have reached by now.

    快到期: at most 2 working days are left. A deadline of 17:00 is not overdue at 17:00 itself. The head hears
    at 17:00 of the first working day after it, the office at 17:00 of the second.
    """
    if now > due_at:
        if now >= calendar.deadline(due_at, OFFICE_AFTER):
            return Step.OFFICE
        return Step.HEAD if now >= calendar.deadline(due_at, HEAD_AFTER) else Step.OVERDUE
    left = calendar.between(local_day(now), local_day(due_at))
    return Step.SOON if left <= SOON else Step.NONE


def told(before: int, after: int) -> tuple[Step, ...]:
    """The steps to tell when the reminders go from one step to a later one: none is skipped but 快到期 once overdue."""
    steps = tuple(Step(number) for number in range(before + 1, after + 1))
    return steps if after == Step.SOON else tuple(step for step in steps if step != Step.SOON)
