"""带来处的数：公文里印出来的每个数，口径、截止月、背后的清单都跟着它。"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xushi.core.figure import Figure, shown


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number as a document prints it: printed with its unit, value unrounded, rows the address of the list behind it.

    key is how templates name it (district.start_rate); meaning says in a sentence what is counted.
    """

    key: str
    label: str
    printed: str
    value: Decimal | None
    unit: str
    scope: str
    as_of: str
    closed: bool
    meaning: str = ""
    rows: str = ""

    @property
    def when(self) -> str:
        """2018年8月底, with （未关账） where that month is still open; 2018年9月12日 for what is told up to a day."""
        parts = [int(part) for part in self.as_of.split("-") if part.isdecimal()]
        if len(parts) == 3:
            return f"{parts[0]}年{parts[1]}月{parts[2]}日"
        month = f"{parts[0]}年{parts[1]}月底" if len(parts) == 2 else self.as_of
        return month if self.closed or not month else f"{month}（未关账）"

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key, "label": self.label, "printed": self.printed,
            "value": None if self.value is None else str(self.value), "unit": self.unit, "scope": self.scope,
            "as_of": self.as_of, "closed": self.closed, "meaning": self.meaning, "rows": self.rows,
        }  # fmt: skip

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Sourced":
        """What as_json wrote."""
        value = told["value"]
        return cls(**{**told, "value": None if value is None else Decimal(value)})


def sourced(key: str, figure: Figure, *, rows: str = "", meaning: str = "", places: int = 1) -> Sourced:
    """A room's Figure under the name that templates use; rows is the whole address of its list."""
    words = shown(figure.value, figure.unit, places)
    unit = "" if figure.value is None or words.endswith(figure.unit) else str(figure.unit)
    return Sourced(
        key=key, label=figure.label, printed=f"{words.replace(',', '')}{unit}", value=figure.value,
        unit=str(figure.unit), scope=figure.scope, as_of=str(figure.as_of), closed=figure.closed,
        meaning=meaning or figure.denominator, rows=rows,
    )  # fmt: skip
