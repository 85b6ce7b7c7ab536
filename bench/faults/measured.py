"""The indicators of the district under faults: the demonstration's systems with the demonstration's values."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class _People:
    users: dict[str, Any]
    units: dict[str, Any] = field(default_factory=dict)


@dataclass
class _District:
    """As much of the demonstration's district as its indicators ask for."""

    people: _People
    reporters: dict[str, Any]

    def reporter(self, name: str) -> Any:
        return self.reporters[name]


def measure(office: Any) -> int:
    """Open both systems and live through the year's reports; returns the indicator whose value is reported anew."""
    from bench.district import _person as person
    from xushi.demo.indicators import AIR, PLACES, indicator_stories
    from xushi.demo.people import GROUPS
    from xushi.demo.storyline import Storyline
    from xushi.indicators.models import Indicator
    from xushi.units.models import Role, Unit
    from xushi.units.tree import next_path

    root = Unit.objects.get(kind=Unit.Kind.DISTRICT)

    def unit(name: str, kind: str) -> Any:
        held = Unit.objects.filter(name=name).first()
        return held or Unit.objects.create(name=name, kind=kind, parent=root, path=next_path(root))

    people = _People({"office": office}, {name: unit(name, Unit.Kind.WORKING_GROUP) for name in GROUPS})
    people.units |= {name: unit(name, Unit.Kind.DEPARTMENT) for name in ("区环保局", "区发改局")}
    people.users["indicator"] = person(
        "indicator", Role.INDICATOR_LEAD, people.units["生态环境组"], people.units["生态环境组"]
    )
    people.users["environment"] = person(
        "environment", Role.DEPARTMENT, people.units["区环保局"], people.units["区环保局"]
    )
    places = {name: unit(name, Unit.Kind.SUBDISTRICT) for name in PLACES}
    people.units |= places
    reporters = {
        name: person(f"measured{n}", Role.TERRITORY, place, place)
        for n, (name, place) in enumerate(places.items())
    }
    line = Storyline()
    for story in indicator_stories(_District(people, reporters)):  # type: ignore[arg-type]
        line.add(story)
    line.run()
    return int(Indicator.objects.get(code=AIR).pk)
