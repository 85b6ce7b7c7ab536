"""发文机关叫什么：红头页定的落款，一处定了，红头、落款、版记、各种公文都照它；没定的照单位名称。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from xushi.documents.models import Letterhead
from xushi.journal.models import Event
from xushi.supervision.printing import formal
from xushi.units.models import Unit

SET = "documents.letterhead.set"


@dataclass(frozen=True, slots=True)
class Signature:
    """How an office signs now, and what it signed with until then, oldest first."""

    now: str
    before: list[tuple[datetime, str]] = field(default_factory=list)

    def at(self, moment: datetime | None) -> str:
        was = next((words for at, words in self.before if words and moment is not None and at > moment), "")
        return was or self.now


def signatures(offices: Iterable[int]) -> dict[int, Signature]:
    """{office: how it signs}, of those with a letterhead; two queries."""
    held = {one.pk: one for one in Letterhead.objects.filter(office__in=set(offices))}
    found = {one.office_id: Signature(one.signed) for one in held.values()}
    if not held:
        return found
    rows = Event.objects.filter(
        verb=SET, subject_kind=Letterhead._meta.label_lower, subject_id__in=held.keys()
    )
    for pk, moment, changes in rows.order_by("at", "pk").values_list("subject_id", "at", "changes"):
        if pk is not None and "落款" in changes:
            found[held[pk].office_id].before.append((moment, str(changes["落款"][0] or "")))
    return found


def signs(office: Unit | None, name: str, at: datetime | None) -> str:
    """The organ as it signed then; name is what the office was called: another name than today's stands."""
    if office is None or name != office.name:
        return formal(name, office)
    held = signatures([office.pk]).get(office.pk)
    return held.at(at) if held else formal(name, office)
