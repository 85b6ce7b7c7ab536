"""问法记着，答案每次从库里来：拼一句 SQL 常比库里答它还贵，同样的一问只拼一次。

一问是一个函数：给它人、日子、编号，还一句没问出去的查询。头一次拼的时候，人、日子、编号都用替身；以后换上真的去问。
所以同样任职的人、不同的日子，用的是同一句。
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Q, QuerySet, Value, prefetch_related_objects

from xushi.kit import prepared

MOST = 2000  # questions kept by one process, some ten kilobytes each
LAST_NUMBER = 2**63 - 1
FIRST_NUMBER = 7_770_000_000_000_000_000  # no row has such a number, no day lies in such a year
YEAR = 1777
FIRST_WORD = 0xF000  # letters that nobody types; those of the stand-ins' paths come before
Question = Callable[..., "QuerySet[Any]"]
Sums = Callable[..., tuple["QuerySet[Any]", Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of a person who asks: what the words depend on, what stands for their numbers and paths, and how to make somebody
    of whom all of it is true with the stand-ins."""

    key: Hashable
    numbers: dict[int, int]
    texts: dict[str, str]
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """The number of a row as an argument: any row has the same words."""

    number: int


@dataclass(frozen=True, slots=True)
class Keys:
    """The numbers of rows as an argument, for kit.listed: however many there are, the words are the same."""

    numbers: Collection[int]


@dataclass(frozen=True, slots=True)
class Word:
    """A text as an argument, given to the database as it is: whatever it says, the words of the question are the same."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a question, and which of its parameters are stand-ins. compiler None where it asks of nothing,
    queryset None where it must be asked plainly."""

    queryset: Any = None
    compiler: Any = None
    sql: str = ""
    params: tuple[Any, ...] = ()
    whole: tuple[int, ...] = ()  # those that are a number, a day or a moment
    texts: tuple[int, ...] = ()  # those that have a path or a list of numbers in them
    names: tuple[str, ...] = ()  # of sums: what each is called
    converters: dict[str, Any] = field(default_factory=dict, compare=False)  # by database


@dataclass(slots=True)
class Asking:
    """The arguments of one question, taken apart."""

    key: list[Hashable] = field(default_factory=list)
    makes: list[Callable[[], Any]] = field(default_factory=list)  # the stand-ins
    reals: list[Any] = field(default_factory=list)
    numbers: dict[Any, Any] = field(default_factory=dict)
    times: dict[date, date] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def take(self, one: Any) -> None:
        number = FIRST_NUMBER + len(self.key)
        stand_in, what = one, one
        if like := getattr(one, "for_question", None):
            person: Likeness = like()
            self.numbers |= person.numbers
            self.texts |= person.texts
            self._add(person.key, person.make, one)
            return
        if isinstance(one, Key):
            what, stand_in, one = Key, number, one.number
            self.numbers[stand_in] = one
        elif isinstance(one, Keys):
            what, stand_in, one = Keys, [number], list(one.numbers)
            self.texts[str(number)] = ",".join(map(str, one))
        elif isinstance(one, Word):
            what, stand_in, one = Word, chr(FIRST_WORD + len(self.key)) * 8, one.text
            self.texts[stand_in] = one
        elif isinstance(one, datetime):
            what, stand_in = datetime, datetime(YEAR, 1, len(self.key) + 1, tzinfo=UTC)
            self.times[stand_in] = one
        elif isinstance(one, date):
            what, stand_in = date, date(YEAR, 1, len(self.key) + 1)
            self.times[stand_in] = one
        self._add(what, lambda: stand_in, one)

    def _add(self, what: Hashable, make: Callable[[], Any], real: Any) -> None:
        self.key.append(what)
        self.makes.append(make)
        self.reals.append(real)

    def whole(self, connection: Any) -> dict[Any, Any]:
        """The stand-ins that are whole parameters, as this database takes them → the real ones."""
        if not self.times:
            return self.numbers
        made = dict(self.numbers)
        for stand_in, real in self.times.items():
            moment = isinstance(real, datetime)
            adapt = (
                connection.ops.adapt_datetimefield_value if moment else connection.ops.adapt_datefield_value
            )
            made[adapt(stand_in)] = adapt(real)
        return made


_phrases: dict[Hashable, Phrase] = {}


