"""读目录：现行的一版、草稿、各版、一版的各项。"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count

from xushi.permits.catalogue import STAGES, Entry, kinds_text, validity_text
from xushi.permits.models import Catalogue, Permit, Track
from xushi.units.districts import districts_below, of_others
from xushi.units.inherited import COMMON, Inherited
from xushi.units.models import Unit

IN_ORDER = (1, 2, 3, 4, 0)


InForce = Inherited[Catalogue | None]


def in_force() -> InForce:
    """现行, by place: the newest version a district keeps, else the common one; one query."""
    rows = Catalogue.objects.going().filter(published_at__isnull=False)
    told = [
        (one.district.path if one.district else None, {"catalogue": one})
        for one in rows.select_related("district").order_by("version")
    ]
    return Inherited(told, lambda values: values.get("catalogue"), KeyError)


def published(place: Unit | None = None) -> Catalogue | None:
    """现行 at a place: the newest published version of its district, else the common one; new projects begin with it."""
    return in_force().of(place.path if place else COMMON)


def names_of_permits(place: Unit | None = None) -> dict[str, str]:
    """{code: name} of the catalogue in force at a place."""
    held = published(place)
    return dict(held.permits.order_by("place", "pk").values_list("code", "name")) if held else {}


def draft(district: Unit | None = None) -> Catalogue | None:
    found: Catalogue | None = Catalogue.objects.kept_by(district).filter(published_at=None).first()
    return found


def versions(district: Unit | None = None) -> list[Catalogue]:
    """Every published version, of one district or the common ones, the newest first."""
    rows = Catalogue.objects.kept_by(district).filter(published_at__isnull=False)
    return list(rows.select_related("published_by", "district").order_by("-version"))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The versions a page shows: district: of which place, None all; owner: whose they are, None the common ones.

    asked is ?district= of the page: its addresses carry it, so that they stay with these versions.
    """

    district: Unit | None
    owner: Unit | None
    versions: list[Catalogue]
    in_force: Catalogue | None
    asked: str
    given_up: int = 0  # how many a district has that it no longer goes by

    @property
    def tail(self) -> str:
        return urlencode({"district": self.asked}) if self.asked else ""

    @property
    def ask(self) -> str:
        return f"?{self.tail}" if self.tail else ""

    @property
    def borrowed(self) -> bool:
        """The common versions on the page of a district that has none of its own in force."""
        return self.district is not None and self.owner is None


def shelf(district: Unit | None, asked: str, *, given_up: bool) -> Shelf:
    """given_up: a district's own are shown also where it has given them up."""
    own = versions(district) if district else []
    running_own = [one for one in own if one.given_up_at is None]
    if district and (running_own or (given_up and own)):
        return Shelf(district, district, own, running_own[0] if running_own else None, asked)
    common = versions()
    return Shelf(district, None, common, common[0] if common else None, asked, len(own))


def apart() -> list[tuple[Unit, Catalogue | None]]:
    """The districts, each with the version of its own that is in force; none in a tree of one district."""
    held = in_force()
    return [(one, held.own(one.path).get("catalogue")) for one in districts_below()]


def running(home: Unit | None = None) -> dict[int, int]:
    """{catalogue: how many projects follow it}, of one district or of all; one query."""
    tracks = Track.objects.filter(project__territory__path__under=home.path) if home else Track.objects
    rows = tracks.order_by().values_list("catalogue").annotate(count=Count("pk"))
    return dict(rows)


def departments(district: Unit | None = None) -> list[Unit]:
    """Who may hold a step: every standing unit that is no enterprise, departments first; of other districts none."""
    rows = list(Unit.objects.standing().exclude(kind=Unit.Kind.ENTERPRISE).order_by("path"))
    others = of_others(rows, district) if district else set()
    return sorted(
        (one for one in rows if one.pk not in others), key=lambda unit: unit.kind != Unit.Kind.DEPARTMENT
    )


def entries_of(catalogue: Catalogue) -> list[Entry]:
    """The permits of a version in its order; three queries whatever their number."""
    rows = catalogue.permits.select_related("department").prefetch_related("prerequisites")
    permits = list(rows.order_by("place", "pk"))
    codes = {row.pk: row.code for row in permits}
    return [_entry(row, codes) for row in permits]


def _entry(row: Permit, codes: dict[int, str]) -> Entry:
    return Entry(
        row.code, row.name, row.stage, row.legal_days, row.promised_days, row.department_id,
        str(row.department or ""), tuple(row.kinds), row.needed_for_start, row.valid_months, row.max_extensions,
        tuple(sorted(codes[one.needs_id] for one in row.prerequisites.all())),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One permit as the pages, the print and the export say it."""

    entry: Entry
    needs: tuple[tuple[str, str], ...]
    leads_to: tuple[str, ...]

    @property
    def kinds(self) -> str:
        return kinds_text(self.entry.kinds)

    @property
    def validity(self) -> str:
        return validity_text(self.entry)

    @property
    def stage(self) -> str:
        return STAGES[self.entry.stage]


def lines(entries: Sequence[Entry]) -> list[Line]:
    names = {one.code: one.name for one in entries}
    leads: dict[str, list[str]] = {}
    for one in entries:
        for before in one.needs:
            leads.setdefault(before, []).append(one.name)
    return [
        Line(one, tuple((code, names[code]) for code in names if code in one.needs), tuple(leads.get(one.code, ())))
        for stage in IN_ORDER
        for one in entries
        if one.stage == stage
    ]  # fmt: skip


def by_stage(entries: Sequence[Entry]) -> list[tuple[str, list[Line]]]:
    """The four stages in turn, then what is done beside them; an empty stage is left out."""
    told = lines(entries)
    staged = [(STAGES[stage], [one for one in told if one.entry.stage == stage]) for stage in IN_ORDER]
    return [(name, own) for name, own in staged if own]
