"""纪要：散会后的文字，网页与 .docx 同一份；没散会的是草稿。"""

from dataclasses import dataclass
from datetime import datetime

from xushi.core.clock import BEIJING, local_day
from xushi.core.cn_numerals import numeral
from xushi.supervision.meeting_pages import Page, Row
from xushi.supervision.models_meetings import Decision, Meeting
from xushi.supervision.signing import signs
from xushi.supervision.whole_titles import whole_titles

ROLL = ("出席", "请假", "列席")  # who came is not on record: left for the hand
NAMED = 10  # items left over, by name; the rest only counted


@dataclass(frozen=True, slots=True)
class Section:
    """一、议题: what was reported and decided."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """A document in the order it is read; date is the day of the meeting."""

    title: str
    opening: str
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    organ: str
    date: str
    draft: bool

    @property
    def file_name(self) -> str:
        return f"{self.title}{self.date}.docx"


def minutes_of(page: Page, district: str) -> Minutes:
    meeting = page.meeting
    local = meeting.held_at.astimezone(BEIJING)
    titles = whole_titles(row.item for row in page.rows)
    discussed = [row for row in page.rows if row.item.ended_at or row.decisions]
    organ = signs(meeting.office, meeting.office.name, meeting.ended_at)
    place = f"在{meeting.place}" if meeting.place else ""
    opening = (
        f"{_day(meeting.held_at)}{local:%H:%M}，{organ}{place}召开{meeting.get_kind_display()}，"
        f"研究{district}重大项目推进事项，议题{len(discussed)}项。现将议定事项纪要如下："
    )
    return Minutes(
        title=f"{district}重大项目{meeting.get_kind_display()}纪要",
        opening=opening,
        sections=tuple(_section(n, row, titles[row.item.pk]) for n, row in enumerate(discussed, 1)),
        closing=tuple(_closing(page, titles)),
        organ=organ,
        date=_day(meeting.ended_at or meeting.held_at),
        draft=meeting.state != Meeting.State.ENDED,
    )


def _day(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _section(number: int, row: Row, title: str) -> Section:
    """The heading; what the unit answered; each decision, with what it became."""
    paragraphs = []
    if row.reply:
        paragraphs.append(f"{row.reply.unit}答复：{_ended(row.reply.words)}")
    for n, one in enumerate(row.decisions, 1):
        lead = f"（{numeral(n)}）" if len(row.decisions) > 1 else "议定："
        paragraphs.append(f"{lead}{_ended(one.words)}{_became(one)}")
    if not row.decisions:
        paragraphs.append("会议听取了情况。")
    return Section(f"{numeral(number)}、{_bare(title)}", tuple(paragraphs))


def _bare(title: str) -> str:
    """A title inside a line: without its full stop."""
    return title.rstrip("。；;")


def _ended(words: str) -> str:
    words = " ".join(words.split())
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def _became(decision: Decision) -> str:
    """（督办单 浦重大督〔2018〕22号，主办区建设局，9月19日前办结。）"""
    parts = []
    if decision.kind == Decision.Kind.ORDER:
        parts.append(f"督办单{decision.order.number}" if decision.order else "督办单待签发")
        parts.append(f"主办{decision.lead}")
        due = decision.due_on or (
            local_day(decision.order.due_at) if decision.order and decision.order.due_at else None
        )
        parts += [f"{due.month}月{due.day}日前办结"] if due else []
    elif decision.kind == Decision.Kind.PROBLEM:
        parts.append("列入问题清单")
    return f"（{'，'.join(parts)}）" if parts else ""


def _units(page: Page) -> list[str]:
    """Whom the meeting concerns: the units asked and those given something to do."""
    asked = [str(row.item.unit) for row in page.asked]
    given = [str(one.lead) for row in page.rows for one in row.decisions if one.lead]
    return list(dict.fromkeys([*asked, *given]))


def _closing(page: Page, titles: dict[int, str]) -> list[str]:
    left = [_bare(titles[row.item.pk]) for row in page.rows if not row.item.ended_at and not row.decisions]
    silent = list(dict.fromkeys(str(row.item.unit) for row in page.asked if row.reply is None))
    said = []
    if left:
        more = "等" if len(left) > NAMED else ""
        said.append(f"未及研究的事项{len(left)}项：{'；'.join(left[:NAMED])}{more}。")
    if silent:
        said.append(f"没有书面答复的单位：{'、'.join(silent)}。")
    if units := _units(page):
        said.append(f"议题涉及的单位：{'、'.join(units)}。")
    return said
