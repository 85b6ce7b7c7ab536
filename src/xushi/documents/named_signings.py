"""招商的数：签了几个、多少亿元、开工几个；每次签约活动各多少。"""

from collections.abc import Iterable, Mapping

from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell_of, of_figure
from xushi.documents.sourced import Sourced
from xushi.signings.figures import Funnel, events, funnel
from xushi.signings.recording import limits
from xushi.signings.rules import Stage
from xushi.signings.wanted import Wanted

NAMES = (
    Name("signed", "签约项目", "签约台账里的项目，流失的也算。"),
    Name("amount", "签约总投资", "签约台账里项目的总投资之和，流失的也算。"),
    Name("started", "签约已开工", "签约项目里已经开工的，含开工后流失的。"),
    Name("late", "签约超目标", "停在一步里超过目标天数的签约项目。"),
)
SIGNED = Stage(min(Stage))


def _read(asked: Asked) -> Mapping[str, Sourced]:
    """The funnel is of the day: of an earlier month nobody kept it."""
    if not asked.latest:
        return {}
    told: Funnel = funnel(asked.user, Wanted(), limits(), asked.day)
    stages = {row.stage: row for row in told.rows}
    figures = {
        "signed": stages[SIGNED].count, "amount": stages[SIGNED].amount, "started": stages[Stage.STARTED].count,
        "late": told.late,
    }  # fmt: skip
    return {
        f"signings.{name.name}": of_figure(
            asked, f"signings.{name.name}", name, figures[name.name],
            rows=address("signings:index", figures[name.name].rows), places=2,
        )
        for name in NAMES
    }  # fmt: skip


def _events(asked: Asked) -> Iterable[tuple[str, Row]]:
    """签约活动 of the year up to the day, the first one first."""
    for row in events(asked.user, Wanted(), limits(), asked.day):
        if row.event.held_on.year != asked.year or row.event.held_on > asked.day:
            continue
        at = row.event.held_on
        figures = {"count": row.count, "amount": row.amount, "started": row.started}
        cells: dict[str, Sourced | str] = {
            column: cell_of(
                asked, ("signing_events", row.event.pk, column), figure, scope=row.event.name,
                rows=address("signings:index", figure.rows), places=2, meaning=f"这次活动上签约项目的{figure.label}。",
            )
            for column, figure in figures.items()
        }  # fmt: skip
        yield str(row.event.pk), {"name": row.event.name, "held_on": f"{at.month}月{at.day}日", **cells}


PARTS = (Part("signings", "招商签约", NAMES, _read),)
LISTS = (
    Rows(
        "signing_events", "本年的签约活动",
        {"name": "活动", "held_on": "日期", "count": "个数", "amount": "总投资", "started": "开工"}, _events,
    ),
)  # fmt: skip
