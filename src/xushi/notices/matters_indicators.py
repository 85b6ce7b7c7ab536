"""指标：分下来的目标说给承担单位，退回的数说给报的人。"""

from collections.abc import Iterator

from xushi.indicators.models import Observation
from xushi.indicators.models_tasks import Target
from xushi.indicators.rules import period_words, shown
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who

TARGET, OBSERVATION = Target._meta.label_lower, Observation._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    """What was replaced or signed for in between asks nobody any more."""
    for spoken in spoken_of(event, TARGET):
        rows = Target.objects.filter(pk__in=list(spoken), replaced_at=None, signed_at=None)
        for one in rows.select_related("indicator", "unit__successor").order_by("pk"):
            yield _target(one, directory)
    for spoken in spoken_of(event, OBSERVATION):
        rows_of = Observation.objects.filter(pk__in=list(spoken)).select_related(
            "indicator__system", "participant"
        )
        values = rows_of.order_by("pk")
        for value in values:
            yield _value(value, directory)


def _target(one: Target, directory: Directory) -> Matter:
    asked = f"{one.year}年目标{shown(one.value, one.indicator.places)}{one.indicator.measure}"
    return Matter(
        kind=TARGET,
        pk=one.pk,
        called=one.indicator.name,
        about=asked + (f"，责任人{one.person}" if one.person else ""),
        url=address("indicators:mine"),
        people={Who.LEAD: directory.of_unit(one.unit)},
    )


def _value(one: Observation, directory: Directory) -> Matter:
    return Matter(
        kind=OBSERVATION,
        pk=one.pk,
        called=one.indicator.name,
        about=f"{period_words(one.period)}{shown(one.value, one.indicator.places)}{one.indicator.measure}",
        url=_page(one),
        said=one.reviewed_words,
        people={Who.REPORTER: directory.persons(one.reported_by_id)},
    )


def _page(one: Observation) -> str:
    """Where it is mended: a unit's own on the page of its month, the district's on that of the indicator."""
    if one.participant.unit_id is None:
        return address("indicators:indicator", one.indicator_id)
    page = address("indicators:report_month", one.participant.unit_id, one.period)
    return f"{page}?system={one.indicator.system.code}"
