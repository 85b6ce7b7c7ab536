"""分区（PostgreSQL）：把只增不改的大表按年分开，年里可再按区，也能合回去；新的年、新的区夜里先备好。模型不变。"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, record
from xushi.journal.models import Event
from xushi.operations.partitions import (
    OPEN_END,
    REST,
    By,
    Divided,
    Standing,
    ask,
    districts_due,
    is_possible,
    locks_short,
    standings,
    strays,
    years_due,
)
from xushi.operations.rebuilding import LIKE, CannotDivide, columns, do, patiently, rebuilt

DIVIDED_NOW, JOINED, YEARS_ADDED = (
    "operations.table.divided",
    "operations.table.joined",
    "operations.table.year_added",
)
Say = Callable[[str], None]


def divide(*, actor: Actor, now: datetime, say: Say) -> int:
    """Divide every table that is not by year; returns how many. Each in a transaction of its own."""
    waiting = [one.plan for one in standings() if not one.is_divided]
    for plan in waiting:
        _divide(plan, "按年分了区", [], actor, now, say)
    return len(waiting)


def divide_by_district(*, actor: Actor, now: datetime, say: Say) -> int:
    """Divide the tables whose rows know their district by year, and each year by district; returns how many.

    One that is divided by year alone is put together first.
    """
    districts = districts_due()
    if not districts:
        raise CannotDivide("这里只有一个区，按年分就够了：xushi partition")
    waiting = [one for one in standings() if one.plan.district and not one.is_by_district]
    for one in waiting:
        _ask_locks(one, districts)
    for one in waiting:
        if one.is_divided:
            _join(one.plan, actor, now, say)
        _divide(one.plan, "按年、年里按区分开了", districts, actor, now, say)
    return len(waiting)


def _divide(plan: Divided, how: str, districts: list[int], actor: Actor, now: datetime, say: Say) -> None:
    with transaction.atomic():
        keys = plan.keys(by_district=bool(districts))
        rows = rebuilt(plan, lambda: _divided_under(plan, now, districts), keys)
        words = f"{plan.words}{how}，{rows}行"
        record(DIVIDED_NOW, actor=actor, now=now, subject_name=plan.table, summary=words)
    say(words)
    _analyze(plan)


def _ask_locks(one: Standing, districts: list[int]) -> None:
    """Whether the server can hold the locks of so many parts: a reader of all of them must not be refused."""
    held = sum(len(own) for own in _districts_by_year(one.plan).values())
    parts = held + len(districts)  # those of the coming year, too
    if wanted := locks_short(parts):
        raise CannotDivide(
            f"{one.plan.words}会有{parts}块左右，一句不挑区的查询要锁住每一块和它的索引，"
            f"PostgreSQL 的 max_locks_per_transaction 至少要设{wanted}，重启它再来"
        )


def join(*, actor: Actor, now: datetime, say: Say) -> int:
    """Put every divided table together again; returns how many."""
    divided = [one.plan for one in standings() if one.is_divided]
    for plan in divided:
        _join(plan, actor, now, say)
    return len(divided)


def _join(plan: Divided, actor: Actor, now: datetime, say: Say) -> None:
    with transaction.atomic():
        rows = rebuilt(plan, None)
        words = f"{plan.words}合回了一张表，{rows}行"
        record(JOINED, actor=actor, now=now, subject_name=plan.table, summary=words)
    say(words)
    _analyze(plan)


def add_years(*, actor: Actor, now: datetime) -> list[str]:
    """The parts of this year and the next, of this year's districts, and of whatever lies in the default parts;
    returns the names of new ones.

    The statistics of a divided table are drawn anew: autovacuum looks at its parts only.
    """
    added: list[str] = []
    for one in standings() if is_possible() else ():
        if not one.is_divided:
            continue
        with transaction.atomic():
            new = _missing_parts(one, now)
            if new:
                words = f"{one.plan.words}备好{_listed(new)}"
                record(YEARS_ADDED, actor=actor, now=now, subject_name=one.plan.table, summary=words)
        _analyze(one.plan)
        added += new
    return added


def _listed(names: list[str]) -> str:
    return "、".join(names) if len(names) <= 5 else f"{'、'.join(names[:5])}等{len(names)}块"


def _missing_parts(one: Standing, now: datetime) -> list[str]:
    plan, due = one.plan, years_due(local_day(now))
    years = one.missing(due)
    if plan.by is By.EVENT:
        return [_turn(plan, year) for year in years]
    full = strays(one)
    if plan.part(REST) in full:
        found = ask(f'SELECT DISTINCT {plan.year_of} FROM "{plan.part(REST)}"')  # noqa: S608
        years = sorted({*years, *(year for (year,) in found)})
    districts = districts_due() if one.is_by_district else []
    missing = _missing_districts(one, full, due[0], districts) if one.is_by_district else []
    if years or missing:
        patiently(f'LOCK TABLE "{plan.table}" IN SHARE ROW EXCLUSIVE MODE')
    for year in years:
        if one.is_by_district:
            _make_split(plan, year, districts if year == due[0] else [])
        else:
            do(f'CREATE TABLE "{plan.part(year)}" (LIKE "{plan.table}" {LIKE})')
        _move_out(plan, year)
    return [plan.part(year) for year in years] + [_settle(plan, *where) for where in missing]


def _missing_districts(
    one: Standing, full: list[str], this: int, districts: list[int]
) -> list[tuple[str, int]]:
    """(the part of a year, a district): those due this year, and those with rows in a year's default part."""
    wanted = {(one.plan.part(this), district) for district in one.missing_districts(this, districts)}
    for rest in full:
        year_part = rest.removesuffix(f"_{REST}")
        if year_part != one.plan.table:
            found = ask(f'SELECT DISTINCT "{one.plan.district}" FROM "{rest}"')  # noqa: S608
            wanted |= {(year_part, district) for (district,) in found}
    return sorted(wanted)


