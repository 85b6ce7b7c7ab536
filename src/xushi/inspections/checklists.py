"""检查单：改一次出一版，旧的留给用它的记录。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from xushi.inspections import policy
from xushi.inspections.models import CheckItem, Checklist
from xushi.inspections.words import FindingClass, Kind, Severity
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.units.districts import denied
from xushi.units.inherited import COMMON
from xushi.units.models import Unit

MOST_ITEMS = 30


@dataclass(frozen=True, slots=True)
class ItemInput:
    name: str
    hint: str = ""
    finding_class: str = FindingClass.OTHER
    severity: int = Severity.MINOR


@transaction.atomic
def set_checklist(
    kind: str,
    items: Sequence[ItemInput],
    *,
    seen: int | None = None,
    actor: Actor,
    now: datetime,
    district: Unit | None = None,
) -> Checklist:
    """定检查单: a new version in force; seen is the version looked at, Conflict where somebody was faster.

    district: its own, numbered apart; one that is as the common list stands is not kept in force, so that the
    district goes by the common one again.
    """
    if actor.by is not None and not policy.can_set_checklists(actor.by, district):
        raise PermissionDenied(denied(actor.by, "检查单由区重大办来定。"))
    problems = list(_mistakes(kind, items))
    if problems:
        raise Refused(problems)
    own = Checklist.objects.select_for_update().kept_by(district).filter(kind=kind)
    held = own.filter(in_force=True).first()
    last = max((one.version for one in own), default=0)
    if seen is not None and seen != last:
        raise Conflict(f"{Kind(kind).label}检查单刚出了第{last}版，请看过再改。")
    before = [item.name for item in held.items.all()] if held else []
    if held:
        held.in_force = False
        held.save(update_fields=["in_force"])
    in_force = district is None or not _as_common(kind, items)
    made = Checklist.objects.create(
        kind=kind, version=last + 1, by=actor.by, at=now, district=district, in_force=in_force
    )
    CheckItem.objects.bulk_create(
        CheckItem(
            checklist=made, order=n, name=row.name.strip(), hint=row.hint.strip(),
            finding_class=row.finding_class, severity=row.severity,
        )
        for n, row in enumerate(items, 1)
    )  # fmt: skip
    record(
        "inspections.checklist.set", actor=actor, now=now, subject=made, subject_name=str(made),
        summary=f"定{made}，{len(items)}项{'' if in_force else '，和共用的一样，用回共用的'}",
        changes={"检查项": [before, [row.name.strip() for row in items]]},
    )  # fmt: skip
    return made


def in_force_at(path: str) -> dict[str, Checklist]:
    """{kind: the checklist that holds at a place}: its district's own, else the common one; two queries."""
    nearest_last = F("district__path").asc(nulls_first=True)
    rows = Checklist.objects.at(path).filter(in_force=True).order_by(nearest_last)
    return {one.kind: one for one in rows.select_related("district").prefetch_related("items")}


def _as_common(kind: str, items: Sequence[ItemInput]) -> bool:
    common = in_force_at(COMMON).get(kind)
    held = (
        [(one.name, one.hint, one.finding_class, one.severity) for one in common.items.all()]
        if common
        else []
    )
    return held == [(one.name.strip(), one.hint.strip(), one.finding_class, one.severity) for one in items]


def _mistakes(kind: str, items: Sequence[ItemInput]) -> list[RowProblem]:
    found = []
    if kind not in Kind.values:
        found.append(RowProblem(0, "kind", "没有这种检查单。"))
    if not 1 <= len(items) <= MOST_ITEMS:
        found.append(RowProblem(0, "items", f"要有1到{MOST_ITEMS}项。"))
    names = [row.name.strip() for row in items]
    for n, row in enumerate(items):
        if not names[n] or len(names[n]) > 40:
            found.append(RowProblem(n, "name", f"第{n + 1}项要写看什么，最多40字。"))
        elif names[n] in names[:n]:
            found.append(RowProblem(n, "name", f"“{names[n]}”写了两遍。"))
        if len(row.hint) > 200:
            found.append(RowProblem(n, "hint", f"第{n + 1}项的合格标准最多200字。"))
        if row.finding_class not in FindingClass.values or row.severity not in Severity.values:
            found.append(RowProblem(n, "class", f"第{n + 1}项的类别或严重程度请从里面选。"))
    return found
