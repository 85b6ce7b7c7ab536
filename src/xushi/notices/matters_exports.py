"""导出申请：申请的说给能批的，批没批说给申请的人。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import User
from xushi.units.models_exports import ExportRequest
from xushi.units.policy_exports import can_decide_export, deciders_of_exports

REQUEST = ExportRequest._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, REQUEST):
        for held in ExportRequest.objects.filter(pk__in=list(spoken)).select_related("by").order_by("pk"):
            deciding = User.objects.filter(pk__in=deciders_of_exports())
            yield Matter(
                kind=REQUEST,
                pk=held.pk,
                called=held.title,
                about=held.reason,
                url=address("units:exports"),
                said=said_in(spoken[held.pk]),
                people={
                    Who.ASKER: frozenset({held.by_id}),
                    Who.EXPORT_DECIDERS: frozenset(
                        one.pk for one in deciding if can_decide_export(one, held)
                    ),
                },
            )
