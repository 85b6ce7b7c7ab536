"""指标的数：市对标找差得几分、第几名、哪几项扣分、目标没定的几项，改用另一口径会怎样；哪些指标在掉。"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from xushi.core.figure import FigureUnit
from xushi.documents.named_scope import Asked, Cell, Name, Part, Row, Rows, address, cell, number
from xushi.documents.sourced import Sourced
from xushi.indicators.board import kpis_of, tried_of, watched
from xushi.indicators.figures import Scored
from xushi.indicators.models import Indicator, System, Version
from xushi.indicators.models_tasks import Task
from xushi.indicators.reading_board import Line, Room, Wanted, lines_of, room_of_version
from xushi.indicators.refusals import Refused
from xushi.indicators.rules import period_words
from xushi.units.models import Unit

NAMES = (
    Name("score", "总得分", "按在用的体系和到这个月为止的数算出来的得分。"),
    Name("rank", "总位次", "总得分在参评单位里的位次。"),
    Name("among", "参评单位", "一起排位的单位，本区也算。"),
    Name("base", "基本指标", "体系里的基本指标。"),
    Name("base_deducted", "基本指标扣分", "基本指标里没有得满分的。"),
    Name("tasks", "重点工作任务", "体系里的重点工作任务。"),
    Name("tasks_deducted", "重点工作任务扣分", "重点工作任务里没有得满分的。"),
    Name("added", "增补指标", "市里中途增补、单列考核的指标。"),
    Name("pending", "目标值未定的指标", "等上级给出目标值、现在不计分的指标。"),
    Name("groups", "工作组", "牵头推进指标的工作组。"),
    Name("plans", "行动计划", "工作组各自的三年行动计划，总方案不算。"),
)
SCOPE = "市对标找差"


class Board:
    """The city's system of the year as known at the end of the month: its stage where that is past, else the latest."""

    def __init__(self, room: Room, month: str) -> None:
        known = [period for period in room.periods if period <= month]
        stage = room.stage_period if room.stage_period <= month else (known[0] if known else "")
        self.room = room
        self.latest = known[0] if known else ""
        self.scored: Scored = room.scored(stage)
        self.lines = [one for one in lines_of(room, self.scored) if not one.code.startswith("_")]

    def of_kind(self, kind: str) -> list[Line]:
        return [one for one in self.lines if one.card.kind == kind]

    def lost(self, kind: str) -> list[Line]:
        return sorted(
            (one for one in self.of_kind(kind) if one.lost > 0), key=lambda one: (-one.lost, one.code)
        )


def board_of(asked: Asked, kind: str) -> Board | None:
    """None where this person reads no system of the kind, where none is in use, or where it can't be scored yet."""
    key = ("indicators", kind)
    if key not in asked.kept:
        asked.kept[key] = _board(asked, kind)
    made: Board | None = asked.kept[key]
    return made


def _board(asked: Asked, kind: str) -> Board | None:
    systems = System.objects.visible_to(asked.user).filter(kind=kind)
    held = Version.objects.filter(system__in=systems, year=asked.year, used_at__lte=asked.until)
    version = held.select_related("system").order_by("system__place", "-used_at").first()
    if version is None:
        return None
    try:
        room = room_of_version(version)
        return Board(room, str(asked.month)) if any(one <= str(asked.month) for one in room.periods) else None
    except Refused:
        return None


def exact(value: float | None, places: int = 2) -> Decimal | None:
    return None if value is None else Decimal(repr(round(value, places)))


def page(room: Room, name: str = "board", query: str = "") -> str:
    asked = f"system={room.system.code}" + (f"&{query}" if query else "")
    return address(f"indicators:{name}", asked)


