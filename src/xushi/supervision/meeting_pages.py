"""例会的读法：清单、议程、正在议的一项、议定事项、结论一句。看得到哪几项，一个条件。"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from xushi.core.clock import BEIJING, local_day
from xushi.core.money import share
from xushi.duties.words import clock_words, day_words
from xushi.progress.models import ProjectMonth
from xushi.progress.standing import last_facts
from xushi.supervision.meeting_agenda import told
from xushi.supervision.meeting_pace import Pace, Timed, fitting, minutes_between, pace, pace_words
from xushi.supervision.meetings import DROPPED, as_it_is
from xushi.supervision.models_meetings import AgendaItem, Decision, DecisionUnit, Meeting, WrittenReply
from xushi.supervision.policy import sees_whole, units_of
from xushi.supervision.whole_titles import whole_titles

if TYPE_CHECKING:
    from xushi.units.models import User

S, R, K = Meeting.State, AgendaItem.Outcome, Decision.Kind
RESULTS = {R.ORDER: "working", R.PROBLEM: "pending", R.NOTED: "closed", R.CURRENT: "working"}
DECISION_MARKS = {K.ORDER: "working", K.PROBLEM: "pending", K.NOTE: "closed"}


def sees_item(user: "User", item: AgendaItem) -> bool:
    """Who oversees the meeting sees every item, a unit those that ask it for an answer."""
    return sees_whole(user, item.meeting) or units_of(user).filter(pk=item.unit_id).exists()


def listed(user: "User") -> Any:
    """Meetings, the latest first."""
    return Meeting.objects.visible_to(user).select_related("office").order_by("-held_at", "-pk")


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the agenda shows it."""

    number: int
    item: AgendaItem
    reply: WrittenReply | None
    decisions: list[Decision]
    answered: str
    late: bool
    mine: bool
    whole: str = ""  # every word of a title that the agenda cuts

    @property
    def tone(self) -> str:
        """How the present state is coloured: as its mark is."""
        return {"overdue": "red", "must_fix": "red", "overdue_start": "red"}.get(self.item.mark, "")

    @property
    def result(self) -> str:
        return RESULTS.get(R(self.item.outcome), "")


@dataclass(slots=True)
class Page:
    """A meeting to one person at one moment."""

    meeting: Meeting
    rows: list[Row]
    pace: Pace
    now: datetime
    whole: bool  # sees every item

    @property
    def current(self) -> Row | None:
        return next((row for row in self.rows if row.item.outcome == R.CURRENT), None)

    @property
    def next(self) -> Row | None:
        """The first item not discussed yet."""
        return next((row for row in self.rows if row.item.outcome == R.WAITING), None)

    @property
    def decisions(self) -> list[tuple[Row, Decision, str]]:
        found = [(row, one, DECISION_MARKS[K(one.kind)]) for row in self.rows for one in row.decisions]
        return sorted(found, key=lambda one: -one[1].pk)

    @property
    def asked(self) -> list[Row]:
        return [row for row in self.rows if row.item.unit and row.item.unit_id != self.meeting.office_id]

    @property
    def minutes(self) -> int:
        return sum(row.item.minutes for row in self.rows)

    @property
    def fits(self) -> int:
        """How many items, from the first on, fit into the time planned."""
        return fitting([row.item.minutes for row in self.rows], self.meeting.minutes)

    @property
    def fits_minutes(self) -> int:
        return sum(row.item.minutes for row in self.rows[: self.fits])

    @property
    def beyond(self) -> list[Row]:
        """Before the meeting: the items that there is no time for."""
        return self.rows[self.fits :] if self.whole and self.meeting.state == S.PLANNED else []

    @property
    def elapsed(self) -> int:
        """Minutes that the item being discussed has taken."""
        row = self.current
        return minutes_between(row.item.began_at, self.now) if row and row.item.began_at else 0

    @property
    def conclusion(self) -> str:
        if self.meeting.state == S.CALLED_OFF:
            return f"这次例会不开了：{self.meeting.called_off_why}"
        if self.meeting.state == S.PLANNED:
            spare = self.meeting.minutes - self.minutes
            words = f"比安排多{-spare}分钟" if spare < 0 else f"还余{spare}分钟" if spare else "正好"
            advice = f"；建议先议前{self.fits}项" if self.beyond else ""
            return f"议程{len(self.rows)}项，共{self.minutes}分钟，{words}{advice}"
        if self.meeting.state == S.SITTING:
            row = self.current
            at = f"议到第{row.number}项" if row else f"议完{self.pace.done}项"
            missing = self.missing
            said = f"；{missing}没交书面答复" if missing else ""
            return f"{at}，{self.pace_said}{said}"
        kinds = [one.kind for _, one, _ in self.decisions]
        names = [(K.ORDER, "签发督办单", "件"), (K.PROBLEM, "成问题", "项"), (K.NOTE, "记录", "条")]
        parts = [f"{word}{kinds.count(kind)}{measure}" for kind, word, measure in names if kinds.count(kind)]
        return f"议了{self.pace.done}项，" + ("、".join(parts) if parts else "没有议定事项")

    @property
    def pace_said(self) -> str:
        late = self.pace.late
        return f"比安排{pace_words(late)}" if late else pace_words(0)

    @property
    def missing(self) -> str:
        units = dict.fromkeys(str(row.item.unit) for row in self.asked if row.reply is None)
        names = list(units)
        return "、".join(names[:2]) + (f"等{len(names)}家" if len(names) > 2 else "")

    @property
    def note(self) -> str:
        """议程9项都是9月5日以来变了的，没变的22项不上会。书面答复7份到了6份。"""
        counts = self.unchanged
        since = day_words(local_day(self.meeting.since), local_day(self.now)) if self.meeting.since else ""
        same = f"，没变的{sum(counts.values())}项不上会" if counts else ""
        come = sum(row.reply is not None for row in self.asked)
        replies = f"书面答复{len(self.asked)}份到了{come}份。" if self.asked else ""
        return f"议程{len(self.rows)}项，取{since}以来变了的{same}。{replies}"

    @property
    def unchanged(self) -> dict[str, int]:
        return {g["kind"]: g["count"] for g in self.meeting.unchanged if g["kind"] != DROPPED and g["count"]}

    @property
    def unchanged_words(self) -> str:
        return told(self.unchanged)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """What does not come before the meeting, by kind, with its rows; what was taken off last."""
        names = {DROPPED: "从议程里去掉的"}
        return [
            {
                "label": names.get(g["kind"]) or told({g["kind"]: g["count"]}),
                "left": g["count"] - len(g["rows"]),
            }
            | g
            for g in sorted(self.meeting.unchanged, key=lambda group: group["kind"] == DROPPED)
            if g["count"]
        ]

    @property
    def plan_words(self) -> str:
        """15:00开始，安排60分钟，竖线是现在15:24."""
        began = self.meeting.began_at
        if began is None:
            return ""
        last = self.meeting.ended_at or self.now
        word = "散会" if self.meeting.ended_at else "竖线是现在"
        return f"{clock_words(began)}开始，安排{self.meeting.minutes}分钟，{word}{clock_words(last)}"


