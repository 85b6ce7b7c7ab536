"""点位和发现的清单缩到哪些：地址里写什么，就列什么；每个数都开得出它数的清单。"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import F, Max, Q

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.inspections.models import Finding, Visit
from xushi.inspections.rules import urged
from xushi.inspections.words import AT_UNIT, OPEN, FindingClass, FindingState, Kind, Severity, VisitState
from xushi.kit.listed import listed

if TYPE_CHECKING:
    from xushi.units.models import User

VISIT_STATES = {"": "全部", **{state.value: state.label for state in VisitState}}
EACH = {"": "每次一行", "project": "每个项目一行", "urged": "督促后开工的", "not_started": "没有真开工的"}
LATEST_FIRST = ("-round__year", "-round__serial", F("done_at").desc(nulls_last=True), "order", "pk")
FINDING_STATES = {
    "open": "没销的", "at_unit": "单位在改", "late": "逾期的", "fixed": "待复核", "verified": "已销",
    "withdrawn": "已撤回", "all": "全部",
}  # fmt: skip


def _chosen(
    query: Mapping[str, str], name: str, allowed: Mapping[str, Any], what: str, usual: str = ""
) -> str:
    value = query.get(name, "") or usual
    if value and value not in allowed:
        raise ValueError(f"没有“{value[:20]}”这{what}，请从筛选里选。")
    return value


def _month(query: Mapping[str, str]) -> str:
    """A month of an address in one spelling; ValueError where it is none."""
    return str(Month.parse(query["until"])) if query.get("until") else ""


class _Query:
    """What is narrowed, as it stands in an address."""

    def query(self, **changes: Any) -> str:
        told = {field.name: getattr(self, field.name) for field in fields(self)} | changes  # type: ignore[arg-type]
        usual = {field.name: field.default for field in fields(self)}  # type: ignore[arg-type]
        return urlencode(
            {name: value for name, value in told.items() if value not in (usual[name], None, "")}
        )


@dataclass(frozen=True)
class VisitsWanted(_Query):
    """The list of visits; each: a row a visit, a row a project (its last), or the starts that followed a visit."""

    year: int = 0
    until: str = ""  # 2018-08: rounds up to this month
    round: int = 0
    state: str = ""
    kind: str = ""
    each: str = ""
    territory: int = 0
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "VisitsWanted":
        return cls(
            year=row_number(query.get("year", "")) or 0,
            until=_month(query),
            round=row_number(query.get("round", "")) or 0,
            state=_chosen(query, "state", VISIT_STATES, "种情况"),
            kind=_chosen(query, "kind", dict(Kind.choices), "种核查"),
            each=_chosen(query, "each", EACH, "种列法"),
            territory=row_number(query.get("territory", "")) or 0,
            q=query.get("q", "").strip()[:60],
        )

    def rows(self, user: "User") -> Any:
        found = Visit.objects.visible_to(user)
        if self.year:
            found = found.filter(round__year=self.year)
        if self.until:
            found = found.filter(round__month__lte=Month.parse(self.until))
        if self.round:
            found = found.filter(round=self.round)
        for name in ("state", "kind"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        if self.territory:
            found = found.filter(project__territory=self.territory)
        for word in self.q.split():
            found = found.filter(project__search_text__contains=word.casefold())
        return self._each(found)

    def _each(self, found: Any) -> Any:
        if self.each == "project":
            last = found.done().order_by().values("project").annotate(last=Max("pk"))
            return found.filter(pk__in=last.values("last"))
        if self.each == "urged":
            return found.filter(listed("pk", urged_visits(found)))
        if self.each == "not_started":
            return found.filter(record__really_started=False)
        return found


def urged_visits(found: Any) -> list[int]:
    """督促开工: for each project that started within sixty days after a visit, the last such visit; one query."""
    rows = found.done().exclude(project__started_on=None).order_by("done_at", "pk")
    told = rows.values_list("pk", "project", "done_at", "project__started_on")
    last = {project: pk for pk, project, at, started in told if urged(local_day(at), started)}
    return list(last.values())


@dataclass(frozen=True)
class FindingsWanted(_Query):
    """The list of findings."""

    state: str = "open"
    year: int = 0
    until: str = ""
    round: int = 0
    group: str = ""
    severity: int = 0
    territory: int = 0
    unit: int = 0
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "FindingsWanted":
        severity = _chosen(
            query, "severity", {str(value): label for value, label in Severity.choices}, "档严重程度"
        )
        return cls(
            state=_chosen(query, "state", FINDING_STATES, "种状态", "open"),
            year=row_number(query.get("year", "")) or 0,
            until=_month(query),
            round=row_number(query.get("round", "")) or 0,
            group=_chosen(query, "group", dict(FindingClass.choices), "一类"),
            severity=int(severity or 0),
            territory=row_number(query.get("territory", "")) or 0,
            unit=row_number(query.get("unit", "")) or 0,
            q=query.get("q", "").strip()[:60],
        )

    def rows(self, user: "User", late_before: date) -> Any:
        found = Finding.objects.visible_to(user).filter(self.condition(late_before))
        columns = {
            "visit__round__year": self.year, "visit__round": self.round, "finding_class": self.group,
            "severity": self.severity, "project__territory": self.territory, "unit": self.unit,
        }  # fmt: skip
        found = found.filter(**{name: value for name, value in columns.items() if value})
        if self.until:
            found = found.filter(visit__round__month__lte=Month.parse(self.until))
        for word in self.q.split():
            found = found.filter(Q(project__search_text__contains=word.casefold()) | Q(words__contains=word))
        return found

    def condition(self, late_before: date) -> Q:
        match self.state:
            case "open":
                return Q(state__in=OPEN)
            case "at_unit":
                return Q(state__in=AT_UNIT)
            case "late":
                return Q(state__in=AT_UNIT, due_on__lt=late_before)
            case "all":
                return ~Q(state=FindingState.WITHDRAWN)
        return Q(state=self.state)