def ask(question: Question, *args: Any) -> list[Any]:
    """list(question(*args)), as the database says now.

    question is a function of its arguments alone: one person, dates, moments, numbers and words. It takes them as they
    are; what is reckoned from a day or a moment is an argument of its own. Where it asks the database while it makes
    the query, reckons with a stand-in, reads other rows along by a query of its own or is given a condition, nothing is
    kept of it.
    """
    if any(map(_is_odd, args)):
        return list(question(*(one.number if isinstance(one, Key) else one for one in args)))
    phrase, asking = _phrase_of(question, args, _phrase)
    if phrase.queryset is None:
        return list(question(*asking.reals))
    return _asked(phrase, asking) if phrase.compiler else []


def _is_odd(one: Any) -> bool:
    """A condition, and a number (of an address that somebody typed) which no row has and no database takes."""
    return (isinstance(one, Q) and bool(one)) or (isinstance(one, Key) and not 0 <= one.number <= LAST_NUMBER)


def ask_first(question: Question, *args: Any) -> Any:
    """The first that ask() finds, None where there is none; the question says in which order, and that one is enough."""
    return next(iter(ask(question, *args)), None)


def add_up(question: Sums, *args: Any) -> dict[str, Any]:
    """rows.aggregate(**sums), as the database says now, where question(*args) is (rows, sums): whole numbers, or None.

    For sums of what rows reckon themselves: the database reckons each row once and adds up then, which one_row of the
    same rows would not.
    """
    phrase, asking = _phrase_of(question, args, _phrase_of_sums)
    if phrase.queryset is None:
        rows, sums = question(*asking.reals)
        return dict(rows.order_by().aggregate(**sums))
    connection = connections[router.db_for_read(phrase.queryset.model)]

    def answered(params: tuple[Any, ...]) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(phrase.sql, params)
            return dict(zip(phrase.names, cursor.fetchone(), strict=True))

    return prepared.asked(connection, phrase.sql, _filled(phrase, asking, connection), answered)


def _phrase_of(
    question: Callable[..., Any], args: tuple[Any, ...], make: Callable[[Any, Asking], Phrase]
) -> tuple[Phrase, Asking]:
    asking = Asking()
    for one in args:
        asking.take(one)
    key = (question, *asking.key)
    phrase = _phrases.get(key)
    if phrase is None:
        if len(_phrases) >= MOST:
            _phrases.clear()
        phrase = _phrases[key] = make(question, asking)
    return phrase, asking


def one_row(rows: "QuerySet[Any]", asked: Mapping[str, Any]) -> "QuerySet[Any]":
    """rows.aggregate(**asked) as a query that can be asked: one row of values in this order, none where there are no
    rows."""
    together: QuerySet[Any] = rows.order_by().annotate(one=Value(1)).values("one").annotate(**asked)
    return together.values_list(*asked)


class _AsksDatabaseError(Exception):
    def __init__(self, sql: str = "", params: Any = ()) -> None:
        super().__init__(sql)
        self.sql, self.params = sql, tuple(params or ())


def _refuse(_: Any, sql: str, params: Any, *__: Any) -> Any:
    raise _AsksDatabaseError(sql, params)


@contextmanager
def _silence() -> Iterator[None]:
    """Whoever asks the database within is refused, and told of by _AsksDatabaseError."""
    with ExitStack() as silent:
        for connection in connections.all(initialized_only=True):
            silent.enter_context(connection.execute_wrapper(_refuse))
        yield


