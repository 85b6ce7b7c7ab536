"""督办单：签发的一件印成一张表单，署签发时的单位；只有手和章能填的，都空着。"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from xushi.core.clock import local_day
from xushi.documents.kinds.parts import BY_HAND, file_name, form, note, pair, whole
from xushi.documents.tree import Cell, Document
from xushi.documents.writing.flow import day_words
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.printing import Sheet, sheets
from xushi.supervision.table import State
from xushi.supervision.words import SOURCES

if TYPE_CHECKING:
    from xushi.units.models import User

RELATED = ("lead", "office", "project", "instruction")
RESULT = "办理结果\n（承办单位填写）"
CHOICES = "□ 同意办结销号　　□ 退回补办　　□ 转为持续督办"
GRADES = {"supervision.instruction": "领导批示件", "supervision.decision": "会议议定件"}


def order_documents(orders: Sequence[SupervisionOrder], user: "User | None", now: datetime) -> list[Document]:
    """One paper an order, in their order; a fixed number of queries for however many. user None: the open words only.

    orders come with RELATED and helpers__unit.
    """
    return [_document(sheet) for sheet in sheets(orders, user, now)]


def _document(sheet: Sheet) -> Document:
    order, organ = sheet.order, sheet.issuer
    return Document(
        title=("督 办 单",), head=organ, number=order.number or "（拟稿，未取文号）",
        blocks=(form(*_rows(sheet)), *(note(words) for words in _notes(sheet))),
        copies=f"{sheet.helpers}。" if sheet.helpers else "", printed_by=organ,
        printed_on=local_day(order.issued_at) if order.issued_at else None, watermark=_watermark(order),
    )  # fmt: skip


def _rows(sheet: Sheet) -> tuple[tuple[Cell, ...], ...]:
    order = sheet.order
    rows = [
        whole("督办事项", order.title),
        whole("立项依据", _ground(sheet)),
        whole("项　　目", order.project.name if order.project else "—"),
        pair("主办单位", order.lead.name, "协办单位", sheet.helpers or "—"),
        pair("责 任 人", sheet.head, "联系电话", ""),
        pair("交办日期", sheet.given or "—", "办结时限", sheet.due or "—"),
        pair("紧急程度", sheet.urgency, "督办等级", GRADES.get(order.source_kind, _grade(order))),
        whole("督办要求", order.demand or order.title, height=16 if sheet.instructions else 20),
    ]
    if sheet.instructions:
        rows.append(whole("领导批示", "\n".join(_words(sheet)), height=16))
    result = f"{sheet.reply.words if sheet.reply else ''}\n\n\t（盖章）　　　　　{BY_HAND}　　"
    opinion = f"{CHOICES}\n\n经办人：　　　　　　审核人：　　　　　　　　{BY_HAND}"
    return (*rows, whole(RESULT, result, height=24), whole("督查意见", opinion, height=20))


def _words(sheet: Sheet) -> list[str]:
    """The leader's words; the name and the day stand at the right below them."""
    found = []
    for one in sheet.instructions:
        found += [one.words, f"\t{one.author_title}{one.author_name}　{day_words(local_day(one.written_at))}"]
    return found


def _ground(sheet: Sheet) -> str:
    kind = SOURCES.get(sheet.order.source_kind, "")
    return f"{kind}：{sheet.source}" if kind and sheet.order.source_name else sheet.source


def _grade(order: SupervisionOrder) -> str:
    return "领导批示件" if order.instruction_id else "日常督办件"


def _notes(sheet: Sheet) -> list[str]:
    terms = sheet.terms
    found = [
        f"注：收到本单后{terms.acknowledge}个工作日内签收；延期须于时限前{terms.extension_notice}个工作日申请。"
    ]
    if sheet.order.confidential:
        found.append("本单限定阅读，请勿复印、外传。")
    return found


def _watermark(order: SupervisionOrder) -> str:
    if order.serial is None:
        return "拟稿"
    return "已撤回" if order.state == State.WITHDRAWN else ""


def order_file(order: SupervisionOrder) -> str:
    """浦重大督〔2018〕16号 督办单."""
    return file_name(order.number or f"拟稿{order.pk}", "督办单")
