"""离开够久的人：停用满几年、之后没有恢复过的。"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, OuterRef, Subquery

from xushi.journal.models import Event
from xushi.units.models import User

DISABLED = "units.account.disabled"
YEAR = timedelta(days=365.25)


def long_gone(years: float, now: datetime) -> Any:
    """Accounts out of use whose last disabling is so long ago; none for 0 years. Of whom it is not known are left."""
    if not years:
        return User.objects.none()
    own = Event.objects.filter(verb=DISABLED, subject_kind=User._meta.label_lower, subject_id=OuterRef("pk"))
    latest = own.values("subject_id").annotate(at=Max("at")).values("at")
    gone = User.objects.filter(is_active=False, forgotten_at=None).annotate(left_at=Subquery(latest))
    return gone.filter(left_at__lte=now - years * YEAR).order_by("pk")
