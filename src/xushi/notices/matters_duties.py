"""到期提醒说的待办：该办的人，单位负责人，重大办。"""

from collections.abc import Iterator

from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.duties.selectors import warnings_of
from xushi.journal.models import Event
from xushi.notices.matters import Matter, Told
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who
from xushi.units.models import Role

LABELS = {
    Who.SOON: "快到期",
    Who.OVERDUE: "已逾期",
    Who.LATE_HEADS: "本单位逾期未办",
    Who.LATE_OFFICE: "逾期未办",
}


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    """The duties still open: what has been done in the meantime needs no reminder."""
    for warned in warnings_of(event):
        duty = warned.duty
        if duty.done_at is not None:
            continue
        yield Matter(
            kind=duty.subject_kind,
            pk=duty.subject_id,
            called=duty.number or duty.title,
            about=" · ".join(filter(None, [duty.title if duty.number else "", duty.note])),
            url=duty.url,
            people=_people(duty, warned.steps, directory),
            readers=frozenset({duty.person_id or 0}) if duty.confidential else None,
            labels=LABELS,
        )


def _people(duty: Duty, steps: tuple[Step, ...], directory: Directory) -> Told:
    people: Told = {}
    if Step.SOON in steps:
        people[Who.SOON] = _holders(duty, directory)
    if Step.OVERDUE in steps:
        people[Who.OVERDUE] = _holders(duty, directory)
    if Step.HEAD in steps:
        people[Who.LATE_HEADS] = _heads(duty, directory)
    if Step.OFFICE in steps:
        people[Who.LATE_OFFICE] = directory.answering(
            Role.OFFICE, duty.unit or directory.unit_of(duty.person_id or 0)
        )
    return people


def _holders(duty: Duty, directory: Directory) -> Readers:
    if duty.person_id:
        return directory.persons(duty.person_id)
    return directory.of_unit(duty.unit, duty.role)


def _heads(duty: Duty, directory: Directory) -> Readers:
    """The head of the unit that owes it, or of the unit where the person works who does."""
    if duty.unit:
        return directory.heads_of(duty.unit)
    return directory.heads_of(directory.unit_of(duty.person_id or 0)) - {duty.person_id or 0}
