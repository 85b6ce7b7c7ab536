"""会议纪要：议一项、定一项；没散会的是草稿。"""

from xushi.core.clock import local_day
from xushi.documents.kinds.parts import file_name, heading, said
from xushi.documents.tree import Blank, Block, Document
from xushi.supervision.meeting_pages import Page
from xushi.supervision.minutes import ROLL, Minutes, minutes_of


def minutes_document(page: Page, district: str) -> Document:
    made = minutes_of(page, district)
    meeting = page.meeting
    return Document(
        title=(made.title,), blocks=_blocks(made), signed=made.organ,
        signed_on=local_day(meeting.ended_at or meeting.held_at), watermark="草稿" if made.draft else "", minutes=True,
        attended=tuple(Blank(f"{word}单位和姓名", f"{word}：") for word in ROLL),
    )  # fmt: skip


def _blocks(made: Minutes) -> tuple[Block, ...]:
    blocks: list[Block] = [said(made.opening)]
    for section in made.sections:
        blocks += [heading(section.heading), *map(said, section.paragraphs)]
    return (*blocks, *map(said, made.closing))


def minutes_file(page: Page, district: str) -> str:
    """浦口区重大项目周例会纪要2018年9月5日."""
    return file_name(minutes_of(page, district).file_name.removesuffix(".docx"))
