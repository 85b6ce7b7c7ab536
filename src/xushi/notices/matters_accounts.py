"""账号安全：重设了密码、两步验证的说给本人，动管理员的账号说给三员，要紧的任职说给本人和审计员，应急授权人人听得到。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, Told, address, said_in, spoken_of, together
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Consent, Role, User
from xushi.units.rules import ADMINISTRATORS

PERSON = User._meta.label_lower
CONSENT = Consent._meta.label_lower
APPOINTED = "units.person.appointed"
WEIGHTY = {Role(role).label for role in (*ADMINISTRATORS, Role.OFFICE, Role.LEADER)}  # 任职要说给人听的


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    if event.subject_kind == CONSENT:
        yield from _of_consents(event, directory)
        return
    for spoken in spoken_of(event, PERSON):
        for user in User.objects.filter(pk__in=list(spoken)).order_by("pk"):
            role = (spoken[user.pk].get("角色") or [None, ""])[1]
            if event.verb == APPOINTED and role not in WEIGHTY:
                continue
            yield Matter(
                kind=PERSON,
                pk=user.pk,
                called=user.name,
                about=event.summary,
                url=address("units:me"),
                said=said_in(spoken[user.pk]),
                people=_people(user.pk, directory),
            )


def _of_consents(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, CONSENT):
        for held in Consent.objects.filter(pk__in=list(spoken)).order_by("pk"):
            yield Matter(
                kind=CONSENT,
                pk=held.pk,
                called=held.what,
                about=event.summary,
                url=address("units:me"),
                said=said_in(spoken[held.pk]),
                people={
                    Who.HOLDER: frozenset({held.about_id}),
                    Who.ADMINISTRATORS: _administrators(directory),
                },
            )


def _people(pk: int, directory: Directory) -> Told:
    three = _administrators(directory)
    return {
        Who.HOLDER: frozenset({pk}),
        Who.ADMINISTRATORS: three if pk in three else frozenset(),
        Who.AUDITORS: directory.in_role(Role.AUDITOR),
        Who.LEADERS: directory.in_role(Role.LEADER),
        Who.OFFICE: directory.in_role(Role.OFFICE),
    }


def _administrators(directory: Directory) -> frozenset[int]:
    return together(*(directory.in_role(role) for role in ADMINISTRATORS))
