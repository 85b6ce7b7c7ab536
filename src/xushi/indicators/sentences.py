"""一个方案说成一句话，好抄进报告：先说前提，再说得分和位次，凭什么数算的也写上。"""

from collections.abc import Mapping, Sequence
from typing import Any

from xushi.indicators.board import rests_on
from xushi.indicators.figures import Scored
from xushi.indicators.reading_board import Room
from xushi.indicators.rules import period_words, shown


def sentence_of(
    room: Room, before: Scored, after: Scored, *, vintages: Sequence[str], changes: Mapping[str, Any]
) -> str:
    """如按半年数计，争先进位由6.00分升到10.00分、由第8位升到第6位；总得分由195.63分…；all out of two builds."""
    if_so = "，".join(
        [*_vintage(vintages), *(_change(room, before, path, to) for path, to in changes.items())]
    )
    codes = [code for code, node in room.spec.nodes.items() if node.parent == before.top]
    parts = [_moved(room, before, after, code) for code in codes if before.score(code) != after.score(code)]
    whole = _moved(room, before, after, before.top) or f"{_name(room, before.top)}不变"
    told = "；".join([*filter(None, parts), whole])
    rests = rests_on(before)
    basis = f"按{period_words(before.period)}数据测算" + (f"，{rests}" if rests else "")
    return f"如{if_so}，{told}（{basis}，供研判）。"


def _vintage(vintages: Sequence[str]) -> list[str]:
    return [f"改按{vintages[0]}计"] if vintages else []


def _change(room: Room, before: Scored, path: str, to: Any) -> str:
    """空气质量…由60.5%做到68.0%; what is no figure of an indicator as it is addressed."""
    code = path.rpartition(".")[2]
    card = room.cards.get(code)
    if card is None or not path.startswith("observations.") or not isinstance(to, int | float):
        return f"{path}改为{to}"
    held = before.assembled.cells.get((room.own, code))
    measure = card.measure
    now = f"由{shown(held.low, card.places)}{measure}" if held and held.low is not None else ""
    return f"{card.name}{now}做到{shown(float(to), card.places)}{measure}"


def _moved(room: Room, before: Scored, after: Scored, code: str) -> str:
    """总得分由195.63分升到200.51分、由第9位升到第8位; "" where nothing moves."""
    was, now = before.score(code), after.score(code)
    first, then = before.rank(code), after.rank(code)
    said = []
    if was is not None and now is not None and was != now:
        said.append(f"由{shown(was, 2)}分{'升' if now > was else '降'}到{shown(now, 2)}分")
    if first and then and first != then:
        said.append(f"由第{first}位{'升' if then < first else '降'}到第{then}位")
    elif said and then:
        said.append(f"仍列第{then}位")
    return f"{_name(room, code)}{'、'.join(said)}" if said else ""


def _name(room: Room, code: str) -> str:
    return room.spec.nodes[code].name or code
