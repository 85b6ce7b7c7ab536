"""督办时限：现行的、历次的、改。"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.supervision.engine import terms_at
from xushi.supervision.models import TermSet
from xushi.supervision.policy import can_set_terms
from xushi.supervision.rules import TERM_LABELS, TermProblem, Terms, TermsRefused, terms_of

HISTORY = 50


@transaction.atomic
def set_terms(values: Mapping[str, Any], reason: str, *, actor: Actor, now: datetime) -> TermSet | None:
    """调整督办时限, from now on; deadlines that run already stay. None where nothing would change.

    PermissionDenied unless the actor is of the office (or a command); TermsRefused names what is wrong.
    """
    if actor.by is not None and not can_set_terms(actor.by):
        raise PermissionDenied("督办时限由区重大办调整。")
    before = asdict(terms_at(now))
    after = asdict(terms_of(before | dict(values)))
    changes: Changes = {
        TERM_LABELS[name]: [before[name], value] for name, value in after.items() if before[name] != value
    }
    if not changes:
        return None
    reason = reason.strip()
    if not reason:
        raise TermsRefused([TermProblem("reason", "请写调整的理由，以后好查。")])
    written = TermSet.objects.create(effective_at=now, values=after, reason=reason[:300], by=actor.by)
    record(
        "supervision.terms.set",
        actor=actor,
        now=now,
        subject=written,
        subject_name="督办时限",
        summary=f"调整督办时限{len(changes)}项：{reason}"[:500],
        changes=changes,
    )
    return written


def history() -> list[tuple[TermSet, list[tuple[str, object, object]]]]:
    """The changes so far, the latest first, each with what it changed: (label, before, after)."""
    before: dict[str, Any] = asdict(Terms())
    told = []
    for one in TermSet.objects.select_related("by").order_by("effective_at", "pk"):
        after = before | one.values
        told.append((one, [(TERM_LABELS[n], before[n], v) for n, v in after.items() if before[n] != v]))
        before = after
    return told[::-1][:HISTORY]
