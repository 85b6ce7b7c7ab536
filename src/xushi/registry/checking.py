"""成批写入前的核对：每一行的毛病一次说全，有一处就整批不写。"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from xushi.core.text import name_key
from xushi.kit.listed import listed
from xushi.registry.models import Listing, ListLevel, Project, Stage
from xushi.registry.rules import ListingInput, Problem, ProjectInput
from xushi.units.districts import in_one_district

ANOTHERS_NAME = "别的区已有同名的项目或储备，几个区的不能重名，请在名称里写上本区的区名。"

Input = TypeVar("Input")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Problem of one row: index counts from 0 in the rows that were given."""

    row: int
    field: str
    sentence: str


class Refused(Exception):
    """Nothing was written; every problem of every row is named at once."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = list(problems)
        super().__init__("；".join(problem.sentence for problem in self.problems[:5]))


def said_in_words(words: str, sentence: str, field: str = "words", *, most: int) -> str:
    """Words that an act cannot do without, trimmed; Refused with the sentence where there are none or too many."""
    words = words.strip()
    if not words:
        raise Refused([RowProblem(0, field, sentence)])
    if len(words) > most:
        raise Refused([RowProblem(0, field, f"写了{len(words)}字，最多{most}字，请精简。")])
    return words


class Conflict(Exception):
    """Somebody else changed the row meanwhile; says who and when."""


def all_problems(rows: Sequence[Input], check: Callable[[Input], Iterator[Problem]]) -> Iterator[RowProblem]:
    for i, row in enumerate(rows):
        for problem in check(row):
            if not problem.warning:
                yield RowProblem(i, problem.field, problem.sentence)


def refuse(problems: Iterable[RowProblem]) -> None:
    found = list(problems)
    if found:
        raise Refused(found)


def among(rows: "QuerySet[Any]", column: str, values: Iterable[Any]) -> Iterator[Any]:
    """The rows whose column is one of these numbers or texts, however many."""
    wanted = list(values)
    return iter(rows.filter(listed(column, wanted)) if wanted else ())


def known_projects(rows: Sequence[Any]) -> Iterator[RowProblem]:
    """Rows of no project; the others' projects are locked, so that two who write of one project go one by one."""
    locked = Project.objects.select_for_update().order_by("pk").values_list("pk", flat=True)
    known = set(among(locked, "pk", sorted({row.project for row in rows})))
    for i, row in enumerate(rows):
        if row.project not in known:
            yield RowProblem(i, "project", "库里没有这个项目，请先新增项目。")


def taken(rows: Sequence[ProjectInput], keep: Sequence[int] = ()) -> Iterator[RowProblem]:
    """Names and codes already held by another project, in the registry or earlier in the same batch."""
    keys = [name_key(row.name) for row in rows]
    codes = [row.code for row in rows if row.code]
    own = set(keep)
    held = Project.objects.values_list("pk", "name_key", "code", "name", "territory")
    names = {key: (name, where) for pk, key, _, name, where in among(held, "name_key", keys) if pk not in own}
    coded = {code: (name, where) for pk, _, code, name, where in among(held, "code", codes) if pk not in own}
    for i, row in enumerate(rows):
        if found := names.get(keys[i]):
            name, where = found
            said = f"库里已有“{name}”，全角半角和空格不同也算同名。"
            yield RowProblem(i, "name", name_taken(said, where, row.territory))
        names[keys[i]] = (row.name, row.territory)
        if found := coded.get(row.code):
            yield RowProblem(i, "code", _code_taken(row.code, *found, row.territory))
        if row.code:
            coded[row.code] = (row.name, row.territory)


def name_taken(said: str, where: int, here: int) -> str:
    """What is said of a name that stands in another territory already: of another district's no more than that."""
    return said if in_one_district(where, here) else ANOTHERS_NAME


def _code_taken(code: str, name: str, where: int, here: int) -> str:
    whose = f"“{name}”的" if in_one_district(where, here) else "别的区一个项目的"
    return f"项目代码{code}已经是{whose}，请核对。"


@contextmanager
def telling_doubles(rows: Sequence[ProjectInput], keep: Sequence[int] = ()) -> Iterator[None]:
    """Somebody took the same name or code between the check and the write: said as the check would say it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        refuse(taken(rows, keep))
        raise


def check_versions(held: dict[int, Project], seen: dict[int, int]) -> None:
    for pk, version in seen.items():
        project = held[pk]
        if project.version != version:
            raise Conflict(f"“{project.name}”刚被别人改过，请看看改了什么，再决定要不要存。")


def check_stages(
    rows: Sequence[ListingInput], held: dict[tuple[int, int, str], Listing], seen: Sequence[int] | None
) -> None:
    for row, stage in zip(rows, seen or (), strict=False):
        listing = held.get((row.project, row.year, row.level))
        now_at = listing.stage if listing else Stage.NONE
        if now_at not in (stage, row.stage):
            level, word = ListLevel(row.level).label, Stage(now_at).label
            raise Conflict(f"{row.year}年{level}名单刚被别人改成“{word}”，请看过再决定要不要改。")
