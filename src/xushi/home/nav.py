"""栏目：谁看见哪些入口。只列已有的、本人能进的。"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import NoReverseMatch

from xushi.federation.policy import can_read as can_read_districts
from xushi.kit.addresses import address_of
from xushi.notices.policy import can_run_channels
from xushi.registry.policy import can_keep_words
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
PORTFOLIO = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY)
BUSINESS = (*PORTFOLIO, Role.OWNER, Role.INDICATOR_LEAD)
REPORTERS = (Role.TERRITORY, Role.OWNER)
OFFICE = (Role.OFFICE,)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: key names its count, query narrows its page, views are the url names it is current on."""

    key: str
    label: str
    icon: str
    url_name: str
    roles: tuple[str, ...]
    query: str = ""
    views: tuple[str, ...] = ()
    divider: bool = False
    tiers: tuple[str, ...] = ()  # only where this installation is of one of these; () is everywhere
    # what its page asks beyond the role, such as the whole; it asks the database nothing, for every page draws this
    may: Callable[["User"], bool] | None = None


ENTRIES = (
    Entry("home", "首页", "home", "home:home", (Role.OWNER, Role.TERRITORY, Role.INDICATOR_LEAD)),
    Entry("overview", "总览", "home", "home:overview", PORTFOLIO),
    Entry("districts", "各区", "columns", "home:districts", (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS),
          views=("federation:filing", "federation:records"), tiers=("city", "province"),
          may=can_read_districts),
    Entry("duties", "待办", "check", "duties:list", BUSINESS, views=("duties:leave",)),
    Entry("mine", "我要报的", "pen", "progress:mine", REPORTERS, views=("progress:report",)),
    Entry("alerts", "预警", "alert", "alerts:list", (*PORTFOLIO, Role.OWNER), views=("alerts:thresholds",)),
    Entry(
        "projects", "项目", "building", "home:projects", (*PORTFOLIO, Role.OWNER), query="stage=under_way",
        views=("home:project", "registry:new", "registry:edit", "registry:plan", "registry:listings"),
    ),
    Entry("permits", "前期手续", "steps", "permits:bottlenecks", PORTFOLIO,
          views=("permits:bottlenecks_print", "permits:expected", "permits:steps", "permits:steps_print", "permits:act",
                 "permits:confirm", "permits:catalogue", "permits:catalogue_version", "permits:catalogue_compare",
                 "permits:catalogue_print", "permits:draft", "permits:draft_new", "permits:draft_permit",
                 "permits:services", "permits:package", "permits:package_new")),
    Entry("problems", "问题事项", "problem", "problems:desk", (*PORTFOLIO, Role.OWNER),
          views=("problems:problem", "problems:new", "problems:report", "problems:freed", "problems:kinds",
                 "problems:act")),
    Entry("guarantees", "要素保障", "building", "guarantees:desk",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("guarantees:request", "guarantees:new", "guarantees:ask", "guarantees:stock", "guarantees:step")),
    Entry("orders", "督办", "flag", "supervision:orders",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("supervision:order", "supervision:order_act", "supervision:new_order", "supervision:amend_order",
                 "supervision:reroute", "supervision:units", "supervision:terms")),
    Entry("instructions", "批示", "pen", "supervision:instructions",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("supervision:instruction", "supervision:new_instruction", "supervision:route_instruction",
                 "supervision:read_instruction")),
    Entry("meetings", "例会", "people", "supervision:meetings",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY),
          views=("supervision:meeting", "supervision:plan_meeting", "supervision:meeting_act",
                 "supervision:meeting_item", "supervision:meeting_decide", "supervision:meeting_reply",
                 "supervision:change_decision")),
    Entry("cameras", "视频监控", "video", "sites:wall",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("sites:camera", "sites:project", "sites:compare", "sites:outages", "sites:viewings", "sites:cameras",
                 "sites:new", "sites:edit", "sites:test", "sites:mask")),
    Entry("inspections", "现场督查", "eye", "inspections:desk",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("inspections:visits", "inspections:visit", "inspections:findings", "inspections:finding",
                 "inspections:rounds", "inspections:round", "inspections:route", "inspections:unseen",
                 "inspections:tiles", "inspections:plan", "inspections:add", "inspections:checklists",
                 "inspections:checklist", "inspections:act", "inspections:phone", "inspections:phone_visit")),
    Entry("reports", "月报", "clip", "progress:reports", OFFICE, views=("progress:missing",)),
    Entry("statistics", "入统", "table", "progress:statistics",
          PORTFOLIO),
    Entry("crossing", "交叉", "columns", "home:crossing", PORTFOLIO),
    Entry("plans", "计划调整", "calendar", "registry:waiting_plans", OFFICE),
    Entry("signings", "招商签约", "funnel", "signings:index", PORTFOLIO,
          views=("signings:signing", "signings:new", "signings:edit", "signings:step", "signings:events",
                 "signings:event", "signings:limits", "signings:print")),
    Entry("planning", "储备计划", "list", "planning:index", PORTFOLIO,
          views=("planning:new", "planning:entry", "planning:programmes", "planning:programme", "planning:item",
                 "planning:proposals", "planning:declarations", "planning:step", "planning:act", "planning:declare")),
    Entry("admission", "准入会审", "scale", "admission:desk",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("admission:application", "admission:new", "admission:edit", "admission:step", "admission:decide",
                 "admission:opine", "admission:decision", "admission:sheet", "admission:compare", "admission:check",
                 "admission:promises", "admission:criteria", "admission:criterion", "admission:terms",
                 "admission:sittings")),
    Entry("indicators", "对标找差", "chart", "indicators:board",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.INDICATOR_LEAD), divider=True,
          views=("indicators:indicator", "indicators:every", "indicators:peers", "indicators:tasks", "indicators:watch",
                 "indicators:scenarios", "indicators:versions", "indicators:report", "indicators:save",
                 "indicators:handing", "indicators:hand_down", "indicators:territories",
                 "indicators:territory", "indicators:keep_territories", "indicators:calendar",
                 "indicators:report_month", "indicators:node")),
    Entry("indicator_alerts", "指标预警", "alert", "alerts:list", (Role.INDICATOR_LEAD,), query="cause=indicators"),
    Entry("targets", "我的目标", "chart", "indicators:mine", (Role.TERRITORY, Role.DEPARTMENT, Role.INDICATOR_LEAD)),
    Entry("papers", "报告通报", "doc", "documents:papers",
          (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER),
          views=("documents:paper", "documents:new", "documents:edit", "documents:versions", "documents:send",
                 "documents:check", "documents:letterhead", "documents:record", "documents:keep",
                 "documents:templates", "documents:template", "documents:template_versions",
                 "documents:template_copy", "documents:template_names", "documents:sheets")),
    Entry("ceremonies", "集中仪式", "flag", "registry:ceremonies", (Role.OFFICE, Role.LEADER),
          views=("registry:ceremony", "registry:new_ceremony")),
    Entry("imports", "导入", "upload", "exchange:imports", (Role.OFFICE, Role.TERRITORY), divider=True,
          views=("exchange:preview",)),
    Entry("closing", "关账", "lock", "progress:closing", OFFICE),
    Entry("filings", "汇交上报", "send", "federation:desk", OFFICE, tiers=("reporting",)),
    Entry("calendar", "工作日历", "calendar", "calendars:this_year", OFFICE,
          views=("calendars:year", "calendars:notice")),
    Entry("words", "词表", "list", "registry:vocabulary", OFFICE, may=can_keep_words),
    Entry("walls", "大屏", "wall", "home:walls", OFFICE),
    Entry("channels", "消息通道", "send", "channels:list", (Role.OFFICE, Role.SYSTEM_ADMIN), may=can_run_channels),
    Entry("operations", "运维", "chart", "operations:page", (Role.SYSTEM_ADMIN,)),
    Entry("people", "人员", "people", "units:people", (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)),
    Entry("api", "接口", "link", "api:desk", (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)),
    Entry("units", "单位", "building", "units:units", (Role.SYSTEM_ADMIN,)),
    Entry("exports", "导出申请", "download", "units:exports",
          (*BUSINESS, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), views=("units:ask_export", "units:decide_export")),
    Entry("journal", "日志", "history", "journal:events", (Role.AUDITOR,)),
)  # fmt: skip

