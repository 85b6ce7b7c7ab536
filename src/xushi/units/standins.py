"""替身：同样任职、在同样深的单位里的人，问起来是同一句话；拼那句话时用替身的编号和路径。"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from xushi.kit.phrased import FIRST_NUMBER, Likeness

if TYPE_CHECKING:
    from xushi.units.models import Appointment, Unit, User

M = TypeVar("M", bound=Model)
PERSON = FIRST_NUMBER + 1_000_000
APPOINTMENT = FIRST_NUMBER + 2_000_000
FIRST_LETTER = 0xE000  # of those that nobody types


def like(user: "User") -> Likeness:
    """What conditions on what this person sees depend on, beside numbers and paths.

    Two units are the same for the stand-in, or one lies in the other, where it is so for the person: the key holds the
    numbers and paths of the stand-ins, which are given in order. Without a number (the eyes of the system) the person
    stands for themselves.
    """
    if user.pk is None:
        return Likeness(id(user), {}, {}, lambda: user)
    held, cast = list(user.appointments_in_force), _Cast()
    key = tuple((one.role, one.is_head, cast.said(one.unit), cast.said(one.scope)) for one in held)
    own = {PERSON: user.pk} | {APPOINTMENT + number: one.pk for number, one in enumerate(held)}
    return Likeness(key, own | cast.numbers, cast.texts, lambda: cast.person(held))


@dataclass(slots=True)
class _Cast:
    """Who plays whom: the numbers of the units, and the steps of their paths."""

    numbers: dict[int, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
    _steps: dict[str, str] = field(default_factory=dict)

    def said(self, unit: "Unit") -> Hashable:
        return self.number(unit), self.path(unit), unit.kind, unit.dissolved_on

    def number(self, unit: "Unit") -> int:
        stand_in = self._numbers.setdefault(unit.pk, PERSON + 1 + len(self._numbers))
        self.numbers[stand_in] = unit.pk
        return stand_in

    def path(self, unit: "Unit") -> str:
        """Each step one letter, as often as the step is long; the same way down has the same letters."""
        from xushi.units.tree import above

        made, start = "", 0
        for way in above(unit.path):
            if way not in self._steps:
                step = self._steps[way] = chr(FIRST_LETTER + len(self._steps)) * (len(way) - start)
                self.texts[step] = way[start:]
            made, start = made + self._steps[way], len(way)
        return made

    def person(self, held: "list[Appointment]") -> "User":
        """Somebody of whom only what the key says can be read: to look at more asks the database, and no question may."""
        from xushi.units.models import Appointment, User

        made = _with(User, id=PERSON)
        appointments = []
        for number, one in enumerate(held):
            unit, scope = self.unit(one.unit), self.unit(one.scope)
            ids = {"id": APPOINTMENT + number, "user_id": PERSON, "unit_id": unit.pk, "scope_id": scope.pk}
            appointment = _with(Appointment, role=one.role, is_head=one.is_head, **ids)
            appointment.user, appointment.unit, appointment.scope = made, unit, scope
            appointments.append(appointment)
        made.__dict__["appointments_in_force"] = appointments
        return made

    def unit(self, unit: "Unit") -> "Unit":
        from xushi.units.models import Unit

        number, path = self.number(unit), self.path(unit)
        return _with(Unit, id=number, path=path, kind=unit.kind, dissolved_on=unit.dissolved_on)


def _with(model: type[M], **known: Any) -> M:
    """A row as the primary gives it when asked for these columns alone: one of no database would ask where to write."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return model.from_db(DEFAULT_DB_ALIAS, columns, [known[column] for column in columns])
