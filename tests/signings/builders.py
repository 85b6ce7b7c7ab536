"""造行：一次活动，几个签约；走到哪一步由动作走。"""

from datetime import date
from typing import Any

from tests.factories import NOW
from tests.progress.builders import WAN
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.models import Category
from xushi.signings import actions
from xushi.signings.models import Signing, SigningEvent
from xushi.signings.recording import EventInput, hold_events, sign
from xushi.signings.rules import SigningInput, Stage
from xushi.units.models import Unit, User

SIGNED = date(2018, 5, 10)
CODE = "91320111MA1UTEXT00"


def summit(name: str = "集成电路峰会", **more: Any) -> SigningEvent:
    return hold_events([EventInput(name, date(2018, 5, 10), **more)], actor=SYSTEM, now=NOW)[0]


def line(event: SigningEvent, territory: Unit, name: str = "射频芯片产业园", **more: Any) -> SigningInput:
    """30,000 万元, signed on 10 May, followed up by its territory."""
    Category.objects.get_or_create(code="industrial", defaults={"name": "产业", "path": "0001."})
    columns: dict[str, Any] = {
        "enterprise": f"{name}公司",
        "amount": 30_000 * WAN,
        "category": "industrial",
        "territory": territory.pk,
        "responsible_unit": territory.pk,
        "signed_on": SIGNED,
    } | more
    return SigningInput(event.pk, name, **columns)


def signing(
    event: SigningEvent, territory: Unit, name: str = "射频芯片产业园", by: User | None = None, **more: Any
) -> Signing:
    return sign([line(event, territory, name, **more)], actor=Actor(by=by), now=NOW)[0]


def went(one: Signing, *steps: tuple[Stage, date]) -> Signing:
    """Through these stages on these days."""
    for stage, on in steps:
        [one] = actions.reach({one.pk: None}, stage, on, actor=SYSTEM, now=NOW, words="照实补记")
    return one


def seen(one: Signing) -> dict[int, int | None]:
    """As it stands now."""
    return {one.pk: Signing.objects.get(pk=one.pk).version}
