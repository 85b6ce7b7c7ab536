"""省高质量发展监测的数：几项、完成几项、按序时几项、没赶上几项、目标不明确几项，各是哪些。"""

from collections.abc import Iterable, Mapping

from xushi.documents.named_indicators import Board, board_of, page
from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, cell, number
from xushi.documents.sourced import Sourced
from xushi.indicators.board import ProvinceBar, province_of
from xushi.indicators.models import System
from xushi.indicators.rules import period_words

NAMES = (
    Name("indicators", "省监测指标", "省监测体系里的指标。"),
    Name("done", "已完成年度目标", "最近的数已经达到全年目标的。"),
    Name("on_schedule", "按时序推进", "还没有达到全年目标、达到时序要求的。"),
    Name("upper", "处于中上水平", "没有明确目标、位次在前一半的。"),
    Name("behind", "未达时序进度", "没有达到时序要求的。"),
    Name("unclear", "目标不明确", "上级没有给出明确目标值的，位次好坏都算。"),
    Name("others", "其余", "没有明确目标、也不在前一半的。"),
)
PHRASES = {
    "done": "已完成年度目标", "on_schedule": "按时序进度推进", "upper": "处于全市中上水平", "behind": "未达序时进度",
    "unclear": "目标值不明确或没有可比的数",
}  # fmt: skip
SCOPE = "省高质量发展监测"


def _told(asked: Asked) -> tuple[Board, ProvinceBar] | None:
    if "province" not in asked.kept:
        board = board_of(asked, System.Kind.PROVINCE)
        asked.kept["province"] = (board, province_of(board.room)) if board else None
    made: tuple[Board, ProvinceBar] | None = asked.kept["province"]
    return made


def _read(asked: Asked) -> Mapping[str, Sourced]:
    held = _told(asked)
    if held is None:
        return {}
    board, bar = held
    counted = {key: count for key, _, count, _ in bar.parts}
    values = {
        "indicators": bar.total, "unclear": bar.unclear, "others": counted.get("unclear", 0),
        **{name: counted.get(name, 0) for name in ("done", "on_schedule", "upper", "behind")},
    }  # fmt: skip
    return {
        f"province.{name.name}": number(
            asked, f"province.{name.name}", name, values[name.name], unit="项", as_of=board.scored.period,
            scope=f"{period_words(board.scored.period)}{board.room.system.name}", rows=page(board.room),
        )
        for name in NAMES
    }  # fmt: skip


def _standings(asked: Asked) -> Iterable[tuple[str, Row]]:
    """How the indicators stand, each kind with its names."""
    held = _told(asked)
    for key, label, count, names in held[1].parts if held else ():
        yield key, {
            "label": label, "phrase": PHRASES.get(key, label), "names": "、".join(names), "first": "、".join(names[:3]),
            "more": "等" if len(names) > 3 else "",
            "count": cell(
                asked, ("province_standings", key, "count"), label, count, unit="项", scope=SCOPE,
                as_of=held[0].scored.period if held else "", rows=page(held[0].room) if held else "",
            ),
        }  # fmt: skip


PARTS = (Part("province", SCOPE, NAMES, _read),)
LISTS = (
    Rows(
        "province_standings", "省监测指标的进展",
        {"label": "进展", "phrase": "进展怎么说", "count": "项数", "names": "指标", "first": "前三个指标",
         "more": "多于三个的写“等”"},
        _standings,
    ),
)  # fmt: skip
