"""手续轨：一条线上几步，办完的打钩，正卡着的放大、写等了几天、归谁、超了几天，后面的空着。不碰数据库。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xushi.permits.selectors import Row, Steps

BEHIND, AHEAD = 3, 3  # how many stand on the line before and after the present one
SHORT = {
    "project_code": "赋码", "proposal": "建议书", "pre_examination": "用地预审", "feasibility": "可研",
    "verification": "核准", "filing": "备案", "supply": "供地", "land_permit": "用地", "design": "方案",
    "planning_permit": "工规", "preliminary": "初设", "drawing": "图审", "fire_design": "消防设计", "tender": "招投标",
    "quality": "质监", "construction": "施工证", "environment": "环评", "energy": "能评", "energy_firm": "能评",
    "water_soil": "水保", "flood": "洪评", "stability": "稳评", "heritage": "文物", "forest": "林地",
    "relocation": "征地拆迁",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """One step on the line: state is done, now or ahead."""

    name: str
    state: str
    row: Row

    @property
    def day(self) -> date | None:
        return self.row.step.decided_on if self.state == "done" else None


@dataclass(frozen=True, slots=True)
class Line:
    """The stops from left to right; held: the step that holds the project up, None where nothing does."""

    stops: tuple[Stop, ...]
    held: Row | None


def line_of(steps: Steps, critical: str = "") -> Line:
    """critical: the code of the step that the start hangs on; where it is not known, the one longest past its promise."""
    rows = {row.step.permit.code: row for row in steps.rows if row.step.permit.needed_for_start}
    now = rows.get(critical)
    if now is None or now.done:
        waiting = [row for row in rows.values() if row.waiting]
        now = max(waiting, key=lambda row: (row.over or 0, row.days or 0), default=None)
    if now is None:
        last = sorted((row for row in rows.values() if row.done), key=_decided)[-BEHIND - AHEAD :]
        return Line(tuple(_stop(row, "done") for row in last), None)
    behind = _behind(now.step.permit.code, steps.needs, rows)
    ahead = _ahead(now.step.permit.code, steps.needs, rows)
    stops = [_stop(row, "done") for row in behind]
    stops += [_stop(now, "now"), *(_stop(row, "ahead") for row in ahead)]
    return Line(tuple(stops), now)


def _stop(row: Row, state: str) -> Stop:
    permit = row.step.permit
    return Stop(SHORT.get(permit.code, permit.name[:4]), state, row)


def _decided(row: Row) -> tuple[date, int]:
    return row.step.decided_on or date.min, row.step.permit.place


def _behind(code: str, needs: Mapping[str, Sequence[str]], rows: Mapping[str, Row]) -> list[Row]:
    """What was done last before it, back along the line, oldest first; else what was done last at all."""
    done = {row.step.permit.code: row for row in rows.values() if row.done and row.step.state == "approved"}
    before = sorted((done[one] for one in _all_before(code, needs) if one in done), key=_decided)
    rest = sorted((row for one, row in done.items() if row not in before and one != code), key=_decided)
    missing = BEHIND - len(before)
    return sorted([*(rest[-missing:] if missing > 0 else []), *before[-BEHIND:]], key=_decided)


def _all_before(code: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    found: list[str] = []
    ahead = list(needs.get(code, ()))
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.append(one)
            ahead.extend(needs.get(one, ()))
    return found


def _ahead(code: str, needs: Mapping[str, Sequence[str]], rows: Mapping[str, Row]) -> list[Row]:
    """The way from it to the last step before the start, at most three: the next ones and the end."""
    follows: dict[str, list[str]] = {}
    for one, before in needs.items():
        for other in before:
            follows.setdefault(other, []).append(one)
    way, at, seen = [], code, {code}
    while True:
        nexts = [one for one in _open_after(at, follows, rows) if one not in seen]
        if not nexts:
            break
        at = min(nexts, key=lambda one: rows[one].step.permit.place)
        seen.add(at)
        way.append(rows[at])
    return way if len(way) <= AHEAD else [*way[: AHEAD - 1], way[-1]]


def _open_after(code: str, follows: Mapping[str, Sequence[str]], rows: Mapping[str, Row]) -> list[str]:
    """The open steps right behind; one that the project does not need hands on to those behind it."""
    found, ahead, seen = [], list(follows.get(code, ())), set()
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        row = rows.get(one)
        if row is None or row.done:
            ahead.extend(follows.get(one, ()))
        else:
            found.append(one)
    return found