def _phrase(question: Question, asking: Asking) -> Phrase:
    try:
        with _silence():
            queryset: Any = question(*(make() for make in asking.makes))
    except _AsksDatabaseError:
        return Phrase()
    if any(getattr(one, "queryset", None) is not None for one in queryset._prefetch_related_lookups):
        return Phrase()
    compiler = queryset.query.get_compiler(queryset.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return Phrase(queryset)
    if compiler.has_composite_fields(_columns(compiler)):
        return Phrase()
    return _with_places(Phrase(queryset, compiler, sql, tuple(params)), asking)


def _phrase_of_sums(question: Sums, asking: Asking) -> Phrase:
    try:
        with _silence():
            rows, sums = question(*(make() for make in asking.makes))
    except _AsksDatabaseError:
        return Phrase()
    connections[rows.db].ensure_connection()
    try:
        with _silence():
            rows.order_by().aggregate(**sums)
    except _AsksDatabaseError as asked:  # these are its words
        return _with_places(Phrase(rows, None, asked.sql, asked.params, names=tuple(sums)), asking)
    return Phrase()


def _with_places(phrase: Phrase, asking: Asking) -> Phrase:
    """The same with the places of the stand-ins; of nothing where something is reckoned from one."""
    params, known = phrase.params, asking.whole(connections[phrase.queryset.db])
    whole = tuple(at for at, one in enumerate(params) if isinstance(one, Hashable) and one in known)
    if any(at not in whole and _looks_reckoned(one) for at, one in enumerate(params)):
        return Phrase()
    texts = tuple(
        at
        for at, one in enumerate(params)
        if isinstance(one, str) and any(text in one for text in asking.texts)
    )
    return replace(phrase, whole=whole, texts=texts)


def _looks_reckoned(param: Any) -> bool:
    if isinstance(param, int):
        return abs(param) >= FIRST_NUMBER or YEAR - 1 <= param <= YEAR + 1
    return str(param).startswith((f"{YEAR - 1}-", f"{YEAR}-"))


def _asked(phrase: Phrase, asking: Asking) -> list[Any]:
    """Put the words to the database with the real ones in their places.

    What Django makes of the rows it makes here too: it is shown the query set of the words, and told that these are the
    rows. Asking it to ask costs as much again as many an answer.
    """
    queryset = phrase.queryset
    connection = connections[router.db_for_read(queryset.model)]
    filled = _filled(phrase, asking, connection)
    rows = prepared.asked(connection, phrase.sql, filled, lambda params: _rows(phrase, connection, params))
    compiler = _Instead(
        phrase.compiler, execute_sql=_nothing, results_iter=_given(_converted(phrase, connection, rows))
    )
    query = _Instead(queryset._query, get_compiler=lambda *_, **__: compiler)
    found = list(queryset._iterable_class(_Instead(queryset, db=connection.alias, query=query)))
    if queryset._prefetch_related_lookups and found:
        prefetch_related_objects(found, *queryset._prefetch_related_lookups)
    return found


class _Instead:
    """An object as it is, but for some of it; nothing of it is changed."""

    def __init__(self, of: Any, **instead: Any) -> None:
        self._of = of
        self.__dict__.update(instead)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)


def _nothing(*_: Any, **__: Any) -> None:
    """The rows are here already."""


def _given(rows: Iterable[Any]) -> Callable[..., Iterable[Any]]:
    def results(*_: Any, tuple_expected: bool = False, **__: Any) -> Iterable[Any]:
        return map(tuple, rows) if tuple_expected else rows

    return results


def _rows(phrase: Phrase, connection: Any, params: tuple[Any, ...]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(phrase.sql, params)
        rows: list[Any] = cursor.fetchall()
    compiler = phrase.compiler
    return [row[: compiler.col_count] for row in rows] if compiler.has_extra_select else rows


def _converted(phrase: Phrase, connection: Any, rows: list[Any]) -> Iterable[Any]:
    """Each row with what the fields say its columns mean; a row is read once."""
    converters = phrase.converters.get(connection.alias)
    if converters is None:
        compiler = _copied(phrase.compiler)
        compiler.connection, compiler.using = connection, connection.alias
        found = compiler.get_converters(_columns(compiler))
        converters = phrase.converters[connection.alias] = tuple((at, *one) for at, one in found.items())
    return (_row(row, converters, connection) for row in rows) if converters else rows


def _row(row: Any, converters: Any, connection: Any) -> list[Any]:
    made = list(row)
    for at, convert, expression in converters:
        value = made[at]
        for one in convert:
            value = one(value, expression, connection)
        made[at] = value
    return made


def _columns(compiler: Any) -> list[Any]:
    return [one[0] for one in compiler.select[: compiler.col_count]]


def _copied(one: Any) -> Any:
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made


def _filled(phrase: Phrase, asking: Asking, connection: Any) -> tuple[Any, ...]:
    params = list(phrase.params)
    if phrase.whole:
        real = asking.whole(connection)
        for at in phrase.whole:
            params[at] = real[params[at]]
    for at in phrase.texts:
        for stand_in, text in asking.texts.items():
            params[at] = params[at].replace(stand_in, text)
    return tuple(params)


def forget() -> None:
    _phrases.clear()
