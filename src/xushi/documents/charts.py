"""报告里的图：完成率与序时、各属地快慢、当年曲线、项目体量、考核位次；画成图片，数全出自名数。"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from xushi.core.money import share
from xushi.documents.named import Figures
from xushi.documents.sourced import Sourced
from xushi.documents.tree import Picture
from xushi.documents.writing import fonts
from xushi.documents.writing.styles import Face
from xushi.progress.figures import Filters, history
from xushi.progress.history import Point

PROGRAM = Path(__file__).parent / "charts.typ"
PPI = 180.0
ROOM = Decimal("1.08")  # the longest bar ends a little before the edge
SCOPES = (
    ("joint", "省市重大项目"), ("joint_industrial", "其中产业"), ("district", "区级重点项目"),
    ("district_industrial", "其中产业"), ("infrastructure", "基础设施"), ("livelihood", "民生社会事业"),
    ("environment", "环境整治"),
)  # fmt: skip
SIZES = (("at_least_100", "100亿元以上"), ("at_least_50", "50亿元以上"), ("at_least_10", "10亿元以上"))
Drawn = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: what it shows, in words that stand for it where it cannot be seen, and how its data are got."""

    name: str
    alt: str
    data: Callable[[Figures], Drawn | None]  # None: nothing to draw


def described() -> dict[str, str]:
    """{name: what it shows} of every chart a template may name."""
    return {chart.name: chart.alt for chart in CHARTS}


def pictures_of(figures: Figures, names: "set[str] | frozenset[str] | None" = None) -> dict[str, Picture]:
    """The charts as pictures, those named or all; NoFont where this machine has no typeface that knows Chinese."""
    wanted = [chart for chart in CHARTS if names is None or chart.name in names]
    made = [(chart, data) for chart in wanted if (data := chart.data(figures)) is not None]
    if not made:
        return {}
    pages = drawn([data for _, data in made])
    return {
        chart.name: Picture(png, f"{chart.alt}（截至{figures.month.label}）")
        for (chart, _), png in zip(made, pages, strict=True)
    }


def drawn(charts: list[Drawn]) -> list[bytes]:
    faces = [*fonts.names()[Face.HEADING]]
    with TemporaryDirectory(prefix="xushi-charts-") as room:
        root = Path(room)
        told = json.dumps({"fonts": faces, "charts": charts}, ensure_ascii=False)
        (root / "charts.json").write_text(told, encoding="utf-8")
        (root / "charts.typ").write_bytes(PROGRAM.read_bytes())
        made = typst.compile(
            str(root / "charts.typ"), root=room, font_paths=fonts.faces(), format="png", ppi=PPI,
            package_path=room, package_cache_path=room,
        )  # fmt: skip
    pages = [made] if isinstance(made, bytes) else list(made or ())
    return [bytes(page) for page in pages]


def _progress(figures: Figures) -> Drawn | None:
    rows = []
    for code, name in SCOPES:
        rate, due, gap = (figures[f"{code}.{one}"] for one in ("completion_rate", "scheduled_share", "gap"))
        rows.append((name, rate, due, gap))
    return _rates(rows, f"{figures.month.period}年度投资完成率", "竖线是序时进度")


def _rates(rows: list[tuple[str, Sourced, Sourced, Sourced]], title: str, note: str) -> Drawn | None:
    known = [row for row in rows if row[1].value is not None and row[2].value is not None]
    if not known:
        return None
    most = max(max(rate.value or 0, due.value or 0) for _, rate, due, _ in known) * ROOM or Decimal(1)
    bars = []
    for name, rate, due, gap in known:
        slow = (gap.value or 0) < 0
        bars.append(
            {
                "name": name, "share": _at(rate.value, most), "due": _at(due.value, most), "slow": slow,
                "words": rate.printed, "more": f"{'慢' if slow else '快'}{gap.printed.removesuffix('个百分点')}",
            }
        )  # fmt: skip
    return {"kind": "bars", "title": title, "note": f"{note}，右边是比序时快慢几个百分点", "rows": bars}


