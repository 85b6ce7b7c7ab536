"""决定那天所知：申报的、承诺的、门槛、各项达到多少、各家意见、规则，存成一份，以后只从它解释。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xushi.admission.measures import Item, Measure, Numbers
from xushi.admission.models import Application, Opinion
from xushi.admission.rules import Terms
from xushi.admission.scoring import Scored

FORM = 1  # how the snapshot is laid out


def taken(
    application: Application,
    agreed: Numbers,
    rows: Sequence[Scored],
    opinions: Sequence[Opinion],
    medians: Mapping[Measure, Decimal],
    terms: Terms,
) -> dict[str, Any]:
    """What was known when it was decided, as plain JSON under the names of that day."""
    return {
        "form": FORM,
        "name": application.name,
        "enterprise": application.enterprise,
        "credit_code": application.credit_code,
        "industry": str(application.industry),
        "territory": str(application.territory),
        "production": application.production.label,
        "capacity_year": application.capacity_year,
        "content": application.content,
        "funding": application.funding,
        "breach_clause": application.breach_clause,
        "numbers": _numbers(application.numbers),
        "agreed": _numbers(agreed),
        "criteria": _criteria(application),
        "scored": [_scored(row, medians.get(row.measure)) for row in rows],
        "opinions": [_opinion(one) for one in opinions],
        "files": [{"name": one.name, "sha256": one.sha256} for one in application.files.order_by("pk")],
        "terms": {
            "opinion_days": terms.opinion_days,
            "silence": terms.silence.label,
            "grace_days": terms.grace_days,
        },
    }


def _numbers(numbers: Numbers) -> dict[str, int]:
    return {item.value: numbers.of(item) for item in Item}


def _criteria(application: Application) -> dict[str, Any]:
    kept = application.criteria
    return {
        "pk": kept.pk,
        "name": str(kept),
        "year": kept.year,
        "version": kept.version,
        "reason": kept.reason,
    }


def _scored(row: Scored, middle: Decimal | None) -> dict[str, Any]:
    return {
        "measure": row.measure.value,
        "value": None if row.value is None else str(row.value),
        "threshold": None if row.threshold is None else str(row.threshold),
        "met": row.met,
        "words": row.words,
        "median": None if middle is None else str(middle),
    }


def _opinion(one: Opinion) -> dict[str, Any]:
    return {
        "unit": str(one.unit), "answer": one.answer, "words": one.words, "by": one.by_name,
        "at": one.at.isoformat() if one.at else None, "due_at": one.due_at.isoformat(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """One criterion as it was kept."""

    scored: Scored
    median: Decimal | None


def scored_in(snapshot: Mapping[str, Any]) -> list[Kept]:
    """The criteria of a snapshot, read back without looking at anything else."""
    return [
        Kept(
            Scored(
                Measure(one["measure"]),
                _decimal(one["value"]),
                _decimal(one["threshold"]),
                one["met"],
                one["words"],
            ),
            _decimal(one["median"]),
        )
        for one in snapshot["scored"]
    ]


def numbers_in(snapshot: Mapping[str, Any], which: str = "agreed") -> Numbers:
    return Numbers(*(int(snapshot[which][item.value]) for item in Item))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def threshold_said(scored: Scored) -> str:
    """≥500, ≤0.1; 要符合 for what is judged in words."""
    if scored.threshold is None:
        return "要符合"
    sign = "≤" if scored.measure.at_most else "≥"
    return f"{sign}{scored.measure.said(scored.threshold)}"
