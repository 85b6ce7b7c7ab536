"""分区（PostgreSQL）：把只增不改的大表按年分开，也能合回去；新的一年夜里先备好。模型不变，约束、编号、触发器、权限照旧。"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, record
from xushi.journal.models import Event
from xushi.operations.partitions import (
    OPEN_END,
    REST,
    By,
    Divided,
    ask,
    is_possible,
    standings,
    strays,
    years_due,
)  # fmt: skip

DIVIDED_NOW, JOINED, YEARS_ADDED = (
    "operations.table.divided",
    "operations.table.joined",
    "operations.table.year_added",
)
PATIENCE = "10s"  # that a lock is waited for: who is at the table goes on, we come again another time
LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING GENERATED"
Say = Callable[[str], None]


class CannotDivide(Exception):
    """Why a table stays as it is, in one sentence."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a table is to have again: constraints and indexes as (name, definition), statements that make the rest."""

    constraints: list[tuple[str, str]]
    indexes: list[tuple[str, str]]
    others: list[str]
    owner: str
    sequence: str


def divide(*, actor: Actor, now: datetime, say: Say) -> int:
    """Divide every table that is not; returns how many. Each in a transaction of its own."""
    waiting = [one.plan for one in standings() if not one.is_divided]
    for plan in waiting:
        with transaction.atomic():
            rows = _rebuilt(plan, lambda plan=plan: _divided_under(plan, now))  # type: ignore[misc]
            words = f"{plan.words}按年分了区，{rows}行"
            record(DIVIDED_NOW, actor=actor, now=now, subject_name=plan.table, summary=words)
        say(words)
        _analyze(plan)
    return len(waiting)


def join(*, actor: Actor, now: datetime, say: Say) -> int:
    """Put every divided table together again; returns how many."""
    divided = [one.plan for one in standings() if one.is_divided]
    for plan in divided:
        with transaction.atomic():
            rows = _rebuilt(plan, None)
            words = f"{plan.words}合回了一张表，{rows}行"
            record(JOINED, actor=actor, now=now, subject_name=plan.table, summary=words)
        say(words)
        _analyze(plan)
    return len(divided)


def add_years(*, actor: Actor, now: datetime) -> list[str]:
    """The parts of this year and the next, and of whatever lies in the default part; returns the names of new ones.

    The statistics of a divided table are drawn anew: autovacuum looks at its parts only.
    """
    added: list[str] = []
    for one in standings() if is_possible() else ():
        if not one.is_divided:
            continue
        with transaction.atomic():
            new = _missing_parts(one.plan, one.missing(years_due(local_day(now))))
            if new:
                words = f"{one.plan.words}备好{'、'.join(new)}"
                record(YEARS_ADDED, actor=actor, now=now, subject_name=one.plan.table, summary=words)
        _analyze(one.plan)
        added += new
    return added


def _missing_parts(plan: Divided, years: list[int]) -> list[str]:
    if plan.by is By.EVENT:
        return [_turn(plan, year) for year in years]
    if strays(plan):
        found = ask(f'SELECT DISTINCT {plan.year_of} FROM "{plan.part(REST)}"')  # noqa: S608
        years = sorted({*years, *(year for (year,) in found)})
    if years:
        _patiently(f'LOCK TABLE "{plan.table}" IN SHARE ROW EXCLUSIVE MODE')
    return [_move_out(plan, year) for year in years]


def _move_out(plan: Divided, year: int) -> str:
    """A part for a year, with what the default part holds of it."""
    name, (first, end), columns = plan.part(year), plan.year_range(year), _columns(plan.table)
    _do(f'CREATE TABLE "{name}" (LIKE "{plan.table}" {LIKE})')
    _do(
        f'WITH moved AS (DELETE FROM "{plan.part(REST)}" WHERE "{plan.key}" >= {first} AND "{plan.key}" < {end}'  # noqa: S608
        f' RETURNING {columns}) INSERT INTO "{name}" ({columns}) SELECT {columns} FROM moved'
    )
    _do(f'ALTER TABLE "{plan.table}" ATTACH PARTITION "{name}" FOR VALUES FROM ({first}) TO ({end})')
    return name


