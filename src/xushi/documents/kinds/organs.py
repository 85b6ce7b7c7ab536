"""发文机关叫什么：红头页定的落款，一处定了，红头、落款、版记、各种公文都照它；没定的照单位名称。"""

from collections.abc import Iterable

from xushi.documents.models import Letterhead
from xushi.journal.models import Event
from xushi.supervision.signing import Signature, looked_up_by

SET = "documents.letterhead.set"


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


def register() -> None:
    looked_up_by(signatures)
