"""分区（PostgreSQL）：一张表在旁边照样重做一遍，分着的或合着的，行、约束、索引、编号、触发器、权限都带过去，再换上。"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection

from xushi.operations.partitions import Divided, ask

PATIENCE = "10s"  # that a lock is waited for: who is at the table goes on, we come again another time
BUSY = ("55P03", "40P01")  # SQLSTATE: waited for a lock too long, or for one another
NO_ROOM_FOR_LOCKS = "53200"
LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING GENERATED"


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


def rebuilt(plan: Divided, parts: Callable[[], list[str]] | None, keys: tuple[str, ...] = ()) -> int:
    """The table made anew beside the old one, filled, given all the old one had, and put in its place; returns its rows.

    Reading goes on until the very end; writing to it waits. parts names the statements that make the parts, {new}
    standing for the table they are parts of, and keys the columns they are told apart by, the first in the table
    itself; without them it becomes one table again.
    """
    new, table = f"{plan.table}_new", plan.table
    patiently(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
    kept, named = _kept(plan, keys), columns(table)
    by = f" PARTITION BY RANGE ({keys[0]})" if parts else ""
    do(f'CREATE TABLE "{new}" (LIKE "{table}" {LIKE} INCLUDING COMMENTS INCLUDING IDENTITY){by}')
    for statement in parts() if parts else ():
        do(statement.format(new=new))
    rows = do(f'INSERT INTO "{new}" ({named}) SELECT {named} FROM "{table}"')  # noqa: S608
    _number_on(new, kept.sequence)
    renames = _keys_made(new, kept)
    for statement in kept.others:
        do(statement)
    do(f'DROP TABLE "{table}"')
    do(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    for statement in renames:
        do(statement)
    _rename_sequence(table, kept.sequence)
    do(f'ALTER TABLE "{table}" OWNER TO {kept.owner}')
    return rows


def _keys_made(new: str, kept: _Kept) -> list[str]:
    """Make keys and indexes under names of their own, as the old table still holds theirs; returns how they are
    renamed once it is gone. Foreign keys last: what they point at can be read, not written, while they are checked."""
    renames = []
    for number, (name, definition) in enumerate(kept.constraints):
        if definition.startswith("FOREIGN"):
            continue
        do(f'ALTER TABLE "{new}" ADD CONSTRAINT "divided_{number}" {definition}')
        renames.append(f'ALTER TABLE "{{table}}" RENAME CONSTRAINT "divided_{number}" TO "{name}"')
    for number, (name, definition) in enumerate(kept.indexes):
        do(
            re.sub(
                r"^CREATE (UNIQUE )?INDEX .+? ON .+? USING ",
                rf'CREATE \1INDEX "dividing_{number}" ON "{new}" USING ',
                definition,
            )
        )
        renames.append(f'ALTER INDEX "dividing_{number}" RENAME TO "{name}"')
    for name, definition in kept.constraints:
        if definition.startswith("FOREIGN"):
            do(f'ALTER TABLE "{new}" ADD CONSTRAINT "{name}" {definition}')
    return [statement.format(table=new.removesuffix("_new")) for statement in renames]


def _kept(plan: Divided, keys: tuple[str, ...]) -> _Kept:
    """What the table has; the keys are taken into its unique constraints, or out again."""
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
    keyed = [(name, _unique(plan, name, text, kind, keys)) for name, text, kind in constraints]
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


def _unique(plan: Divided, name: str, definition: str, kind: str, keys: tuple[str, ...]) -> str:
    if kind == "f" or (kind == "u" and name not in plan.widened):
        return definition
    named = [
        column.strip() for column in definition[definition.index("(") + 1 : definition.index(")")].split(",")
    ]
    bare = [one for one in named if one.strip('"') not in (plan.key, plan.district)]
    wanted = [*bare, *(f'"{one}"' for one in keys)]
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
    do("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, %s)", [f'"{new}"', last, used])


def _rename_sequence(table: str, before: str) -> None:
    ((now,),) = ask("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
    do(f'ALTER SEQUENCE {now} RENAME TO "{before.rpartition(".")[2].strip(chr(34))}"')


def columns(table: str) -> str:
    """The columns that are not computed, as SQL."""
    found = ask(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [f'"{table}"'],
    )
    return str(found[0][0])


def patiently(lock: str) -> None:
    do(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    do(lock)


def do(statement: str, values: list[Any] | None = None) -> int:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    except OperationalError as problem:
        code = getattr(problem.__cause__, "sqlstate", "")
        if code in BUSY:
            why = f"等了{PATIENCE.rstrip('s')}秒，表还有人占着，这次没动；空闲时再来一次"
        elif code == NO_ROOM_FOR_LOCKS:
            why = "PostgreSQL 记不下这么多锁，这次没动；把 max_locks_per_transaction 调大，重启它再来"
        else:
            raise
        raise CannotDivide(why) from problem
