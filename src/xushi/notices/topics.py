"""消息的类别：可以按类免打扰；点名给本人的不在此列。"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of notices as people think of them; verbs that begin with one of the prefixes belong to it.

    many is the page to open where a notice speaks of several things at once.
    """

    key: str
    label: str
    icon: str
    prefixes: tuple[str, ...]
    many: str = ""


TOPICS = (
    Topic("orders", "督办单", "flag", ("supervision.order.", "supervision.extension."), "supervision:orders"),
    Topic("instructions", "批示", "pen", ("supervision.instruction.",)),
    Topic("meetings", "例会", "people", ("supervision.meeting.",)),
    Topic("problems", "问题事项", "problem", ("problems.",), "problems:desk"),
    Topic("planning", "年度计划", "list", ("planning.",), "planning:index"),
    Topic("signings", "招商签约", "funnel", ("signings.",), "signings:index"),
    Topic("admission", "准入会审", "scale", ("admission.",), "admission:desk"),
    Topic("permits", "前期手续", "steps", ("permits.step.", "permits.officer."), "permits:bottlenecks"),
    Topic("guarantees", "要素保障", "building", ("guarantees.",), "guarantees:desk"),
    Topic(
        "sites", "视频监控", "video", ("sites.outage.", "sites.standstill.", "sites.snapshots."), "sites:wall"
    ),
    Topic(
        "inspections",
        "现场督查",
        "eye",
        ("inspections.visit.", "inspections.finding."),
        "inspections:findings",
    ),
    Topic(
        "indicators",
        "对标找差",
        "chart",
        ("indicators.target.", "indicators.observation."),
        "indicators:mine",
    ),
    Topic("documents", "公文", "doc", ("documents.paper.",), "documents:papers"),
    Topic("deadlines", "到期提醒", "clock", ("duties.",), "duties:list"),
    Topic("reports", "月报", "clip", ("progress.report.",), "progress:mine"),
    Topic("operations", "系统运维", "chart", ("operations.",)),
    Topic("months", "关账", "lock", ("progress.month.",)),
    Topic(
        "accounts",
        "账号安全",
        "lock",
        ("units.second.", "units.emergency.", "units.account.", "units.consent.", "units.person.appointed"),
        "units:me",
    ),
    Topic("exports", "导出申请", "lock", ("units.export.",), "units:exports"),
)
BY_KEY = {topic.key: topic for topic in TOPICS}


def topic_of(verb: str) -> Topic:
    """KeyError where a verb belongs to no topic: every verb that anybody hears of must have one."""
    for topic in TOPICS:
        if verb.startswith(topic.prefixes):
            return topic
    raise KeyError(verb)
