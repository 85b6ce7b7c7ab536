"""两边：一个小区签报，一个市收；件、钥匙都是真的，数由小区的月报来。"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.federation import keys
from xushi.federation.actions import enrol, receive, sign_month
from xushi.federation.composing import Identity
from xushi.federation.models import Received, Sent
from xushi.federation.rules import COLUMNS, Envelope, Filing, ProjectRow, Sums, written
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month, reopen_month
from xushi.progress.models import MonthlyReport
from xushi.progress.scope import LEVELS

FEBRUARY = Month(2018, 2)
MARCH_8 = datetime(2018, 3, 8, 9, tzinfo=BEIJING)
CODE = "320111"
PUKOU = Identity(CODE, "浦口区")
YI = 10**8


def key_of(seed: int) -> Ed25519PrivateKey:
    """The same key for the same number: tests are repeatable."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def enrolled(code: str = CODE, name: str = "浦口区", seed: int = 1) -> Ed25519PrivateKey:
    key = key_of(seed)
    enrol(code=code, name=name, public=keys.public_text(key), actor=SYSTEM, now=MARCH_8)
    return key


def signed(month: Month = FEBRUARY, identity: Identity = PUKOU, **more: Any) -> Sent:
    return sign_month(month, identity=identity, key=key_of(1), actor=SYSTEM, now=MARCH_8, **more)


def correct(amount: int = 5) -> Sent:
    """February is reopened, one report changed, and closed again."""
    reopen_month(FEBRUARY, "桥林补报一笔", actor=SYSTEM, now=MARCH_8)
    report = MonthlyReport.objects.filter(month=FEBRUARY).order_by("pk").first()
    MonthlyReport.objects.filter(pk=report.pk).update(cumulative=amount)
    close_month(FEBRUARY, actor=SYSTEM, now=MARCH_8)
    return signed()


def envelope_of(sent: Sent) -> Envelope:
    return Envelope(sent.body, sent.key, sent.signature)


def sealed(filing: Filing, seed: int = 1) -> Envelope:
    """A filing signed with a key, whatever it says."""
    body, key = written(filing), key_of(seed)
    return Envelope(body, keys.key_id(keys.public_text(key)), keys.sign(key, body))


def filing_of(
    *, code: str = CODE, name: str = "浦口区", month: Month = FEBRUARY, number: int = 1, replaces: str = "",
    plan: int = 600 * YI, done: int = 100 * YI, under_way: int = 30, started: int = 20,
    rows: tuple[ProjectRow, ...] = (), rows_level: str = "",
) -> Filing:  # fmt: skip
    """A filing whose four lists each say the same; one category holds all of it."""
    values = dict.fromkeys(COLUMNS, 0) | {
        "under_way": under_way, "annual_plan": plan, "due_twelfths": plan * month.number, "cumulative": done,
        "started": started, "total_investment": plan * 3,
    }  # fmt: skip
    sums = tuple(
        Sums(level, category, "产业" if category else "", values)
        for level in LEVELS
        for category in ("", "industrial")
    )
    return Filing(
        district=code, name=name, month=month, number=number, replaces=replaces, reason="补报一笔" if number > 1 else "",
        closing_version=number, closed_at=datetime(month.year, month.number + 1, 6, 9, tzinfo=BEIJING),
        overdue_starts=4, slipping=2, sums=sums, rows_level=rows_level, rows=rows,
    )  # fmt: skip


def sent_in(filing: Filing, seed: int = 1, now: datetime = MARCH_8) -> Received:
    return receive(sealed(filing, seed), actor=SYSTEM, now=now).received


def changed(filing: Filing, level: str, column: str, value: int) -> Filing:
    """The same filing with one number of one list's whole changed."""
    sums = tuple(
        replace(one, values=one.values | {column: value}) if one.level == level and not one.category else one
        for one in filing.sums
    )
    return replace(filing, sums=sums)
