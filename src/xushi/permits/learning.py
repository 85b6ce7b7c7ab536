"""从办过的学：每一步在本区要办多少个工作日，每夜重新统计一遍。"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Min
from django.db.models.functions import Coalesce

from xushi.calendars.selectors import calendar
from xushi.permits.durations import ENOUGH, Durations, Ruler, durations
from xushi.permits.models import PermitStep, StepDuration

BEGUN = Coalesce("ready_since", "submitted_on")
ONE = timedelta(days=1)


@transaction.atomic
def learn(now: datetime) -> int:
    """Hold for every step of which five or more were approved how long they took; returns how many kinds there are.

    Counted from the day it could be worked on (handed in early: from then) to the decision, supplements included.
    """
    found = _taken()
    rows = [
        _row(code, durations(days, 0), now) for code, days in sorted(found.items()) if len(days) >= ENOUGH
    ]
    StepDuration.objects.exclude(code__in=[row.code for row in rows]).delete()
    StepDuration.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["early", "likely", "late", "known", "learnt_at"],
    )
    return len(rows)


def _row(code: str, takes: Durations, now: datetime) -> StepDuration:
    return StepDuration(
        code=code, early=takes.early, likely=takes.likely, late=takes.late, known=takes.known, learnt_at=now
    )


def _taken() -> dict[str, list[int]]:
    """{code: the working days each approved step took}; three queries, those that ran alike counted together."""
    decided = PermitStep.objects.filter(state="approved", decided_on__isnull=False).annotate(begun=BEGUN)
    decided = decided.filter(begun__isnull=False, begun__lte=F("decided_on")).order_by()
    ends = decided.aggregate(first=Min("begun"), last=Max("decided_on"))
    found: dict[str, list[int]] = defaultdict(list)
    if ends["first"] is None:
        return found
    ruler = Ruler(calendar(), ends["first"] - ONE, ends["last"] + ONE)
    rows = decided.values_list("permit__code", "begun", "decided_on").annotate(n=Count("pk"))
    for code, begun, ended, count in rows.iterator(chunk_size=2000):
        found[code].extend([ruler.between(begun, ended)] * count)
    return found


def learnt() -> dict[str, Durations]:
    """{code: how long it takes here}, of steps that enough is known of; one query."""
    return {
        row.code: Durations(row.early, row.likely, row.late, row.known, past=True)
        for row in StepDuration.objects.all()
    }
