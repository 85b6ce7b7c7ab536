"""和库里比：稿里的数，口径、月份、说的是什么都认得出的，与那个月的数对一遍。认不出的不比。"""

import re
from collections.abc import Iterator
from decimal import Decimal

from xushi.documents.checking.facts import Fact, Facts
from xushi.documents.checking.judging import Claim, Claimed, Severity, of, overlap
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.topics import Topics

_COUNTS = {
    Role.LISTED: "listed",
    Role.UNDER_WAY: "under_way",
    Role.STARTED: "started",
    Role.NOT_STARTED: "not_started",
    Role.PRELIMINARY: "preliminary",
    Role.COMPLETED: "completed_projects",
}
_AMOUNTS = {Role.TOTAL: "total_investment", Role.PLAN: "annual_plan", Role.DONE: "completed_investment"}
_TOTALS = {Role.PRELIMINARY: "preliminary_investment", Role.COMPLETED: "completed_total_investment"}
_RATES = {
    Role.START_RATE: ("start_rate", "start_rate_this_year", "start_rate_by_now"),
    Role.DONE_RATE: ("completion_rate",),
}
_TO_DATE = (
    "started",
    "not_started",
    "completed_projects",
    "completed_investment",
    "start_rate",
    "completion_rate",
)
_CLASSES = {
    "百亿元以上": "at_least_100",
    "100亿元以上": "at_least_100",
    "50亿元以上": "at_least_50",
    "10亿元以上": "at_least_10",
}
_ELSEWHEN = re.compile(r"去年|上年|上月|同期|上半年|明年|力争|确保|争取|预计|目标|新增|当月|本月")
_OF_A_MONTH = re.compile(r"当月|本月|上月|单月|分别")
_OUTRIGHT = {
    "listed": re.compile(
        r"(列入|纳入|安排|排定|共有|实有|总数)[^|]{0,14}\||(项目)?共\|$|\|(项目)?(列入|纳入)"
    ),
    "under_way": re.compile(r"当年实施|年内实施|今年实施"),
    "started": re.compile(r"(?<!新)开工"),
    "annual_plan": re.compile(r"计划"),
}
_BATCH = re.compile(r"第(?P<which>[一二三四五六七八九十\d]+)批[^，。；]{0,24}$")
_NUMERALS = {name: str(number) for number, name in enumerate("一二三四五六七八九十", start=1)}

# 督办、督查、会审这些：（事实的名字、量词、左边的词、右边的词、整句里要有的词）
_TOLD = (
    ("orders", "issued", "个件份", r"(派发|下发|发出|印发|下达|制发)[^，]{0,6}督办单(共)?$", "", ""),
    ("orders", "issued", "个件份", r"(派发|下发|发出|印发|下达|制发)了?$", r"^督办单", ""),
    ("orders", "on_time", "个件份", r"(按期|按时)(反馈|答复|办结)了?$", "", "督办"),
    ("orders", "replied", "个件份", r"(?<!期)(?<!时)已?反馈了?$", "", "督办"),
    ("inspections", "rounds", "次", r"(现场|联合)督查$|(开展|组织)了?$", r"^$|^(联合|现场)", "督查"),
    ("inspections", "seen", "个", r"项目$", "", "督查[^。；]*涉及"),
    ("inspections", "urged", "个", r"督促[^，]{0,4}开工(项目)?$", "", ""),
    ("admission", "passed", "个", r"", r"^(产业)?项目[^，]{0,4}通过(准入)?会审", ""),
    ("admission", "passed", "个", r"通过(准入)?会审的?(产业)?项目$", "", ""),
    ("city", "score", "分", r"(综合|总)?得分$", "", "考核|对标"),
    ("city", "rank", "名", r"排名$|排位$|位列$", "", "考核|对标"),
)  # fmt: skip


def claims(text: Text, facts: Facts) -> Iterator[Claim]:
    """Every number of the text that the database has a number for."""
    topics = Topics(text)
    for near in text.paragraphs:
        for place, mention in enumerate(near):
            if mention.kind in (Kind.SERIAL, Kind.THRESHOLD) or not _of_the_month(mention, facts):
                continue
            found = _told(mention, facts) or _measured(
                mention, near[max(0, place - 6) : place], topics, facts
            )
            if found:
                yield found


def _of_the_month(mention: Mention, facts: Facts) -> bool:
    """Whether the words leave it open that the number is of this month: no other year, no other months, no wish."""
    if _ELSEWHEN.search(mention.phrase[-30:]) or _OF_A_MONTH.search(mention.lead[-80:]):
        return False
    if mention.role in (
        Role.CHANGE,
        Role.BASE,
        Role.TARGET,
        Role.MEAN,
    ):
        return False
    years = re.findall(r"(\d{4})\s*年", mention.lead)
    if years and int(years[-1]) != facts.year:
        return False
    return mention.period is None or mention.period[1] == facts.month