def _city(asked: Asked) -> Mapping[str, Sourced]:
    board = board_of(asked, System.Kind.CITY)
    if board is None:
        return {}
    scored, room, kinds = board.scored, board.room, Indicator.Kind
    every = partial(page, room, "every")
    groups = Unit.objects.standing().filter(kind=Unit.Kind.WORKING_GROUP)
    plans = Task.objects.filter(system=room.system, kind="plan").exclude(group=None)
    values: dict[str, tuple[Any, str, str]] = {
        "score": (exact(scored.score(scored.top)), "分", page(room)),
        "rank": (scored.rank(scored.top), "", page(room, "peers")),
        "among": (len(scored.units), "个", page(room, "peers")),
        "base": (len(board.of_kind(kinds.BASE)), "项", every("kind=base")),
        "base_deducted": (len(board.lost(kinds.BASE)), "项", every("kind=base&lost=1")),
        "tasks": (len(board.of_kind(kinds.TASK)), "项", every("kind=task")),
        "tasks_deducted": (len(board.lost(kinds.TASK)), "项", every("kind=task&lost=1")),
        "added": (len(board.of_kind(kinds.ADDED)), "项", every("kind=added")),
        "pending": (sum(bool(one.waits_for) for one in board.lines), "项", every("waits=1")),
        "groups": (groups.count(), "个", ""),
        "plans": (plans.count(), "个", page(room, "tasks")),
    }
    return {
        f"city.{name.name}": number(
            asked, f"city.{name.name}", name, values[name.name][0], unit=values[name.name][1], places=2,
            scope=f"{period_words(scored.period)}{room.system.name}", as_of=scored.period, rows=values[name.name][2],
        )
        for name in NAMES
    }  # fmt: skip


def _at(asked: Asked, board: Board, code: str, row: object) -> Any:
    """A cell of this system, as of the month it was scored for."""

    def made(
        column: str, label: str, value: Any, unit: str, rows: str = "", as_of: str = "", places: int = 2
    ) -> Sourced:
        """value: a per cent is kept as a share, as everywhere."""
        kept = value / 100 if unit == FigureUnit.SHARE and value is not None else value
        return cell(
            asked, (code, row, column), label, kept, unit=unit, scope=board.room.system.name, rows=rows, places=places,
            as_of=as_of or board.scored.period,
        )  # fmt: skip

    return made


def _parts(asked: Asked) -> Iterable[tuple[str, Row]]:
    """The parts of the whole, as the specification has them."""
    board = board_of(asked, System.Kind.CITY)
    if board is None:
        return
    for place, kpi in enumerate(kpis_of(board.room, board.scored)[1:], start=1):
        one = _at(asked, board, "city_parts", place)
        behind = page(board.room, "peers")
        yield (
            str(place),
            {
                "name": kpi.name,
                "score": one("score", "得分", exact(board.scored.score(kpi.code)), "分", behind),
                "rank": one("rank", "位次", kpi.rank, "", behind),
            },
        )


def _deductions(asked: Asked, *, kind: str, code: str) -> Iterable[tuple[str, Row]]:
    """What costs points, the most first."""
    board = board_of(asked, System.Kind.CITY)
    if board is None:
        return
    for line in board.lost(kind):
        one = _at(asked, board, code, line.card.pk)
        behind = address("indicators:indicator", "", line.card.pk)
        yield str(line.card.pk), {
            "name": line.card.name, "group": str(line.card.group or ""), "lead": str(line.card.lead or ""),
            "value": line.value_text, "target": line.target_text, "period": line.period_text,
            "lost": one("lost", "扣分", exact(line.lost), "分", behind),
            "rank": one("rank", "位次", line.rank, "", behind),
            "low": "靠后" if (line.rank or 0) * 4 > len(board.scored.units) * 3 else "",
        }  # fmt: skip


def _pending(asked: Asked) -> Iterable[tuple[str, Row]]:
    board = board_of(asked, System.Kind.CITY)
    for line in board.lines if board else ():
        if line.waits_for:
            yield str(line.card.pk), {"name": line.card.name, "from": line.waits_for}


def _what_if(asked: Asked) -> Iterable[tuple[str, Row]]:
    """If another vintage came first: the parts whose score would change, before and after."""
    board = board_of(asked, System.Kind.CITY)
    if board is None:
        return
    scored, room = board.scored, board.room
    used = scored.spec.vintages[:1]
    for number_, vintage in enumerate(room.spec.vintages):
        if vintage in used:
            continue
        after, tried = tried_of(room, scored, Wanted(scored.period, vintage))
        if after is None or tried is None:
            continue
        for place, (code, node) in enumerate(room.spec.nodes.items()):
            if node.parent != scored.top or after.score(code) == scored.score(code):
                continue
            key = f"{number_}-{place}"
            one = partial(
                _at(asked, board, "city_what_if", key), rows=page(room, "board", f"vintage={vintage}")
            )
            yield key, {
                "name": node.name or code, "used": "、".join(used), "instead": vintage,
                "before": one("before", "现得分", exact(scored.score(code)), "分"),
                "after": one("after", "改后得分", exact(after.score(code)), "分"),
                "rank_before": one("rank_before", "现位次", scored.rank(code), ""),
                "rank_after": one("rank_after", "改后位次", after.rank(code), ""),
                "better": "提升" if (after.rank(code) or 0) < (scored.rank(code) or 0) else "",
                "whole": one("whole", "改后总得分", exact(after.score(after.top)), "分"),
                "whole_rank": one("whole_rank", "改后总位次", after.rank(after.top), ""),
            }  # fmt: skip


