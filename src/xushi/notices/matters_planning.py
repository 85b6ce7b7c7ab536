"""年度计划的建议：提建议的人和重大办。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.planning.models import Proposal
from xushi.units.models import Role

PROPOSAL = Proposal._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, PROPOSAL):
        rows = Proposal.objects.filter(pk__in=list(spoken)).select_related(
            "programme__district", "item", "reserve"
        )
        for one in rows.select_related("unit__successor").order_by("pk"):
            unit = directory.of_unit(one.unit)
            yield Matter(
                kind=PROPOSAL,
                pk=one.pk,
                called=str(one),
                about=f"{one.programme}{one.get_state_display()}",
                url=address("planning:proposals", one.programme.key),
                said=said_in(spoken[one.pk]),
                people={
                    # 提的人还在这个单位就只说给他
                    Who.PROPOSER: directory.persons(one.by_id) if one.by_id in unit else unit,
                    Who.OFFICE: directory.answering(Role.OFFICE, one.unit),
                },
            )