def _measured(mention: Mention, before: list[Mention], topics: Topics, facts: Facts) -> Claim | None:
    """A number of projects or of their investment, in the scope that is spoken of."""
    measures = _measures(mention, before)
    if not measures or (measures[0] in _TO_DATE and mention.period and mention.period[0] != 1):
        return None
    scopes = topics.of(mention)
    sure = bool(scopes) and _says_so(mention, measures[0])
    if not scopes and mention.role is Role.COMPLETED:
        scopes = ["district", "district_industrial"]
    met = [fact for scope in scopes for measure in measures if (fact := facts.get(scope, measure))]
    return _against(mention, met, sure=sure)


def _says_so(mention: Mention, measure: str) -> bool:
    """Whether the words name the measure outright: 看过项目70个, 新开工5个 are of something else than the list's."""
    named = _OUTRIGHT.get(measure)
    return named is None or bool(named.search(f"{mention.label}|{mention.tail}"))


def _measures(mention: Mention, before: list[Mention]) -> tuple[str, ...]:
    """What a number measures, the likeliest first; nothing where its words say nothing that the database knows."""
    here = [one for one in before if one.sentence == mention.sentence]
    if mention.kind is Kind.COUNT and mention.quantity.unit in ("个", "项"):
        return _counted(mention, here[-1] if here else None)
    if mention.kind is Kind.MONEY and mention.quantity.unit == "元":
        return _invested(mention, here)
    if mention.kind is Kind.PERCENT:
        return _RATES.get(mention.role, ())
    return ("gap",) if mention.kind is Kind.POINTS and "序时" in mention.label else ()


def _counted(mention: Mention, last: Mention | None) -> tuple[str, ...]:
    if last is not None and last.kind is Kind.THRESHOLD and last.clause == mention.clause:
        named = _CLASSES.get(last.quantity.text)
    else:
        named = _COUNTS.get(mention.role)
    return (named,) if named else ()


def _invested(mention: Mention, here: list[Mention]) -> tuple[str, ...]:
    last = here[-1] if here else None
    if mention.role is Role.TOTAL and last is not None and last.role in _TOTALS:
        return (_TOTALS[last.role],)
    if mention.role is Role.DONE and any(one.role is Role.COMPLETED for one in here):
        return ("completed_invested_to_date", "completed_investment")
    named = _AMOUNTS.get(mention.role)
    return (named,) if named else ()


def _told(mention: Mention, facts: Facts) -> Claim | None:
    """Orders, inspections, admissions, problems by their batch: known by the words around them."""
    batch = _BATCH.search(mention.lead)
    if batch and mention.kind is Kind.COUNT:
        measure = "problems" if "问题" in mention.label[-6:] + mention.tail[:4] else "projects"
        number = _NUMERALS.get(batch["which"], batch["which"])
        fact = facts.get(f"batch.{number}", measure)
        named = re.search(
            r"^(项目|问题)|(项目|问题事项)$", mention.tail[:2] if mention.tail else mention.label
        )
        return _against(mention, [fact], sure=True) if fact and named else None
    for scope, measure, units, left, right, there in _TOLD:
        if mention.quantity.unit not in units or not re.search(left, mention.label):
            continue
        if re.search(right, mention.tail) and re.search(there, mention.lead):
            fact = facts.get(scope, measure)
            return (
                _against(mention, [fact], sure=scope != "city" or mention.period is not None)
                if fact
                else None
            )
    return None


def _against(mention: Mention, met: list[Fact], *, sure: bool) -> Claim | None:
    """Held by the first fact that fits; where none does and the scope is sure, held to the first."""
    if not met:
        return None
    printed = of(mention.quantity)
    fits = next((one for one in met if overlap(printed, (one.value, one.value))), None)
    if fits is None and not sure:
        return None
    fact = fits or met[0]
    severity = Severity.ERROR if fact.closed else Severity.WARNING
    quantity = mention.quantity
    return Claim(
        Claimed.DATABASE, quantity.start, quantity.end, quantity.text, fits is not None, (), fact.value,
        (fact.value, fact.value), "名" if quantity.kind is Kind.RANK else quantity.unit, severity,
        f"{fact.when}{fact.label}是{fact.printed}（{fact.standing}）", value=Decimal(quantity.value),
        named=(f"{fact.label}{fact.printed}",), source=fact,
    )  # fmt: skip