def page_of(user: "User", meeting: Meeting, now: datetime) -> Page:
    """A fixed number of queries at any length of the agenda; until the meeting has ended it says how things are now."""
    decisions = Decision.objects.filter(dropped_at=None).select_related("lead", "order").order_by("pk")
    helpers = Prefetch("helpers", DecisionUnit.objects.select_related("unit"))
    items = (
        meeting.items.select_related("unit__successor", "project__territory")
        .prefetch_related(
            Prefetch("replies", WrittenReply.objects.order_by("pk")),
            Prefetch("decisions", decisions.prefetch_related(helpers)),
        )
        .order_by("place", "pk")
    )
    every = list(items)
    if meeting.state in (S.PLANNED, S.SITTING):
        as_it_is(meeting, every, now)
    whole = sees_whole(user, meeting)
    mine = set(units_of(user).values_list("pk", flat=True)) if not whole else set()
    rows = [
        _row(n, item, meeting, now, mine=item.unit_id in mine)
        for n, item in enumerate(every, 1)
        if whole or item.unit_id in mine
    ]
    told = whole_titles(row.item for row in rows)
    rows = [
        replace(row, whole=told[row.item.pk]) if told[row.item.pk] != row.item.title else row for row in rows
    ]
    timed = [Timed(item.minutes, item.began_at, item.ended_at) for item in every]
    at = meeting.ended_at or now
    return Page(meeting, rows, pace(timed, meeting.began_at, meeting.minutes, at), now, whole)


def _row(number: int, item: AgendaItem, meeting: Meeting, now: datetime, *, mine: bool) -> Row:
    replies = [reply for reply in item.replies.all() if reply.unit_id == item.unit_id]
    reply = replies[-1] if replies else None
    due = meeting.replies_due_at
    asked = item.unit_id is not None and item.unit_id != meeting.office_id
    late = asked and reply is None and due is not None and now > due
    answered = ""
    if reply:
        answered = f"已答{_moment(reply.at, now)}"
    elif asked and due:
        answered = f"没交，限{_moment(due, now)}"
    elif item.unit_id is None:
        answered = "不要答复"
    return Row(number, item, reply, list(item.decisions.all()), answered, late, mine)


def _moment(at: datetime, now: datetime) -> str:
    """11:20 of today, else 9月11日 11:20."""
    day = local_day(at)
    return clock_words(at) if day == local_day(now) else f"{day_words(day, local_day(now))} {clock_words(at)}"


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the project of an item stands: shares of the year's plan at the last closed month."""

    standing: ProjectMonth
    month: Any
    rate: Any
    due: Any


def facts_of(item: AgendaItem) -> Facts | None:
    """One query; None where the item is about no project or the last closed month knows no such project."""
    if item.project_id is None:
        return None
    found = last_facts([item.project_id]).get(item.project_id)
    if found is None or not found.annual_plan:
        return None
    return Facts(
        found,
        found.month,
        share(found.cumulative, found.annual_plan),
        share(found.due_twelfths, found.annual_plan * 12),
    )


def meeting_day(meeting: Meeting) -> str:
    """9月12日 周三 15:00."""
    local = meeting.held_at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日 周{'一二三四五六日'[local.weekday()]} {local:%H:%M}"