def _watched(asked: Asked) -> Iterable[tuple[str, Row]]:
    """What fell by more than it usually moves, in its latest month."""
    board = board_of(asked, System.Kind.CITY)
    if board is None or board.latest != (board.room.periods or [""])[0]:
        return  # the room tells of its latest month alone
    for watch in watched(board.room):
        card = watch.card
        one = _at(asked, board, "watched", card.pk)
        more = {
            "unit": card.measure, "rows": address("indicators:indicator", "", card.pk), "as_of": board.latest,
            "places": card.places,
        }  # fmt: skip
        yield str(card.pk), {
            "name": card.name, "before_period": _short(watch.before_period), "period": _short(watch.now_period),
            "before": one("before", watch.before_period, _read_back(watch.before), **more),
            "now": one("now", watch.now_period, _read_back(watch.now), **more),
        }  # fmt: skip


def _read_back(words: str) -> Decimal:
    """What the room prints as a number again."""
    return Decimal(words.replace(",", "").replace("−", "-"))


def _short(words: str) -> str:
    """2018年上半年 → 上半年: the year is said once in a document."""
    return words.partition("年")[2]


def _behind(asked: Asked) -> Iterable[tuple[str, Row]]:
    """Base indicators of days or of the month that miss their target: the latest figure beside it."""
    board = board_of(asked, System.Kind.CITY)
    for line in board.lost(Indicator.Kind.BASE) if board else ():
        held = board.room.own_series.get(line.card.code, {}) if board else {}
        months = sorted(month for month in held if month <= str(asked.month))
        if line.card.pace != Indicator.Pace.MONTH or not months or line.target is None or board is None:
            continue
        low = held[months[-1]].low or 0.0
        one = _at(asked, board, "weak", line.card.pk)
        behind = address("indicators:indicator", "", line.card.pk)
        reverse = line.sign < 0 and line.target <= 0 < low
        unit, places = line.card.measure, line.card.places
        cells: dict[str, Cell] = {
            "value": one("value", "最近的数", exact(low, places), unit, behind, months[-1], places),
            "target": one("target", "目标", exact(line.target, places), unit, behind, "", places),
        }
        yield str(line.card.pk), {
            "name": line.card.name, "period": _short(period_words(months[-1])), "reverse": "不降反升" if reverse else "",
            "goal_given": "" if line.target_made_up else "市定", **cells,
        }  # fmt: skip


PARTS = (Part("city", SCOPE, NAMES, _city),)
_LOST = {
    "name": "指标", "group": "牵头组", "lead": "责任单位", "value": "最近的数", "target": "目标", "period": "到何时",
    "lost": "扣分", "rank": "位次", "low": "位次在后四分之一的写“靠后”",
}  # fmt: skip
LISTS = (
    Rows("city_parts", "市对标找差的各块", {"name": "块", "score": "得分", "rank": "位次"}, _parts),
    Rows("city_base_deducted", "扣分的基本指标", _LOST,
         partial(_deductions, kind=Indicator.Kind.BASE, code="city_base_deducted")),
    Rows("city_tasks_deducted", "扣分的重点工作任务", _LOST,
         partial(_deductions, kind=Indicator.Kind.TASK, code="city_tasks_deducted")),
    Rows("city_pending", "目标值未定的指标", {"name": "指标", "from": "等谁给"}, _pending),
    Rows("city_what_if", "改用别的口径",
         {"name": "块", "used": "现用口径", "instead": "改用口径", "before": "现得分", "after": "改后得分",
          "rank_before": "现位次", "rank_after": "改后位次", "better": "位次提升的写“提升”", "whole": "改后总得分",
          "whole_rank": "改后总位次"}, _what_if),
    Rows("watched", "波动比往常大的指标",
         {"name": "指标", "before_period": "前一期", "before": "前一期的数", "period": "最近一期", "now": "最近的数"},
         _watched),
    Rows("weak", "按月报、没达目标的指标",
         {"name": "指标", "period": "到何时", "value": "最近的数", "target": "目标", "reverse": "反向的写“不降反升”",
          "goal_given": "目标是上级定的写“市定”"}, _behind),
)  # fmt: skip
