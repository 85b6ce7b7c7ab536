"""比：来表的每一行是库里的哪一行，新增、改动还是不变；改动逐项写明旧和新。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from xushi.core.cells import Choice, written
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.exchange.lookups import Lookups
from xushi.exchange.matching import Index
from xushi.exchange.sheets import address
from xushi.exchange.understanding import CONFIRMED, IS_NEW, IS_PROJECT, Row, Understanding, shown
from xushi.kit.listed import listed
from xushi.registry.models import Project
from xushi.registry.rules import MOST_YUAN, ProjectInput, problems_of_project

AT_ONCE = 5000
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
_UNIT_FIELDS = ("territory", "responsible_unit", "owner_unit")
INPUT_FIELDS = tuple(ProjectInput.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that would change, as the page prints it. gain: 元 more than before, where both are amounts."""

    row: int
    name: str
    label: str
    old: str
    new: str
    gain: int | None = None


@dataclass(slots=True)
class Comparison:
    """What an import would write. payload: (row, target or None, input) in sheet order."""

    found: Understanding
    lookups: Lookups
    index: Index
    today: date
    new_projects: list[tuple[Row, ProjectInput]] = field(default_factory=list)
    amended: list[tuple[Row, int, ProjectInput]] = field(default_factory=list)
    payload: list[tuple[Row, Any]] = field(default_factory=list)
    revised: list[tuple[Row, Any]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    totals: list[tuple[str, int, int]] = field(default_factory=list)
    new_by_key: dict[str, str] = field(default_factory=dict)

    def good(self) -> Iterator[Row]:
        return (row for row in self.found.rows if not row.bad)

    def differ(self, row: Row, name: str, label: str, old: Any, new: Any, *, amount: bool = False) -> None:
        gain = new - old if amount and isinstance(old, int) and isinstance(new, int) else None
        self.differences.append(
            Difference(row.number, name, label, shown(old, amount=amount), shown(new, amount=amount), gain)
        )


def match_rows(comparison: Comparison) -> None:
    """Find each row's project; ask where a name is nearly one, complain where nothing may be added."""
    found, index = comparison.found, comparison.index
    taken = {pk for row in found.rows if (pk := _known(row, index)) is not None}
    for row in found.rows:
        name, code = row.values.get("name"), row.values.get("code")
        if not name and not code:
            if not row.bad:
                found.complain(row, "name", "没有项目名称。请填上，或删掉这一行。")
            continue
        answer = found.answers.get(address(row.number, found.at(row.number, "name")), "")
        row.target = _known(row, index)
        if answer.startswith(IS_PROJECT) and answer[len(IS_PROJECT) :].isdecimal():
            chosen = int(answer[len(IS_PROJECT) :])
            row.target = chosen if chosen in index.names and index.may(chosen) else None
            row.values["name"] = index.names[chosen] if row.target is not None else name
        if row.target is None and found.told.double_names == "append_code" and code and name:
            _tell_apart(comparison, row, name, code)
        if row.target is None:
            _unknown(comparison, row, answer, taken)
        elif not index.may(row.target):
            _out_of_reach(comparison, row)


def _out_of_reach(comparison: Comparison, row: Row) -> None:
    """In the sheet's own words: what the registry knows of it beyond them is not for this person."""
    said = row.values.get("name") or f"项目代码{row.values.get('code')}"
    sentence = f"“{said}”不在管辖范围，不能导入。请删掉这一行，或请重大办导入。"
    comparison.found.complain(row, "name", sentence)


def _known(row: Row, index: Index) -> int | None:
    code, name = row.values.get("code"), row.values.get("name")
    by_code = index.by_code.get(code) if code else None
    if by_code is not None or not name:
        return by_code
    by_name = index.by_name.get(name_key(name))
    return by_name if by_name is None or not code or not index.has_code(by_name) else None


def _tell_apart(comparison: Comparison, row: Row, name: str, code: str) -> None:
    """Two codes with one name are two projects: the second one's name carries its code."""
    owner_code = comparison.new_by_key.setdefault(name_key(name), code)
    if owner_code != code or name_key(name) in comparison.index.by_name:
        row.values["name"] = f"{name}（{code}）"


def _unknown(comparison: Comparison, row: Row, answer: str, taken: set[int]) -> None:
    found, index = comparison.found, comparison.index
    name = row.values.get("name") or ""
    if not name:
        found.complain(
            row, "code", f"库里没有项目代码“{row.values.get('code')}”，表里也没写名称。请补上项目名称。"
        )
        return
    double = index.by_name.get(name_key(name))
    if double is not None and not index.may(double):
        _out_of_reach(comparison, row)
        return
    if double is not None:
        code = index.code_of(double)
        sentence = f"库里“{index.names[double]}”的项目代码是{code}，与表里的{row.values.get('code')}不同。请核对代码。"
        found.complain(row, "code", sentence, choices=(Choice(f"按库里的{code}", code),))
        return
    if answer == IS_NEW:
        return
    near = index.near(name, taken=taken)
    creates = found.kind.creates
    if near is None and creates:
        return
    choices = [] if near is None else [Choice("就是它", f"{IS_PROJECT}{near}")]
    if creates:
        choices.append(Choice("是新项目", IS_NEW))
    like = f"，像是“{index.names[near]}”。" if near is not None else "。请核对名称，或先导入项目。"
    found.complain(row, "name", f"库里没有“{name}”{like}", choices=tuple(choices))


def refuse_doubles(comparison: Comparison, year: int | None) -> None:
    """One project twice in a sheet (for one year, level, month or day) must be mended, unless the map keeps the last.
    A row without a year or a month is of the one that goes for the whole sheet; year is the command's."""
    found = comparison.found
    whole = {"year": year or found.layout.title_year, "month": _title_month(found)}
    last: dict[tuple[Any, ...], Row] = {}
    latest_by = found.told.latest_by
    kept = (
        sorted(found.rows, key=lambda r: (str(r.values.get(latest_by, "")), r.number))
        if latest_by
        else found.rows
    )
    for row in kept:
        if row.bad or not (row.values.get("name") or row.target):
            continue
        who = row.target if row.target is not None else name_key(row.values["name"])
        key = (who, *(row.values.get(name) or whole.get(name) for name in found.kind.key_fields[1:]))
        if key in last and latest_by:
            last[key].bad = True
        elif key in last:
            first = last[key].number + 1
            found.complain(row, "name", f"与第{first}行是同一个项目，只能留一行。请删掉一行，或改正名称。")
            continue
        last[key] = row
    if latest_by:
        found.rows = [row for row in last.values() if not row.bad]
        found.rows.sort(key=lambda row: row.number)


def compare_projects(comparison: Comparison, rows: Iterable[Row], *, amend: bool = True) -> None:
    """Build whole inputs: what the registry holds, overlaid with what the sheet says; blank cells say nothing."""
    found = comparison.found
    rows = list(rows)
    held = _held({row.target for row in rows if row.target is not None}) if amend else {}
    for row in rows:
        if row.target is None:
            if project := _new_project(comparison, row):
                row.status = NEW
                comparison.new_projects.append((row, project))
        elif amend and row.target in held:
            _changed_project(comparison, row, held[row.target])
    _sheet_defaults(found)


def _new_project(comparison: Comparison, row: Row) -> ProjectInput | None:
    found, values = comparison.found, row.values
    missing = [name for name in ("category", "territory", "total_investment") if values.get(name) is None]
    for name in missing:
        label = found.kind.field(name).label
        if name in found.layout.columns:
            found.complain(row, name, f"新项目要写{label}。请填上。")
        else:
            row.bad = True
            found.missing_columns.setdefault(name, row.number)
    if missing or row.bad:
        return None
    given = {name: values[name] for name in INPUT_FIELDS if values.get(name) is not None}
    given.setdefault("responsible_unit", given["territory"])
    project = ProjectInput(**given)
    return project if _sound(comparison, row, project) else None


def _changed_project(comparison: Comparison, row: Row, held: ProjectInput) -> None:
    given = {name: row.values[name] for name in INPUT_FIELDS if row.values.get(name) is not None}
    if name_key(given.get("name", held.name)) == name_key(held.name):
        given.pop("name", None)  # spaces and full-width forms are no change of name
    project = replace(held, **given)
    changed = [name for name in given if _differs(getattr(held, name), getattr(project, name))]
    if not changed:
        row.status = UNCHANGED
        return
    if not _sound(comparison, row, project) or not _plausible(comparison, row, held, project):
        return
    row.status = CHANGED
    for name in changed:
        known = comparison.found.kind.field(name)
        old, new = (_label(comparison.lookups, name, getattr(side, name)) for side in (held, project))
        row.changes[name] = [old, new]
        comparison.differ(
            row, row.values.get("name") or held.name, known.label, old, new, amount=known.is_amount
        )
    comparison.amended.append((row, row.target or 0, project))


def _differs(old: Any, new: Any) -> bool:
    return set(old) != set(new) if isinstance(old, tuple) else old != new


def _sound(comparison: Comparison, row: Row, project: ProjectInput) -> bool:
    for problem in problems_of_project(project):
        if not problem.warning:
            comparison.found.complain(row, problem.field, problem.sentence)
    return not row.bad


def _plausible(comparison: Comparison, row: Row, held: ProjectInput, project: ProjectInput) -> bool:
    """A total that changes tenfold is more often a wrong unit than a decision: ask."""
    old, new = held.total_investment, project.total_investment
    if old and new != old and not old / 10 < new < old * 10 and new <= MOST_YUAN:
        found = comparison.found
        at = found.at(row.number, "total_investment")
        unit = found.told.amount_unit or found.layout.unit_of(at)
        found.complain(
            row,
            "total_investment",
            f"总投资由{shown(old, amount=True)}万元变为{shown(new, amount=True)}万元，"
            f"差十倍以上。请核对单位（现按{unit}读）。",
            choices=(
                Choice(f"仍按库里的{shown(old, amount=True)}万元", f"{old}元"),
                Choice("数字无误", CONFIRMED),
            ),
        )
    return not row.bad


def _sheet_defaults(found: Understanding) -> None:
    """A column the sheet lacks altogether is one question, not one per row."""
    for name, first in found.missing_columns.items():
        known = found.kind.field(name)
        rows = sum(1 for row in found.rows if row.target is None and row.values.get(name) is None)
        sentence = (
            f"表里没有“{known.label}”一栏，{rows}个新项目（第{first + 1}行起）要写明。"
            "请在列对照里选一栏，或填一个都用的值。"
        )
        found.ask_sheet(f"default:{name}", sentence)


def _label(lookups: Lookups, name: str, value: Any) -> Any:
    if name in _UNIT_FIELDS:
        return lookups.units.labels.get(value, value)
    if name == "category":
        return lookups.categories.labels.get(value, value)
    if name == "leader":
        return lookups.people.labels.get(value, value)
    return value


def _held(pks: set[int]) -> dict[int, ProjectInput]:
    """What the registry holds of these projects, as inputs."""
    held: dict[int, ProjectInput] = {}
    tags: dict[int, list[str]] = {}
    columns = [n for n in INPUT_FIELDS if n not in ("category", "chain", "tags", *_UNIT_FIELDS, "leader")]
    if not pks:
        return held
    through = Project.tags.through._default_manager.filter(listed("project_id", pks))
    for pk, tag in through.values_list("project_id", "tag__name"):
        tags.setdefault(pk, []).append(tag)
    rows = Project.objects.filter(listed("pk", pks)).values(
        "pk", "category__code", "chain__name", "leader_id", *(f"{n}_id" for n in _UNIT_FIELDS), *columns
    )
    for row in rows:
        held[row["pk"]] = ProjectInput(
            category=row["category__code"],
            chain=row["chain__name"] or "",
            tags=tuple(tags.get(row["pk"], ())),
            leader=row["leader_id"],
            territory=row["territory_id"],
            responsible_unit=row["responsible_unit_id"],
            owner_unit=row["owner_unit_id"],
            **{name: row[name] for name in columns},
        )
    return held


def in_chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def year_of(comparison: Comparison, row: Row, given: int | None) -> int | None:
    """The year a row speaks of: its own, the command's, the title's; asked for where there is none."""
    year = row.values.get("year") or given or comparison.found.layout.title_year
    if year is None:
        row.bad = True
        comparison.found.ask_sheet("default:year", "表里没写是哪一年的。请填年度，如 2018。")
    else:
        row.values["year"] = year
    return year


def month_of(comparison: Comparison, row: Row) -> Month | None:
    """The month a report is of: its own or the title's; asked for where there is none."""
    month = row.values.get("month") or _title_month(comparison.found)
    if month is None:
        row.bad = True
        comparison.found.ask_sheet("default:month", "表里没写是哪个月的月报。请填月份，如 2018年8月。")
    else:
        row.values["month"] = month
    return month


def _title_month(found: Understanding) -> Month | None:
    year, number = found.layout.title_month or (0, 0)
    return Month(year, number) if 1 <= number <= 12 else None


def text_of(found: Understanding, row: Row, name: str) -> str:
    return written(found.sheet.cell(row.number, found.at(row.number, name)))