# 手机底栏：每种角色五个，第一个总是首页
TABS: dict[str, tuple[str, ...]] = {
    Role.LEADER: ("projects", "instructions", "orders", "duties"),
    Role.OFFICE: ("duties", "alerts", "projects", "reports"),
    Role.TERRITORY: ("duties", "mine", "projects", "alerts"),
    Role.OWNER: ("mine", "duties", "projects", "alerts"),
    Role.STATISTICS: ("statistics", "duties", "projects", "alerts"),
    Role.INSPECTOR: ("duties", "orders", "alerts", "projects"),
    Role.DEPARTMENT: ("duties", "orders", "projects", "alerts"),
    Role.INDICATOR_LEAD: ("indicators", "duties", "indicator_alerts", "targets"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the templates draw it; badge marks a count that asks for attention."""

    key: str
    label: str
    icon: str
    url: str
    current: bool = False
    divider: bool = False
    count: int | None = None
    badge: int | None = None


@dataclass(slots=True)
class Counts:
    """The counts beside entries; None where they were not asked for.

    narrowed is the address at which an entry's page lists just what its count counts, while there is any. unread: the
    messages, None where nothing else was counted along with them.
    """

    by_key: dict[str, int] = field(default_factory=dict)
    narrowed: dict[str, str] = field(default_factory=dict)
    unread: int | None = None
    badges: frozenset[str] = frozenset({"alerts", "duties", "instructions", "mine", "orders", "reports"})


def address(entry: Entry) -> str | None:
    """Where the entry leads; None while its room has no such page."""
    try:
        url = address_of(entry.url_name)
    except NoReverseMatch:
        return None
    return f"{url}?{entry.query}" if entry.query else url


def permitted(user: "User") -> list[Entry]:
    """The entries of this person's roles; administrators of the three offices see their own room only."""
    roles, tiers = user.roles, _tiers()
    here = [entry for entry in ENTRIES if _is_open(entry, user, tiers)]
    if not roles.isdisjoint(ADMINISTRATORS):
        return [entry for entry in here if not roles.isdisjoint(set(entry.roles) & set(ADMINISTRATORS))]
    return [entry for entry in here if not roles.isdisjoint(entry.roles)]


def _is_open(entry: Entry, user: "User", tiers: set[str]) -> bool:
    return (not entry.tiers or not tiers.isdisjoint(entry.tiers)) and (not entry.may or entry.may(user))


def _tiers() -> set[str]:
    """What this installation is: its level, and reporting where it has a code by which it reports upward."""
    return {settings.XUSHI_TIER, "reporting" if settings.XUSHI_FEDERATION_CODE else ""}


def items(user: "User", view_name: str, counts: Counts) -> list[Item]:
    placed = [(entry, address(entry)) for entry in permitted(user)]
    made = [_item(entry, url, view_name, counts) for entry, url in placed if url is not None]
    if not any(item.current for item in made) and view_name == "home:home":
        made = [replace(item, current=item.key == "overview") for item in made]
    return made


def tabs(user: "User", view_name: str, drawn: list[Item]) -> list[Item]:
    """首页 and up to four entries of the first of the person's roles that has its own set; administrators their rooms."""
    if not user.roles.isdisjoint(ADMINISTRATORS):
        return [_copy(item, False) for item in drawn[:5]] if len(drawn) > 1 else []
    wanted = next((keys for role, keys in TABS.items() if role in user.roles), ())
    if not wanted:
        return []
    by_key = {item.key: item for item in drawn}
    first = Item("home", "首页", "home", address_of("home:home"), current=view_name == "home:home")
    rest = [_copy(by_key[key], first.current) for key in wanted if key in by_key]
    return [first, *rest]


def _copy(item: Item, home: bool) -> Item:
    icon = "chart" if item.key == "overview" else item.icon
    current = item.current and not home
    return Item(item.key, item.label, icon, item.url, current, count=item.count, badge=item.badge)


def _item(entry: Entry, url: str, view_name: str, counts: Counts) -> Item:
    count = counts.by_key.get(entry.key)
    alarming = entry.key in counts.badges and bool(count)
    if alarming and entry.key in counts.narrowed:
        url = f"{url}?{counts.narrowed[entry.key]}"
    return Item(
        entry.key,
        entry.label,
        entry.icon,
        url,
        current=view_name in (entry.url_name, *entry.views),
        divider=entry.divider,
        count=count,
        badge=count if alarming else None,
    )
