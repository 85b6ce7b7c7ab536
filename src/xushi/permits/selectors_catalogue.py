"""读目录：现行的一版、草稿、各版、一版的各项。"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from xushi.permits.catalogue import STAGES, Entry, kinds_text, validity_text
from xushi.permits.models import Catalogue, Permit, Track
from xushi.units.models import Unit

IN_ORDER = (1, 2, 3, 4, 0)


def published() -> Catalogue | None:
    """现行: the newest published version; new projects begin with it."""
    return Catalogue.objects.filter(published_at__isnull=False).order_by("-version").first()


def draft() -> Catalogue | None:
    return Catalogue.objects.filter(published_at=None).first()


def versions() -> list[Catalogue]:
    """Every published version, the newest first."""
    rows = Catalogue.objects.filter(published_at__isnull=False).select_related("published_by")
    return list(rows.order_by("-version"))


def running() -> dict[int, int]:
    """{catalogue: how many projects follow it}; one query."""
    rows = Track.objects.order_by().values_list("catalogue").annotate(count=Count("pk"))
    return dict(rows)


def departments() -> list[Unit]:
    """Who may hold a step: every standing unit that is no enterprise, departments first."""
    rows = Unit.objects.standing().exclude(kind=Unit.Kind.ENTERPRISE).order_by("path")
    return sorted(rows, key=lambda unit: unit.kind != Unit.Kind.DEPARTMENT)


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