def _at(value: Decimal | None, most: Decimal) -> float:
    return float(max(value or Decimal(0), Decimal(0)) / most)


def _territories(figures: Figures) -> Drawn | None:
    rows = []
    due = figures["district.scheduled_share"]
    for row in figures.lists["territories"]:
        rate, gap = row["completion_rate"], row["gap"]
        if isinstance(rate, Sourced) and isinstance(gap, Sourced):
            rows.append((str(row["name"]), rate, due, gap))
    return _rates(rows, f"{figures.month.period}各属地年度投资完成率", "慢的在前，竖线是全区序时进度")


def _sizes(figures: Figures) -> Drawn | None:
    numbers = [(name, figures[f"district_industrial.{key}"]) for key, name in SIZES]
    most = max((one.value or Decimal(0) for _, one in numbers), default=Decimal(0)) * ROOM
    if not most:
        return None
    rows = [
        {
            "name": name,
            "share": _at(one.value, most),
            "due": -1,
            "slow": False,
            "words": one.printed,
            "more": "",
        }
        for name, one in numbers
    ]
    under_way = figures["district_industrial.under_way"].printed
    return {
        "kind": "bars",
        "title": f"{under_way}区级重点产业项目的体量",
        "note": "大的也算在小的里面",
        "rows": rows,
    }


def _ranks(figures: Figures) -> Drawn | None:
    among = figures["city.among"].value
    whole = [("总得分", figures["city.score"], figures["city.rank"])]
    parts = [(str(r["name"]), r["score"], r["rank"]) for r in figures.lists["city_parts"]]
    tried = {str(r["name"]): r["rank_after"] for r in figures.lists["city_what_if"]}
    rows = []
    for name, score, rank in [*whole, *parts]:
        after = tried.get(name)
        if isinstance(score, Sourced) and isinstance(rank, Sourced) and rank.value is not None:
            other = after.value if isinstance(after, Sourced) else None
            rows.append(
                {"name": name, "rank": int(rank.value), "tried": int(other or 0), "words": score.printed,
                 "more": f"第{rank.printed}" + (f"，改口径第{int(other)}" if other else "")}
            )  # fmt: skip
    if among is None or not rows:
        return None
    return {
        "kind": "ladder",
        "title": "市对标找差得分和位次",
        "note": figures["city.score"].scope,
        "among": int(among),
        "rows": rows,
    }


def _curve(figures: Figures) -> Drawn | None:
    asked = figures.asked
    points = [
        one for one in history(asked.user, asked.year, Filters(level="district")) if one.month <= asked.month
    ]
    if len(points) < 2 or not all(point.plan for point in points):
        return None
    return lines(
        points,
        title=f"{asked.year}年区级重点项目逐月投资完成率",
        words=figures["district.completion_rate"].printed,
    )


def lines(points: list[Point], *, title: str, words: str) -> Drawn:
    """Month by month what is done and what was due, as shares of the plan; every point has one."""
    done = [share(point.cumulative, point.plan) or Decimal(0) for point in points]
    due = [share(point.due_twelfths, point.plan * 12) or Decimal(0) for point in points]
    top = max([Decimal(1), *done])
    levels = [{"share": float(Decimal(n) / 100 / top), "words": f"{n}%"} for n in (0, 25, 50, 75, 100)]
    return {
        "kind": "lines", "title": title, "note": "粗线是完成，虚线是序时进度", "done": [float(one / top) for one in done],
        "due": [float(one / top) for one in due], "levels": levels, "words": words,
    }  # fmt: skip


CHARTS = (
    Chart("progress", "各级各类项目年度投资完成率与序时进度", _progress),
    Chart("curve", "区级重点项目逐月投资完成率与序时进度", _curve),
    Chart("territories", "各属地年度投资完成率与序时进度", _territories),
    Chart("sizes", "区级重点产业项目的体量", _sizes),
    Chart("ranks", "市对标找差得分和位次", _ranks),
)