def _turn(plan: Divided, year: int) -> str:
    """Close the open part at the number the journal has come to; a new one begins there."""
    _patiently(f'LOCK TABLE "{plan.table}" IN ACCESS EXCLUSIVE MODE')
    ((open_part, bounds),) = ask(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE %s",
        [f'"{plan.table}"', f"%TO ({OPEN_END})"],
    )
    first = bounds[bounds.index("(") + 1 : bounds.index(")")].strip("'")
    end, name = _next_event(), plan.part(year)
    if not first.startswith("M") and int(first) >= end:
        end = int(first) + 1
    _do(f'ALTER TABLE "{plan.table}" DETACH PARTITION "{open_part}"')
    _do(f'ALTER TABLE "{plan.table}" ATTACH PARTITION "{open_part}" FOR VALUES FROM ({first}) TO ({end})')
    _do(f'CREATE TABLE "{name}" PARTITION OF "{plan.table}" FOR VALUES FROM ({end}) TO ({OPEN_END})')
    return name


def _next_event() -> int:
    """The number after the last that any event was given, committed or not."""
    ((sequence,),) = ask("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{Event._meta.db_table}"'])
    ((last, used),) = ask(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
    return int(last) + (1 if used else 0)


def _rebuilt(plan: Divided, parts: Callable[[], list[str]] | None) -> int:
    """The table made anew beside the old one, filled, given all the old one had, and put in its place; returns its rows.

    Reading goes on until the very end; writing to it waits. parts names the statements that make the parts; without
    them it becomes one table again.
    """
    new, table = f"{plan.table}_new", plan.table
    _patiently(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
    kept, columns = _kept(plan, widen=parts is not None), _columns(table)
    by = f" PARTITION BY RANGE ({plan.key})" if parts else ""
    _do(f'CREATE TABLE "{new}" (LIKE "{table}" {LIKE} INCLUDING COMMENTS INCLUDING IDENTITY){by}')
    for statement in parts() if parts else ():
        _do(statement.format(new=new))
    rows = _do(f'INSERT INTO "{new}" ({columns}) SELECT {columns} FROM "{table}"')  # noqa: S608
    _number_on(new, kept.sequence)
    renames = _keys_made(new, kept)
    for statement in kept.others:
        _do(statement)
    _do(f'DROP TABLE "{table}"')
    _do(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    for statement in renames:
        _do(statement)
    _rename_sequence(table, kept.sequence)
    _do(f'ALTER TABLE "{table}" OWNER TO {kept.owner}')
    return rows


def _divided_under(plan: Divided, now: datetime) -> list[str]:
    """The statements that make the parts; {new} stands for the table they are parts of."""
    if plan.by is By.EVENT:
        return _event_parts(plan, now)
    ((first, last),) = ask(f'SELECT MIN({plan.year_of}), MAX({plan.year_of}) FROM "{plan.table}"')  # noqa: S608
    this, following = years_due(local_day(now))
    years = range(min(first or this, this), max(last or this, following) + 1)
    parts = [
        (plan.part(year), "FOR VALUES FROM ({}) TO ({})".format(*plan.year_range(year))) for year in years
    ]
    return [_part(name, bounds) for name, bounds in [*parts, (plan.part(REST), "DEFAULT")]]


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


def _part(name: str, bounds: str) -> str:
    return f'CREATE TABLE "{name}" PARTITION OF "{{new}}" {bounds}'


def _keys_made(new: str, kept: _Kept) -> list[str]:
    """Make keys and indexes under names of their own, as the old table still holds theirs; returns how they are
    renamed once it is gone. Foreign keys last: what they point at can be read, not written, while they are checked."""
    renames = []
    for number, (name, definition) in enumerate(kept.constraints):
        if definition.startswith("FOREIGN"):
            continue
        _do(f'ALTER TABLE "{new}" ADD CONSTRAINT "divided_{number}" {definition}')
        renames.append(f'ALTER TABLE "{{table}}" RENAME CONSTRAINT "divided_{number}" TO "{name}"')
    for number, (name, definition) in enumerate(kept.indexes):
        _do(
            re.sub(
                r"^CREATE (UNIQUE )?INDEX .+? ON .+? USING ",
                rf'CREATE \1INDEX "dividing_{number}" ON "{new}" USING ',
                definition,
            )
        )
        renames.append(f'ALTER INDEX "dividing_{number}" RENAME TO "{name}"')
    for name, definition in kept.constraints:
        if definition.startswith("FOREIGN"):
            _do(f'ALTER TABLE "{new}" ADD CONSTRAINT "{name}" {definition}')
    return [statement.format(table=new.removesuffix("_new")) for statement in renames]


def _kept(plan: Divided, *, widen: bool) -> _Kept:
    """What the table has; the key is taken into its unique constraints, or out again."""
    named = [f'"{plan.table}"']
    if found := ask(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass",
        named,
    ):
        raise CannotDivide(f"{plan.words}（{plan.table}）有外键指着：{found[0][0]}")
    constraints = ask(
        "SELECT conname, pg_get_constraintdef(oid), contype FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY conname",
        named,
    )
    keyed = [(name, _unique(plan, name, text, kind, widen=widen)) for name, text, kind in constraints]
    indexes = ask(
        "SELECT k.relname, pg_get_indexdef(i.indexrelid), i.indisunique FROM pg_index i"
        " JOIN pg_class k ON k.oid = i.indexrelid WHERE i.indrelid = %s::regclass"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid"
        " AND c.conrelid = i.indrelid) ORDER BY k.relname",
        named,
    )
    if unique := next((name for name, _, is_unique in indexes if is_unique), None):
        raise CannotDivide(
            f"{plan.words}（{plan.table}）有不是约束的唯一索引{unique}，不知怎样添上{plan.key}"
        )
    ((owner, sequence),) = ask(
        "SELECT relowner::regrole::text, pg_get_serial_sequence(%s, 'id') FROM pg_class WHERE oid = %s::regclass",
        named * 2,
    )
    return _Kept(keyed, [(name, text) for name, text, _ in indexes], _others(plan), owner, sequence)


def _unique(plan: Divided, name: str, definition: str, kind: str, *, widen: bool) -> str:
    if kind == "f" or (kind == "u" and name not in plan.widened):
        return definition
    columns = [
        column.strip() for column in definition[definition.index("(") + 1 : definition.index(")")].split(",")
    ]
    bare = [column for column in columns if column.strip('"') != plan.key]
    wanted = [*bare, f'"{plan.key}"'] if widen else bare
    return (
        definition[: definition.index("(")]
        + f"({', '.join(wanted)})"
        + definition[definition.index(")") + 1 :]
    )


def _others(plan: Divided) -> list[str]:
    """Triggers and privileges of a table, as statements for the new one."""
    new, named = f"{plan.table}_new", [f'"{plan.table}"']
    triggers = ask(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        named,
    )
    grants = ask(
        "SELECT a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.is_grantable"
        " FROM pg_class k, aclexplode(k.relacl) a WHERE k.oid = %s::regclass AND a.grantee <> k.relowner"
        " ORDER BY 2, 1",
        named,
    )
    return [
        *(re.sub(r" ON \S+ ", f' ON "{new}" ', text, count=1) for (text,) in triggers),
        *(
            f'GRANT {what} ON "{new}" TO {who}{" WITH GRANT OPTION" if further else ""}'
            for what, who, further in grants
        ),
    ]


def _number_on(new: str, sequence: str) -> None:
    """The new table's numbers go on where the old one's are."""
    ((last, used),) = ask(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
    _do("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, %s)", [f'"{new}"', last, used])


def _rename_sequence(table: str, before: str) -> None:
    ((now,),) = ask("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
    _do(f'ALTER SEQUENCE {now} RENAME TO "{before.rpartition(".")[2].strip(chr(34))}"')


def _columns(table: str) -> str:
    """The columns that are not computed, as SQL."""
    found = ask(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [f'"{table}"'],
    )
    return str(found[0][0])


def _analyze(plan: Divided) -> None:
    _do(f'ANALYZE "{plan.table}"')


def _patiently(lock: str) -> None:
    _do(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    try:
        _do(lock)
    except OperationalError as problem:
        raise CannotDivide(
            f"等了{PATIENCE.rstrip('s')}秒，表还有人占着，这次没动；空闲时再来一次"
        ) from problem


def _do(statement: str, values: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