def _make_split(plan: Divided, year: int, districts: list[int]) -> None:
    """A year by itself, with a part for each of these districts and of those that the default part holds of it."""
    name, rest, within = plan.part(year), plan.part(REST), _within(plan, year)
    found = ask(f'SELECT DISTINCT "{plan.district}" FROM "{rest}" WHERE {within}')  # noqa: S608
    do(f'CREATE TABLE "{name}" (LIKE "{plan.table}" {LIKE}) PARTITION BY LIST ("{plan.district}")')
    for part, bounds in _district_parts(plan, year, sorted({*districts, *(one for (one,) in found)})):
        do(_part(part, bounds, name))


def _move_out(plan: Divided, year: int) -> None:
    """Fill a year's own part with what the default part holds of it, and put it in its place."""
    first, end = plan.year_range(year)
    _move(plan, plan.part(REST), plan.part(year), _within(plan, year))
    do(
        f'ALTER TABLE "{plan.table}" ATTACH PARTITION "{plan.part(year)}" FOR VALUES FROM ({first}) TO ({end})'
    )


def _within(plan: Divided, year: int) -> str:
    first, end = plan.year_range(year)
    return f'"{plan.key}" >= {first} AND "{plan.key}" < {end}'


def _settle(plan: Divided, year_part: str, district: int) -> str:
    """A part for a district in a year, with what the year's default part holds of it."""
    name = f"{year_part}_{district}"
    do(f'CREATE TABLE "{name}" (LIKE "{plan.table}" {LIKE})')
    _move(plan, f"{year_part}_{REST}", name, f'"{plan.district}" = {district}')
    do(f'ALTER TABLE "{year_part}" ATTACH PARTITION "{name}" FOR VALUES IN ({district})')
    return name


def _move(plan: Divided, rest: str, to: str, within: str) -> None:
    named = columns(plan.table)
    do(
        f'WITH moved AS (DELETE FROM "{rest}" WHERE {within} RETURNING {named})'  # noqa: S608
        f' INSERT INTO "{to}" ({named}) SELECT {named} FROM moved'
    )


