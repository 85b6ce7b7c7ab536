"""写一次会议的模板用的：议程一项项，涉及的项目做到哪，单位怎么答复。"""

from typing import TYPE_CHECKING, Any

from xushi.core.clock import BEIJING, local_day
from xushi.documents.drafting import Subject
from xushi.documents.named import Figures
from xushi.documents.named_scope import Row, address
from xushi.documents.subject_parts import (
    PROGRESS,
    Columns,
    Progress,
    Spec,
    day_words,
    progress_cells,
    rows_of,
)
from xushi.progress.standing import Standing, standings
from xushi.supervision.meeting_pages import Page, page_of
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.whole_titles import whole_titles

if TYPE_CHECKING:
    from xushi.units.models import User

ITEMS = Columns(
    "items", "议程",
    {"title": "议题", "project": "项目", "unit": "答复单位", "note": "为什么上会", "was": "上次会上", "now_is": "现在",
     "reply": "书面答复", "minutes": "安排几分钟", **PROGRESS},
)  # fmt: skip
SPEC = Spec(
    "这次会议",
    {"name": "会议名称", "day": "哪天", "hour": "几点", "place": "地点", "office": "召集单位", "count": "议程几项",
     "minutes": "安排几分钟", "note": "议程怎么来的", "conclusion": "议程结论"},
    (ITEMS,),
)  # fmt: skip


def of_meeting(user: "User", pk: int, figures: Figures) -> Subject | None:
    """The meeting as this person sees it: overseers every item, a unit those that ask it for an answer."""
    meeting = Meeting.objects.visible_to(user).select_related("office").filter(pk=pk).first()
    if meeting is None:
        return None
    page = page_of(user, meeting, figures.asked.now)
    local = meeting.held_at.astimezone(BEIJING)
    facts: dict[str, Any] = {
        "name": meeting.get_kind_display(), "day": day_words(local_day(meeting.held_at)), "hour": f"{local:%H:%M}",
        "place": meeting.place or "—", "office": meeting.office.name, "count": len(page.rows),
        "minutes": meeting.minutes, "note": page.note, "conclusion": page.conclusion,
    }  # fmt: skip
    title = f"{day_words(local_day(meeting.held_at))}重大项目{meeting.get_kind_display()}"
    return Subject("meeting", title, facts, SPEC.facts, {ITEMS.code: rows_of(ITEMS, _items(page, figures))})


def _items(page: Page, figures: Figures) -> list[Row]:
    """The agenda in its order, each project's progress beside it; one query more."""
    wanted = {row.item.project_id for row in page.rows if row.item.project_id}
    held = (
        {one.project_id: one for one in standings(figures.month, wanted, closing=figures.asked.closing)}
        if wanted
        else {}
    )
    titles = whole_titles(row.item for row in page.rows)
    made: list[Row] = []
    for row in page.rows:
        item = row.item
        key = f"lists.{ITEMS.code}.{item.pk}"
        behind = address("home:project", "", item.project_id) if item.project_id else ""
        progress = _progress(held.get(item.project_id or 0))
        made.append(
            {
                "title": titles[item.pk].rstrip("。；;"), "project": item.project.name if item.project else "",
                "unit": str(item.unit or ""), "note": item.note, "was": item.was, "now_is": item.now_is,
                "reply": row.reply.words if row.reply else "", "minutes": str(item.minutes),
                **progress_cells(figures.asked, key, progress, item.title, behind),
            }
        )  # fmt: skip
    return made


def _progress(found: Standing | None) -> Progress | None:
    return (
        Progress(found.annual_plan, found.cumulative, found.due_twelfths)
        if found and found.annual_plan
        else None
    )
