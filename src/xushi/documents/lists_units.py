"""通报里按责任单位的表：谁快谁慢、亮什么灯；哪家应开未开、进度滞缓的多。"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from xushi.alerts.lists import WATCHED
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Level
from xushi.alerts.thresholds import thresholds_at
from xushi.core.figure import FigureUnit
from xushi.documents.named_scope import Asked, Cell, Row, Rows, address, cell, cell_of
from xushi.progress.figures import Filters, Group, portfolio
from xushi.units.districts import own_district

DISTRICT = Filters(level="district")
SPECS = {
    "under_way": "under_way", "started": "started", "start_rate": "start_rate.under_way", "annual_plan": "annual_plan",
    "completed": "completed_investment", "rate": "completion_rate", "gap": "gap_points",
}  # fmt: skip
COLUMNS = {
    "rank": "按比序时排第几", "name": "责任单位", "under_way": "当年实施", "started": "已开工", "start_rate": "开工率",
    "annual_plan": "年度计划投资", "completed": "累计完成投资", "rate": "完成率", "gap": "比序时快慢几个百分点",
    "light": "亮灯：绿，不慢；黄，慢，没过进度滞缓的黄线；红，慢过黄线",
}  # fmt: skip
ALERT_COLUMNS = {
    "name": "责任单位", "overdue": "应开未开个数", "slipping": "进度滞缓个数", "red": "其中红色个数",
    "projects": "是哪些项目",
}  # fmt: skip
BEHIND = {
    "overdue": f"cause={Cause.OVERDUE_START}", "slipping": f"cause={Cause.SLIPPING}",
    "red": f"cause={WATCHED}&level={Level.RED}",
}  # fmt: skip
NAMED = 6  # projects told by name


def light(gap: Decimal, yellow: Decimal) -> str:
    """gap in points, negative where behind; yellow: how far behind a project may be before it slips."""
    if gap >= 0:
        return "绿"
    return "红" if -gap > yellow else "黄"


def _ranked(asked: Asked) -> list[Group]:
    """Units with a plan, the fastest first; read once for both lists."""
    if "ranked" not in asked.kept:
        groups = portfolio(asked.user, asked.month, filters=DISTRICT, by=("unit",))
        told = [one for one in groups if one.under_way and one.gap_points is not None]
        asked.kept["ranked"] = sorted(told, key=lambda one: (-(one.gap_points or 0), one.label))
    found: list[Group] = asked.kept["ranked"]
    return found


def _rows(asked: Asked, *, code: str, ahead: bool) -> Iterable[tuple[str, Row]]:
    yellow = thresholds_at(asked.until, own_district(asked.user)).slipping_yellow
    rank, last = 0, None
    for place, group in enumerate(_ranked(asked), start=1):
        gap = group.gap_points or Decimal(0)
        rank, last = (rank if gap == last else place), gap
        if ahead and gap <= 0:
            continue
        key, name = str(group.key["unit"]), group.label.rpartition("·")[2]
        scope = f"区级重点项目·{name}"
        cells: dict[str, Cell] = {
            column: cell_of(
                asked, (code, key, column), group.figure(spec), scope=scope, by_month=True,
                rows=address("home:projects", group.figure(spec).rows),
            )
            for column, spec in SPECS.items()
        }  # fmt: skip
        placed = cell(
            asked, (code, key, "rank"), "名次", rank, unit="", scope=scope, meaning=COLUMNS["rank"],
            rows=address("home:projects", group.figure("gap_points").rows), closed=asked.closed, as_of=str(asked.month),
        )  # fmt: skip
        yield key, {"name": name, "rank": placed, "light": light(gap, yellow), **cells}


def _ranks(asked: Asked) -> Iterable[tuple[str, Row]]:
    return _rows(asked, code="unit_ranks", ahead=False)


def _ahead(asked: Asked) -> Iterable[tuple[str, Row]]:
    return _rows(asked, code="units_ahead", ahead=True)


def _alerts(asked: Asked) -> Iterable[tuple[str, Row]]:
    """Units with projects that are overdue or slipping, the most first. One query."""
    seen = Alert.objects.visible_to(asked.user)
    open_ones = seen.open() if asked.latest else seen.open_at(asked.until)
    found = open_ones.filter(cause__in=[Cause.OVERDUE_START, Cause.SLIPPING]).select_related(
        "responsible_unit"
    )
    units = defaultdict(list)
    for alert in found.order_by("level_rank", "cause_rank", "behind", "since", "subject_name", "pk"):
        units[alert.responsible_unit].append(alert)
    for unit, own in sorted(units.items(), key=lambda one: (-len(one[1]), str(one[0] or ""))):
        yield str(unit.pk if unit else 0), _of_unit(asked, unit, own)


def _of_unit(asked: Asked, unit: object, own: list[Alert]) -> Row:
    key, name = str(getattr(unit, "pk", 0)), str(unit or "没定责任单位")
    counts = {
        "overdue": sum(one.cause == Cause.OVERDUE_START for one in own),
        "slipping": sum(one.cause == Cause.SLIPPING for one in own),
        "red": sum(one.level == Level.RED for one in own),
    }
    cells: dict[str, Cell] = {
        column: cell(
            asked, ("unit_alerts", key, column), ALERT_COLUMNS[column], count, unit=FigureUnit.COUNT, scope=name,
            rows=address("alerts:list", f"{BEHIND[column]}&unit={key}"),
        )
        for column, count in counts.items()
    }  # fmt: skip
    names = "、".join(one.subject_name for one in own[:NAMED]) + ("等" if len(own) > NAMED else "")
    return {"name": name, "projects": names, **cells}


LISTS = (
    Rows("unit_ranks", "各责任单位进展排名，快的在前", COLUMNS, _ranks),
    Rows("units_ahead", "快于序时的责任单位", COLUMNS, _ahead),
    Rows("unit_alerts", "各责任单位的应开未开和进度滞缓", ALERT_COLUMNS, _alerts),
)
