"""批示件：领导的话、批给谁、办到哪里；留签名的地方。"""

from datetime import datetime
from typing import TYPE_CHECKING

from xushi.core.clock import local_day
from xushi.documents.kinds.parts import cell, file_name, label, note, runs
from xushi.documents.tree import Cell, Document, Table
from xushi.documents.writing.flow import day_words
from xushi.supervision.instruction_pages import Moment, Row, row_of, timeline
from xushi.supervision.models_instructions import Instruction

if TYPE_CHECKING:
    from xushi.units.models import User


def instruction_document(held: Instruction, user: "User", now: datetime) -> Document:
    """The form of an instruction; of what was done, what this person sees."""
    row = row_of(held, now)
    moments = [one for one in timeline(held, user) if one.at > held.written_at or not one.serif]
    rows = [
        _line("批示领导", f"{held.author_name}　{held.author_title}".strip("　")),
        *([_line("事　　项", held.subject_name)] if held.subject_name else []),
        *([_line("事　　由", held.context)] if held.context else []),
        _line("批　　示", f"{held.words}\n\t（签名）　　　　\n\t{_day(held.written_at)}", height=40),
        _line("批　　给", _to(held, row)),
        _line("办理情况", "\n".join(map(_moment, moments)), height=40),
        _line("状　　态", row.label + (f"，{_day(held.read_at)}阅结" if held.read_at else "")),
    ]
    shut = (note("本件限定阅读，请勿复印、外传。"),) if held.confidential else ()
    return Document(title=("领导批示件",), blocks=(Table((), tuple(rows), (18, 82), form=True), *shut))


def _line(name: str, words: str, *, height: int = 0) -> tuple[Cell, ...]:
    return (
        label(name),
        Cell(runs(words), align="left", height_mm=height) if words else cell("", height=height),
    )


def _to(held: Instruction, row: Row) -> str:
    units = "、".join(row.units) or "区重大办转办"
    return units + (f"，{day_words(held.due_on)}前办结" if held.due_on else "")


def _moment(one: Moment) -> str:
    number = f"（{one.order.number}）" if one.order else ""
    words = f"：{one.words}" if one.words else ""
    return f"{_day(one.at)}　{one.who}{one.what}{number}{words}"


def _day(at: datetime) -> str:
    return day_words(local_day(at))


def instruction_file(held: Instruction) -> str:
    return file_name(f"{held.author_name}{local_day(held.written_at):%Y%m%d}批示", held.subject_name[:40])
