"""各区各定、没定用上级：一套值在某一刻、某个地方是什么。阈值、时限都照这个办。"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from xushi.units.models import Unit
from xushi.units.tree import above

COMMON = ""  # the path of what holds for all districts
Values = Mapping[str, Any]
T = TypeVar("T")


class Inherited(Generic[T]):
    """What holds by place in the tree: the common values with what each district above set for itself, the nearest last.

    rows are (path of the district or None, values) in the order they were set: a district's last row is all it keeps
    for itself. made turns the values of a place into what is worked with; wrong is what it raises where they make no
    sense together.
    """

    def __init__(
        self, rows: Iterable[tuple[str | None, Values]], made: Callable[[Values], T], wrong: type[Exception]
    ) -> None:
        self._own: dict[str, Values] = {path or COMMON: values for path, values in rows}
        self._made, self._wrong = made, wrong
        self._found: dict[tuple[str, ...], T] = {}

    def of(self, path: str = COMMON) -> T:
        return self._of(self._places(above(path)))

    def above(self, path: str) -> T:
        """What would hold at a place if it had set nothing itself."""
        return self._of(self._places(above(path)[:-1]))

    def own(self, path: str) -> Values:
        """What a district has set for itself and still keeps apart."""
        return self._own.get(path, {}) if path else {}

    def of_unit(self, unit: int | None) -> T:
        """The same by a unit's key; the tree is read only where a district has set something."""
        return self.of(self._paths.get(unit or 0, COMMON)) if self.apart else self.of()

    @property
    def apart(self) -> bool:
        """Whether any district keeps values of its own."""
        return any(path and values for path, values in self._own.items())

    def set_by(self, name: str, path: str) -> str:
        """Whose value of one name holds at a place: the path of the nearest that set it, COMMON where none did."""
        return next((one for one in reversed(above(path)) if name in self.own(one)), COMMON)

    def others_with(self, name: str, value: Any, path: str) -> list[str]:
        """The other places that keep this value of their own."""
        return [one for one in self._own if one not in (path, COMMON) and self.own(one).get(name) == value]

    def with_own(self, path: str, values: Values) -> "Inherited[T]":
        """The same if a place set these."""
        return Inherited([*self._own.items(), (path, values)], self._made, self._wrong)

    def broken(self) -> list[str]:
        """The districts whose own values make no sense beside those from above them."""
        return [path for path, values in self._own.items() if path and values and not self._sensible(path)]

    def _sensible(self, path: str) -> bool:
        try:
            self.of(path)
        except self._wrong:
            return False
        return True

    def _places(self, paths: list[str]) -> tuple[str, ...]:
        return tuple(one for one in (COMMON, *paths) if one in self._own)

    def _of(self, places: tuple[str, ...]) -> T:
        if places not in self._found:
            merged: dict[str, Any] = {}
            for one in places:
                merged |= self._own[one]
            self._found[places] = self._made(merged)
        return self._found[places]

    @cached_property
    def _paths(self) -> dict[int, str]:
        return dict(Unit.objects.values_list("pk", "path"))


def apart_from(above: Values, wanted: Values) -> dict[str, Any]:
    """What a district keeps for itself: the values that differ from those above it."""
    return {name: value for name, value in wanted.items() if value != above[name]}