def _turn(plan: Divided, year: int) -> str:
    """Close the open part at the number the journal has come to; a new one begins there."""
    patiently(f'LOCK TABLE "{plan.table}" IN ACCESS EXCLUSIVE MODE')
    ((open_part, bounds),) = ask(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE %s",
        [f'"{plan.table}"', f"%TO ({OPEN_END})"],
    )
    first = bounds[bounds.index("(") + 1 : bounds.index(")")].strip("'")
    end, name = _next_event(), plan.part(year)
    if not first.startswith("M") and int(first) >= end:
        end = int(first) + 1
    do(f'ALTER TABLE "{plan.table}" DETACH PARTITION "{open_part}"')
    do(f'ALTER TABLE "{plan.table}" ATTACH PARTITION "{open_part}" FOR VALUES FROM ({first}) TO ({end})')
    do(f'CREATE TABLE "{name}" PARTITION OF "{plan.table}" FOR VALUES FROM ({end}) TO ({OPEN_END})')
    return name


def _next_event() -> int:
    """The number after the last that any event was given, committed or not."""
    ((sequence,),) = ask("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{Event._meta.db_table}"'])
    ((last, used),) = ask(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
    return int(last) + (1 if used else 0)


def _divided_under(plan: Divided, now: datetime, districts: list[int]) -> list[str]:
    """The statements that make the parts; {new} stands for the table they are parts of. districts are those due this
    year, none where it is not divided by them."""
    if plan.by is By.EVENT:
        return _event_parts(plan, now)
    ((first, last),) = ask(f'SELECT MIN({plan.year_of}), MAX({plan.year_of}) FROM "{plan.table}"')  # noqa: S608
    this, following = years_due(local_day(now))
    held = _districts_by_year(plan) if districts else {}
    statements = []
    for year in range(min(first or this, this), max(last or this, following) + 1):
        bounds, name = "FOR VALUES FROM ({}) TO ({})".format(*plan.year_range(year)), plan.part(year)
        if not districts:
            statements.append(_part(name, bounds))
            continue
        statements.append(_part(name, f'{bounds} PARTITION BY LIST ("{plan.district}")'))
        own = held.get(year, set()) | (set(districts) if year == this else set())
        statements += [_part(part, bound, name) for part, bound in _district_parts(plan, year, sorted(own))]
    return [*statements, _part(plan.part(REST), "DEFAULT")]


def _districts_by_year(plan: Divided) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for year, district in ask(f'SELECT DISTINCT {plan.year_of}, "{plan.district}" FROM "{plan.table}"'):  # noqa: S608
        found[year].add(district)
    return found


def _district_parts(plan: Divided, year: int, districts: Iterable[int]) -> list[tuple[str, str]]:
    """(name, bounds) of the parts of a year, the default among them."""
    own = [(plan.part(year, district), f"FOR VALUES IN ({district})") for district in districts]
    return [*own, (plan.part(year, REST), "DEFAULT")]


def _event_parts(plan: Divided, now: datetime) -> list[str]:
    """A year begins after the last event of the years before it; numbers grow with time, almost."""
    this = local_day(now).year
    ends = dict(
        ask(
            "SELECT EXTRACT(year FROM at AT TIME ZONE 'Asia/Shanghai')::int, MAX(id) + 1"
            " FROM journal_event GROUP BY 1 ORDER BY 1"
        )
    )
    statements, first = [], "MINVALUE"
    for year, end in ends.items():
        if year < this and (first == "MINVALUE" or end > int(first)):
            statements.append(_part(plan.part(year), f"FOR VALUES FROM ({first}) TO ({end})"))
            first = str(end)
    return [*statements, _part(plan.part(this), f"FOR VALUES FROM ({first}) TO ({OPEN_END})")]


def _part(name: str, bounds: str, of: str = "{new}") -> str:
    return f'CREATE TABLE "{name}" PARTITION OF "{of}" {bounds}'


def _analyze(plan: Divided) -> None:
    do(f'ANALYZE "{plan.table}"')
