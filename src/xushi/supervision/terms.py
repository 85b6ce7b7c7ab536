"""督办时限：现行的、历次的、改。"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.supervision.engine import TermBook, term_book
from xushi.supervision.models import TermSet
from xushi.supervision.policy import may_set_terms
from xushi.supervision.rules import TERM_LABELS, TermProblem, Terms, TermsRefused, terms_of
from xushi.units.districts import denied
from xushi.units.inherited import COMMON, apart_from
from xushi.units.models import Unit

HISTORY = 50
FROM_ABOVE = "同上级"


@transaction.atomic
def set_terms(
    values: Mapping[str, Any], reason: str, *, actor: Actor, now: datetime, district: Unit | None = None
) -> TermSet | None:
    """调整督办时限, from now on, of all districts or of one; deadlines that run already stay. None where nothing would
    change. A district that sets its own 机关代字 numbers its orders by itself from then on.

    PermissionDenied unless the actor is of the office (or a command); TermsRefused names what is wrong.
    """
    if actor.by is not None and not may_set_terms(actor.by, district):
        raise PermissionDenied(denied(actor.by, "督办时限由区重大办调整。"))
    book, path = term_book(now), district.path if district else COMMON
    before = asdict(book.of(path))
    after = asdict(terms_of(before | dict(values)))
    changes: Changes = {
        TERM_LABELS[name]: [before[name], value] for name, value in after.items() if before[name] != value
    }
    if not changes:
        return None
    reason = reason.strip()
    if not reason:
        raise TermsRefused([TermProblem("reason", "请写调整的理由，以后好查。")])
    stored = apart_from(asdict(book.above(path)), after) if district else after
    _own_word(book, path, after["organ_word"], stored)
    written = TermSet.objects.create(
        effective_at=now, values=stored, reason=reason[:300], by=actor.by, district=district
    )
    whose = f"{district}的" if district else ""
    record(
        "supervision.terms.set",
        actor=actor,
        now=now,
        subject=written,
        subject_name=f"{whose}督办时限",
        summary=f"调整{whose}督办时限{len(changes)}项：{reason}"[:500],
        changes=changes,
    )
    return written


def _own_word(book: TermBook, path: str, word: str, stored: Mapping[str, Any]) -> None:
    """Two series of numbers under one 机关代字 would give one number to two orders."""
    taken = book.others_with("organ_word", word, path)
    if path and "organ_word" in stored and word == book.of().organ_word:
        taken = [*taken, COMMON]
    if taken and "organ_word" in (stored or {}):
        sentence = f"“{word}”已有别处在用，两处的文号会重。请换一个机关代字。"
        raise TermsRefused([TermProblem("organ_word", sentence)])


def history(district: Unit | None = None) -> list[tuple[TermSet, list[tuple[str, object, object]]]]:
    """The changes so far, the latest first, each with what it changed: (label, before, after)."""
    before: dict[str, Any] = {} if district else asdict(Terms())
    told = []
    for one in TermSet.objects.filter(district=district).select_related("by").order_by("effective_at", "pk"):
        after = one.values if district else before | one.values
        names = [name for name in TERM_LABELS if before.get(name) != after.get(name)]
        moved = [(TERM_LABELS[n], before.get(n, FROM_ABOVE), after.get(n, FROM_ABOVE)) for n in names]
        told.append((one, moved))
        before = after
    return told[::-1][:HISTORY]
