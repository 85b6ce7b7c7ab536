"""公文：请谁签发，谁起草，发给哪些单位而还没签收。"""

from collections.abc import Iterator

from xushi.documents.models import Paper
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of, together
from xushi.notices.people import Directory
from xushi.notices.recipients import Who

PAPER = Paper._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, PAPER):
        rows = Paper.objects.filter(pk__in=list(spoken)).prefetch_related("sendings__unit__successor")
        for one in rows.order_by("pk"):
            yield _paper(one, said_in(spoken[one.pk]), directory)


def _paper(one: Paper, said: str, directory: Directory) -> Matter:
    waiting = [sending.unit for sending in one.sendings.all() if sending.read_at is None]
    return Matter(
        kind=PAPER, pk=one.pk, called=one.number or one.title, about=one.title if one.number else one.get_kind_display(),
        url=address("documents:paper", one.pk), said=said,
        people={
            Who.SIGNER: directory.persons(one.signer_id),
            Who.DRAFTER: directory.persons(one.made_by_id),
            Who.RECEIVERS: together(*(directory.of_unit(unit) for unit in waiting)),
        },
    )  # fmt: skip
