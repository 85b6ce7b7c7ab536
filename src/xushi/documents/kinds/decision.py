"""准入会审决定：只照决定那天存下的写，以后改门槛、改数、改单位名都不动它。"""

from collections.abc import Mapping
from typing import Any

from xushi.admission.measures import Item
from xushi.admission.models import Decision
from xushi.admission.page import votes_text
from xushi.admission.snapshots import numbers_in, scored_in, threshold_said
from xushi.admission.table import Answer, Outcome
from xushi.core.clock import local_day
from xushi.documents.kinds.parts import file_name, heading, listed, said
from xushi.documents.tree import Block, Document, Table
from xushi.documents.writing.flow import day_words
from xushi.supervision.signing import formal, signs
from xushi.units.districts import office_of

VERDICTS = {True: "达标", False: "没达标", None: "不考核"}
JUDGED = {True: "符合", False: "不符合", None: "待核定"}


def decision_document(held: Decision) -> Document:
    """held comes with its conditions and sitting."""
    known = held.snapshot
    return Document(
        title=(f"关于{known['name']}", "准入会审的决定"),
        blocks=(
            said(_opening(held)), said(f"企业统一社会信用代码：{known['credit_code']}。"),
            *_applied(held), *_measured(held), *_opinions(known), *_promised(held), *_rest(held),
        ),
        signed=_organ(held), signed_on=local_day(held.at),
    )  # fmt: skip


def _organ(held: Decision) -> str:
    """The deciding unit by its name then; the office as it signs."""
    if not held.by_unit:
        return ""
    territory = held.application.territory
    office = office_of(territory)
    if office is None or office.name != held.by_unit:
        return formal(held.by_unit, territory)
    return signs(office, held.by_unit, held.at)


def _opening(held: Decision) -> str:
    """Without the enterprise's code, whose eighteen letters no line breaks: the line before it would be drawn apart."""
    known, sitting = held.snapshot, f"经{held.sitting}，" if held.sitting else "经会审，"
    taken = {Outcome.CONDITIONAL: "附条件准入"}.get(held.taken, held.taken.label)
    return (
        f"{known['enterprise']}申报的{known['name']}，拟落地{known['territory']}，"
        f"属{known['industry']}。{sitting}决定：{taken}（{votes_text(held)}）。"
    )


def _applied(held: Decision) -> tuple[Block, ...]:
    known = held.snapshot
    before, agreed = numbers_in(known, "numbers"), numbers_in(known)
    rows = [(item.label, item.said(before.of(item)), item.said(agreed.of(item))) for item in Item]
    when = f"计划{known['production']}投产，{known['capacity_year']}年达产。"
    return (heading("一、申报和定下的数"), said(when), listed(("项", "申报", "定下"), rows, (40, 30, 30)))


def _measured(held: Decision) -> tuple[Block, ...]:
    known = held.snapshot
    rows = []
    for kept in scored_in(known):
        one = kept.scored
        unit = f"（{one.measure.unit}）" if one.measure.is_computed else ""
        value = one.measure.said(one.value) if one.measure.is_computed and one.value is not None else "—"
        verdict = (VERDICTS if one.measure.is_computed else JUDGED)[one.met]
        rows.append((f"{one.measure.label}{unit}", value, threshold_said(one), verdict))
    words = f"按{known['criteria']['name']}对照。"
    return (
        heading("二、门槛对照"),
        said(words),
        listed(("项", "定下", "门槛", "对照"), rows, (43, 19, 19, 19)),
    )


def _opinions(known: Mapping[str, Any]) -> tuple[Block, ...]:
    rows = [(one["unit"], Answer(one["answer"]).label, one["words"] or "—") for one in known["opinions"]]
    table: tuple[Table, ...] = (listed(("单位", "意见", "说明"), rows, (26, 18, 56)),) if rows else ()
    return (heading("三、部门意见"), *(table or (said("没有征求意见。"),)))


def _promised(held: Decision) -> tuple[Block, ...]:
    """What those who are let in have promised, and what follows where it is not kept."""
    if not held.taken.lets_in:
        return ()
    agreed = numbers_in(held.snapshot)
    told = "；".join(f"{item.label}{item.said(agreed.of(item))}" for item in Item if agreed.of(item))
    return (
        heading("四、承诺和违约责任"),
        said(f"承诺{told}。"),
        said(f"违约责任：{_bare(held.snapshot['breach_clause'])}。"),
    )


def _rest(held: Decision) -> tuple[Block, ...]:
    conditions = [
        f"{one.number}. {_bare(one.words)}{f'（{day_words(one.due_on)}前）' if one.due_on else ''}。"
        for one in held.conditions.all()
    ]
    words = [f"{'理由：' if conditions else ''}{_bare(held.reasons)}。"] if held.reasons else []
    number = "五" if held.taken.lets_in else "四"
    if not conditions and not words:
        return ()
    return (
        heading(f"{number}、{'条件和理由' if conditions else '理由'}"),
        *map(said, conditions),
        *map(said, words),
    )


def _bare(words: str) -> str:
    """Without the stop that stands behind what follows."""
    return words.strip().rstrip("。；;")


def decision_file(held: Decision) -> str:
    return file_name(str(held.snapshot["name"]), "准入会审决定")
