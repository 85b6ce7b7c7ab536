"""谁听到什么：一张表，程序照它写消息，“谁会听到”那一页把它印出来。"""

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who may hear of a matter; who that is for one matter is found in matters.py."""

    LEAD = "主办单位"
    CO = "协办单位"
    HEADS = "主办单位负责人"
    OFFICE = "区重大办"
    DRAFTER = "拟稿人"
    AUTHOR = "作出批示的领导"
    ADDRESSED = "批示所批的单位（经重大办的批到重大办）"
    ANSWERING = "要书面答复的单位"
    REPORTER = "报问题的人"
    RAISED_TO = "提请到的领导"
    PROPOSER = "提计划建议的人"
    OFFICER = "项目的代办员"
    INSPECTORS = "督查室"
    SOON = "快到期的事归谁办"
    OVERDUE = "逾期的事归谁办"
    LATE_HEADS = "逾期满1个工作日：单位负责人"
    LATE_OFFICE = "逾期满2个工作日：区重大办"
    REPORTERS = "报这些项目月报的人"
    OPERATORS = "系统管理员"
    LEADERS = "区领导"
    SIGNER = "请签发的人"
    RECEIVERS = "还没签收的收文单位"
    HOLDER = "账号本人"
    ADMINISTRATORS = "三员（动的是管理员的账号时）"
    AUDITORS = "审计员"
    ASKER = "申请导出的人"
    EXPORT_DECIDERS = "安全管理员和区重大办负责人"


@dataclass(frozen=True, slots=True)
class Hears:
    """One line of the table; by_name: addressed to them, so that nobody can mute it."""

    who: Who
    by_name: bool


def _named(*whos: Who) -> tuple[Hears, ...]:
    return tuple(Hears(who, by_name=True) for who in whos)


def _told(*whos: Who) -> tuple[Hears, ...]:
    return tuple(Hears(who, by_name=False) for who in whos)


def heard(verb: str) -> tuple[Hears, ...]:  # noqa: PLR0911, PLR0912, PLR0915 - a table, two lines an entry
    """谁听到这件事, and whether it is addressed to them; whoever did it does not hear of it."""
    match verb.split("."):
        case [
            "supervision",
            "order",
            "issued" | "rerouted" | "insisted" | "shared" | "inherited" | "reopened",
        ]:
            return _named(Who.LEAD, Who.CO)
        case ["supervision", "order", "suspended" | "resumed" | "withdrawn"]:
            return _named(Who.LEAD, Who.CO)
        case ["supervision", "order", "returned" | "sent_back" | "reminded" | "criticised" | "talked"]:
            return _named(Who.LEAD, Who.CO)
        case ["supervision", "order", "acknowledged" | "misrouted" | "planned" | "reported" | "signed"]:
            return _named(Who.DRAFTER) + _told(Who.OFFICE)
        case ["supervision", "order", "assisted" | "declined"]:
            return _named(Who.LEAD)
        case ["supervision", "order", "replied"]:
            return _named(Who.HEADS)
        case ["supervision", "order", "verified"]:
            return _named(Who.AUTHOR) + _told(Who.LEAD)
        case ["supervision", "order", "closed"]:
            return _told(Who.LEAD, Who.CO, Who.DRAFTER)
        case ["supervision", "order", "taken_over"]:
            return _named(Who.OFFICE)
        case ["supervision", "extension", "asked"]:
            return _named(Who.DRAFTER) + _told(Who.OFFICE)
        case ["supervision", "extension", "granted" | "refused"]:
            return _named(Who.LEAD, Who.CO)
        case ["supervision", "instruction", "sent"]:
            return _named(Who.ADDRESSED)
        case ["supervision", "instruction", "fed_back"]:
            return _named(Who.AUTHOR)
        case ["supervision", "instruction", "routed"]:
            return _told(Who.AUTHOR)
        case ["supervision", "instruction", "read"]:
            return _told(Who.OFFICE)
        case ["supervision", "instruction", "taken_over"]:
            return _named(Who.OFFICE)
        case ["supervision", "meeting", "planned"]:
            return _named(Who.ANSWERING) + _told(Who.LEADERS)
        case ["supervision", "meeting", "moved" | "called_off"]:
            return _named(Who.ANSWERING) + _told(Who.LEADERS)
        case ["supervision", "meeting", "asked"]:
            return _named(Who.ANSWERING)
        case ["supervision", "meeting", "ended"]:
            return _told(Who.ANSWERING, Who.LEADERS)
        case ["problems", "problem", "assigned" | "returned" | "reopened"]:
            return _named(Who.LEAD, Who.CO)
        case ["problems", "problem", "sent_back"]:
            return _named(Who.REPORTER)
        case ["problems", "problem", "raised"]:
            return _named(Who.RAISED_TO)
        case ["problems", "problem", "reported" | "amended" | "solved" | "declined" | "read"]:
            return _told(Who.OFFICE)
        case ["problems", "problem", "closed"]:
            return _told(Who.REPORTER, Who.LEAD)
        case ["planning", "proposals", "made"]:
            return _told(Who.OFFICE)
        case ["planning", "proposals", "decided"]:
            return _named(Who.PROPOSER)
        case ["permits", "step", "submitted" | "answered" | "taken_back"]:
            return _named(Who.LEAD)
        case ["permits", "step", "supplement" | "refused"]:
            return _named(Who.REPORTER, Who.OFFICER)
        case ["permits", "step", "packaged" | "rehearsal_asked" | "committed"]:
            return _named(Who.LEAD) + _told(Who.OFFICER)
        case ["permits", "step", "rehearsed" | "taken_up" | "kept" | "broken"]:
            return _named(Who.REPORTER) + _told(Who.LEAD, Who.OFFICER)
        case ["permits", "officer", "assigned"]:
            return _named(Who.OFFICER)
        case ["permits", "step", "approved" | "lacking" | "extended"]:
            return _named(Who.REPORTER) + _told(Who.LEAD)
        case ["guarantees", "request", "asked" | "withdrawn" | "handed"]:
            return _named(Who.LEAD) + _told(Who.OFFICE)
        case ["guarantees", "request", "promised" | "delivered" | "refused"]:
            return _named(Who.REPORTER) + _told(Who.OFFICE)
        case ["sites", "outage", "told" | "ended"]:
            return _told(Who.LEAD, Who.REPORTER, Who.OFFICE)
        case ["sites", "outage", "repair_asked"]:
            return _named(Who.REPORTER) + _told(Who.OFFICE)
        case ["sites", "standstill", "noticed"]:
            return _told(Who.OFFICE)
        case ["sites", "standstill", "confirmed"]:
            return _told(Who.LEAD, Who.REPORTER, Who.OFFICE)
        case ["operations", "backup", "overdue"]:
            return _named(Who.OPERATORS) + _told(Who.OFFICE)
        case ["sites", "snapshots", "stopped" | "resumed"]:
            return _told(Who.OFFICE)
        case ["inspections", "visit", "recorded"]:
            return _named(Who.LEAD)
        case ["inspections", "finding", "returned" | "extended" | "handed" | "reopened"]:
            return _named(Who.LEAD)
        case ["inspections", "finding", "fixed"]:
            return _named(Who.INSPECTORS) + _told(Who.OFFICE)
        case ["inspections", "finding", "verified" | "withdrawn"]:
            return _told(Who.LEAD, Who.OFFICE)
        case ["signings", "signing", "signed" | "handed" | "restored"]:
            return _named(Who.LEAD)
        case ["signings", "signing", "reached" | "moved" | "lapsed"]:
            return _told(Who.LEAD, Who.OFFICE)
        case ["admission", "application", "submitted" | "withdrawn" | "amended"]:
            return _told(Who.OFFICE)
        case ["admission", "application", "returned" | "scheduled" | "resumed"]:
            return _named(Who.REPORTER)
        case ["admission", "application", "sent"]:
            return _named(Who.ANSWERING)
        case ["admission", "opinion", "given"]:
            return _told(Who.OFFICE)
        case ["admission", "opinion", "silent"]:
            return _named(Who.ANSWERING) + _told(Who.OFFICE)
        case ["admission", "application", "decided"]:
            return _named(Who.REPORTER) + _told(Who.ANSWERING, Who.OFFICE, Who.LEADERS)
        case ["admission", "condition", "met"]:
            return _told(Who.OFFICE)
        case ["admission", "promise", "short"]:
            return _named(Who.REPORTER) + _told(Who.OFFICE, Who.LEADERS)
        case ["admission", "breach", "settled"]:
            return _named(Who.REPORTER)
        case ["indicators", "target", "handed_down" | "urged"]:
            return _named(Who.LEAD)
        case ["indicators", "observation", "returned"]:
            return _named(Who.REPORTER)
        case ["documents", "paper", "submitted"]:
            return _named(Who.SIGNER)
        case ["documents", "paper", "returned" | "issued"]:
            return _named(Who.DRAFTER)
        case ["documents", "paper", "sent" | "reminded"]:
            return _named(Who.RECEIVERS)
        case ["duties", "duty", "warned"]:
            return _named(Who.SOON, Who.OVERDUE, Who.LATE_HEADS, Who.LATE_OFFICE)
        case ["progress", "report", "reminded" | "returned"]:
            return _named(Who.REPORTERS)
        case ["progress", "month", "closed" | "reopened"]:
            return _told(Who.LEADERS, Who.OFFICE)
        case ["units", "export", "asked"]:
            return _named(Who.EXPORT_DECIDERS)
        case ["units", "export", "granted" | "refused"]:
            return _named(Who.ASKER)
        case ["units", "second", "reset" | "recovered"]:
            return _named(Who.HOLDER)
        case ["units", "account", "password_reset"]:
            return _named(Who.HOLDER, Who.ADMINISTRATORS)
        case ["units", "consent", "asked" | "given" | "declined"]:
            return _named(Who.HOLDER, Who.ADMINISTRATORS)
        case ["units", "person", "appointed"]:
            return _named(Who.HOLDER, Who.AUDITORS)
        case ["units", "emergency", "granted" | "ended"]:
            return _named(Who.HOLDER, Who.LEADERS, Who.OFFICE)
        case _:
            return ()


# 每个动作叫什么；表里有的动作都在这里，页上照这个次序印
VERBS: dict[str, str] = {
    "supervision.order.issued": "督办单下发",
    "supervision.order.rerouted": "督办单改派",
    "supervision.order.insisted": "维持原派",
    "supervision.order.shared": "改协办单位",
    "supervision.order.inherited": "督办单承接",
    "supervision.order.taken_over": "限定阅读的督办单接手",
    "supervision.order.acknowledged": "督办单签收",
    "supervision.order.misrouted": "退回改派",
    "supervision.order.planned": "报办理计划",
    "supervision.order.reported": "报进展",
    "supervision.order.assisted": "协办反馈",
    "supervision.order.replied": "答复待负责人签发",
    "supervision.order.declined": "负责人不予签发",
    "supervision.order.signed": "答复送核验",
    "supervision.order.returned": "退回重办",
    "supervision.order.sent_back": "不同意销号，重办",
    "supervision.order.verified": "核验通过",
    "supervision.order.closed": "督办单销号",
    "supervision.order.reopened": "督办单重开",
    "supervision.order.suspended": "督办单暂停",
    "supervision.order.resumed": "督办单恢复",
    "supervision.order.withdrawn": "督办单撤回",
    "supervision.order.reminded": "催办",
    "supervision.order.criticised": "通报批评",
    "supervision.order.talked": "约谈",
    "supervision.extension.asked": "申请延期",
    "supervision.extension.granted": "同意延期",
    "supervision.extension.refused": "不同意延期",
    "supervision.instruction.sent": "领导批示",
    "supervision.instruction.routed": "批示已转办",
    "supervision.instruction.fed_back": "批示有反馈",
    "supervision.instruction.read": "领导阅过",
    "supervision.instruction.taken_over": "限定阅读的批示接手",
    "supervision.meeting.planned": "例会定下",
    "supervision.meeting.moved": "例会改期",
    "supervision.meeting.called_off": "例会取消",
    "supervision.meeting.asked": "例会请书面答复",
    "supervision.meeting.ended": "例会散会",
    "problems.problem.reported": "报来问题",
    "problems.problem.amended": "问题补充再报",
    "problems.problem.assigned": "问题分办",
    "problems.problem.declined": "问题退回改派",
    "problems.problem.sent_back": "问题退回补充",
    "problems.problem.raised": "提请领导定",
    "problems.problem.read": "领导阅过提请",
    "problems.problem.solved": "问题报办结",
    "problems.problem.returned": "问题退回重办",
    "problems.problem.closed": "问题销号",
    "problems.problem.reopened": "问题重开",
    "planning.proposals.made": "提年度计划建议",
    "planning.proposals.decided": "审年度计划建议",
    "permits.step.submitted": "手续报件",
    "permits.step.answered": "手续补齐",
    "permits.step.taken_back": "手续更正退回",
    "permits.step.supplement": "手续要求补正",
    "permits.step.refused": "手续不予批准",
    "permits.step.approved": "手续批准",
    "permits.step.lacking": "手续容缺受理",
    "permits.step.extended": "批文延期",
    "permits.step.packaged": "套餐报件",
    "permits.step.rehearsal_asked": "提模拟审批",
    "permits.step.rehearsed": "模拟审批答复",
    "permits.step.taken_up": "模拟审批转正式受理",
    "permits.step.committed": "信用承诺办结",
    "permits.step.kept": "信用承诺已履行",
    "permits.step.broken": "信用承诺没有履行",
    "permits.officer.assigned": "定代办员",
    "guarantees.request.asked": "提要素请求",
    "guarantees.request.handed": "要素请求转办",
    "guarantees.request.promised": "要素承诺",
    "guarantees.request.delivered": "要素落实",
    "guarantees.request.refused": "要素不能保障",
    "guarantees.request.withdrawn": "要素请求撤回",
    "sites.outage.told": "摄像中断",
    "sites.outage.ended": "摄像恢复",
    "sites.outage.repair_asked": "摄像头报修",
    "sites.standstill.noticed": "像是停工，待核",
    "sites.standstill.confirmed": "确认停工",
    "sites.snapshots.stopped": "磁盘满，快照停拍",
    "sites.snapshots.resumed": "快照接着拍",
    "operations.backup.overdue": "备份太旧",
    "inspections.visit.recorded": "督查发现问题",
    "inspections.finding.fixed": "报整改",
    "inspections.finding.returned": "整改退回",
    "inspections.finding.extended": "改整改期限",
    "inspections.finding.handed": "整改改派",
    "inspections.finding.reopened": "重开整改",
    "inspections.finding.verified": "整改复核通过",
    "inspections.finding.withdrawn": "撤回督查发现",
    "signings.signing.signed": "记签约",
    "signings.signing.handed": "签约换人跟进",
    "signings.signing.restored": "签约恢复",
    "signings.signing.reached": "签约走到一步",
    "signings.signing.moved": "签约随项目走",
    "signings.signing.lapsed": "签约流失",
    "admission.application.submitted": "申报准入",
    "admission.application.amended": "修改准入申报",
    "admission.application.withdrawn": "撤回准入申请",
    "admission.application.returned": "准入申请退回补正",
    "admission.application.scheduled": "准入排会次",
    "admission.application.resumed": "准入恢复会审",
    "admission.application.sent": "准入征求意见",
    "admission.application.decided": "准入会审决定",
    "admission.opinion.given": "答复准入意见",
    "admission.opinion.silent": "准入意见超时未答",
    "admission.condition.met": "准入条件落实",
    "admission.promise.short": "准入承诺不足",
    "admission.breach.settled": "准入违约了结",
    "indicators.target.handed_down": "目标分下来，待签收",
    "indicators.target.urged": "催签目标",
    "indicators.observation.returned": "报的数退回",
    "documents.paper.submitted": "文稿送签",
    "documents.paper.returned": "文稿退回起草",
    "documents.paper.issued": "文稿签发",
    "documents.paper.sent": "来文待签收",
    "documents.paper.reminded": "催签收",
    "duties.duty.warned": "到期提醒",
    "progress.report.reminded": "催报月报",
    "progress.report.returned": "月报退回",
    "progress.month.closed": "月份关账",
    "progress.month.reopened": "月份重开",
    "units.second.reset": "两步验证被重置",
    "units.second.recovered": "用备用码登录",
    "units.account.password_reset": "密码被重设",
    "units.consent.asked": "申请动管理员账号",
    "units.consent.given": "同意动管理员账号",
    "units.consent.declined": "不同意动管理员账号",
    "units.person.appointed": "任区重大办、区领导或管理员",
    "units.emergency.granted": "应急授权",
    "units.emergency.ended": "应急授权收回",
    "units.export.asked": "申请导出",
    "units.export.granted": "批准导出",
    "units.export.refused": "不批准导出",
}
