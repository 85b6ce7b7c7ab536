"""账号安全：两步验证被重置、用了备用码的说给本人；应急授权说给本人、区领导、区重大办。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Role, User

PERSON = User._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, PERSON):
        for user in User.objects.filter(pk__in=list(spoken)).order_by("pk"):
            yield Matter(
                kind=PERSON,
                pk=user.pk,
                called=user.name,
                about=event.summary,
                url=address("units:me"),
                said=said_in(spoken[user.pk]),
                people={
                    Who.HOLDER: frozenset({user.pk}),
                    Who.LEADERS: directory.in_role(Role.LEADER),
                    Who.OFFICE: directory.in_role(Role.OFFICE),
                },
            )
