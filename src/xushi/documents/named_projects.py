"""项目的数：省市、区级、产业和各类别，个数、投资、开工、完成、比序时；一律出自 progress.figures。"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from xushi.core.figure import FigureUnit
from xushi.core.money import yi
from xushi.core.months import Month
from xushi.documents.named_scope import Asked, Name, Part, address, number, of_figure
from xushi.documents.sourced import Sourced
from xushi.progress.figures import Group

# 名字、progress.specs 里的名字、叫什么、数的是什么
SPECIFIED = (
    ("listed", "listed", "列入计划", "列入当年名单的项目，当年实施和前期工作都算。"),
    ("under_way", "under_way", "当年实施", "名单里当年实施的项目。"),
    ("preliminary", "preliminary", "前期工作", "名单里做前期工作的项目。"),
    ("total_investment", "total_investment", "总投资", "当年实施项目的总投资之和。"),
    ("preliminary_investment", "preliminary_investment", "前期工作总投资", "前期工作项目的总投资之和。"),
    ("annual_plan", "annual_plan", "当年计划投资", "当年实施项目在执行的年度计划投资之和。"),
    ("started", "started", "已开工", "当年实施项目里，到月底已认定开工的。"),
    ("not_started", "not_started", "未开工", "当年实施项目里，到月底还没有认定开工的。"),
    ("start_rate", "start_rate.under_way", "开工率", "已开工占当年实施项目的比重。"),
    ("start_rate_this_year", "start_rate.planned_this_year", "开工率（按今年应开）",
     "计划今年开工的项目里已开工的比重。"),
    ("start_rate_by_now", "start_rate.planned_by_now", "开工率（按目前应开）",
     "计划到本月底应已开工的项目里已开工的比重。"),
    ("completed_investment", "completed_investment", "累计完成投资", "1月起到月底累计完成投资之和，当年实施项目。"),
    ("completion_rate", "completion_rate", "年度投资完成率", "累计完成投资占年度计划投资的比重。"),
    ("scheduled_share", "scheduled_share", "序时进度", "到月底按计划应完成的份额，按各项目自己的序时加权。"),
    ("gap", "gap_points", "比序时", "完成率减序时进度，正是快、负是慢；印出来不带正负号。"),
    ("completed_projects", "completed_projects", "竣工", "当年实施项目里，本年到月底竣工的。"),
    ("completed_total_investment", "completed_total_investment", "竣工项目总投资", "本年竣工项目的总投资之和。"),
    ("completed_invested_to_date", "completed_invested_to_date", "竣工项目完成投资",
     "本年竣工项目开工以来完成的投资之和，不只是今年的。"),
    ("at_least_10", "at_least_10", "10亿元以上", "当年实施项目里总投资10亿元以上的，大的也算在里面。"),
    ("at_least_50", "at_least_50", "50亿元以上", "当年实施项目里总投资50亿元以上的，大的也算在里面。"),
    ("at_least_100", "at_least_100", "100亿元以上", "当年实施项目里总投资100亿元以上的。"),
    ("reported", "reported", "已报月报", "当年实施项目里，当月月报已报的。"),
)  # fmt: skip
CHANGES = (
    Name("month_investment", "当月完成投资", "本月底累计完成投资减上月底；上月没有关账的没有这个数。"),
    Name("month_started", "当月新开工", "本月底已开工减上月底；上月没有关账的没有这个数。"),
    Name(
        "rate_change", "完成率比上月底", "本月底完成率减上月底，印出来不带正负号；上月没有关账的没有这个数。"
    ),
    Name(
        "year_change", "完成投资比上年同期", "本月底累计完成投资减上年同月底；上年同月没有关账的没有这个数。"
    ),
)
NAMES = tuple(Name(name, label, meaning) for name, _, label, meaning in SPECIFIED) + CHANGES
BY_NAME = {one.name: one for one in NAMES}
GROUPS = (
    ("joint", "省市重大项目", "provincial_municipal", ""),
    ("joint_industrial", "省市重大产业项目", "provincial_municipal", "industrial"),
    ("provincial", "省级重大项目", "provincial", ""),
    ("provincial_industrial", "省级重大产业项目", "provincial", "industrial"),
    ("municipal", "市级重大项目", "municipal", ""),
    ("municipal_industrial", "市级重大产业项目", "municipal", "industrial"),
    ("district", "区级重点项目", "district", ""),
    ("district_industrial", "区级重点产业项目", "district", "industrial"),
    ("manufacturing", "先进制造业项目", "district", "advanced_manufacturing"),
    ("services", "现代服务业项目", "district", "modern_services"),
    ("infrastructure", "基础设施项目", "district", "infrastructure"),
    ("livelihood", "民生社会事业项目", "district", "livelihood"),
    ("environment", "环境整治项目", "district", "environment"),
)


def _read(asked: Asked, *, code: str, title: str, level: str, category: str) -> Mapping[str, Sourced]:
    group = asked.total(level, category)
    made: dict[str, Sourced] = {}
    for name, spec, _, _ in SPECIFIED:
        figure = group.figure(spec)
        made[f"{code}.{name}"] = of_figure(
            asked, f"{code}.{name}", BY_NAME[name], figure, rows=address("home:projects", figure.rows), scope=title,
            by_month=True,
        )  # fmt: skip
    for name, (value, unit) in _changes(asked, group, level, category).items():
        made[f"{code}.{name}"] = number(
            asked, f"{code}.{name}", BY_NAME[name], value, unit=unit, scope=title, closed=asked.closed,
            as_of=str(asked.month), rows=address("home:projects", group.figure("completed_investment").rows),
        )  # fmt: skip
    return made


def _changes(
    asked: Asked, group: Group, level: str, category: str
) -> dict[str, tuple[Decimal | int | None, str]]:
    """Against the month before (of the same year) and the same month a year ago, where those are closed."""
    month = asked.month
    before = _then(asked, month.previous, level, category) if month.number > 1 else None
    year_ago = _then(asked, Month(month.year - 1, month.number), level, category)
    rates = (group.completion_rate, before.completion_rate if before else None)
    both = rates[0] is not None and rates[1] is not None
    return {
        "month_investment": (yi(group.cumulative - before.cumulative) if before else None, FigureUnit.YI),
        "month_started": (group.started - before.started if before else None, FigureUnit.COUNT),
        "rate_change": (
            (rates[0] - rates[1]) * 100 if both else None,  # type: ignore[operator]
            FigureUnit.POINTS,
        ),
        "year_change": (yi(group.cumulative - year_ago.cumulative) if year_ago else None, FigureUnit.YI),
    }


def _then(asked: Asked, month: Month, level: str, category: str) -> Group | None:
    return asked.total(level, category, month) if asked.is_closed(month) else None


PARTS = tuple(
    Part(code, title, NAMES, partial(_read, code=code, title=title, level=level, category=category))
    for code, title, level, category in GROUPS
)
