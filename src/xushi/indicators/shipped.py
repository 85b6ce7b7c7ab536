"""自带的体系模板：一份体系说明，一张指标单（谁牵头、什么单位、多久一报）；拿来起草一版，照自己的办法改。"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from xushi.indicators.models import Indicator, System, Version
from xushi.indicators.refusals import refuse
from xushi.indicators.versions import draft_version
from xushi.journal.actions import Actor, RowChange, record
from xushi.units.models import Unit

FOLDER = Path(__file__).parent / "templates_systems"
TITLES = {"city_2018": "市对标找差2018", "province_2018": "省高质量发展2018"}


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of an indicator beside its rule; group and lead are names of units, "" where nobody is named."""

    code: str
    name: str
    kind: str
    measure: str
    places: int
    group: str
    lead: str
    pace: str
    by_days: bool
    source: str


def text_of_template(name: str) -> str:
    if name not in TITLES:
        raise refuse("template", f"没有“{name[:30]}”这个模板，有 {'、'.join(TITLES)}。")
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def cards_of(name: str) -> Iterator[Card]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Card(
                row["code"], row["name"], row["kind"], row["measure"], int(row["places"]), row["group"], row["lead"],
                row["pace"], bool(row["by_days"]), row["source"],
            )  # fmt: skip


@transaction.atomic
def draft_shipped(
    system: System, year: int, name: str, *, source: str, actor: Actor, now: datetime
) -> Version:
    """用模板起草: the specification as a draft of the year, and the indicators described as the template has them."""
    version = draft_version(system, year, text_of_template(name), source=source, actor=actor, now=now)
    describe(system, list(cards_of(name)), actor=actor, now=now)
    return version


@transaction.atomic
def describe(system: System, cards: list[Card], *, actor: Actor, now: datetime) -> None:
    """写明指标: name, measure, who leads, how often; a unit that is not in the tree stays open."""
    names = {card.group for card in cards} | {card.lead for card in cards}
    units = {unit.name: unit for unit in Unit.objects.standing().filter(name__in=names)}
    rows = {one.code: one for one in system.indicators.all()}
    if unknown := [card.code for card in cards if card.code not in rows]:
        raise refuse(unknown[0], "体系里没有这个指标。")
    for card in cards:
        row = rows[card.code]
        row.name, row.kind, row.measure, row.places = card.name, card.kind, card.measure, card.places
        row.group, row.lead = units.get(card.group), units.get(card.lead)
        row.pace, row.by_days, row.source = card.pace, card.by_days, card.source
    told = [rows[card.code] for card in cards]
    Indicator.objects.bulk_update(
        told,
        ["name", "kind", "measure", "places", "group", "lead", "pace", "by_days", "source"],
        batch_size=200,
    )
    record(
        "indicators.indicator.described", actor=actor, now=now, subject=system, summary=f"写明{len(cards)}项指标",
        rows=[RowChange(one, one.name) for one in told],
    )  # fmt: skip
