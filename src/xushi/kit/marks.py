"""状态标志：形、色、字三者同在。"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """symbol is the drawing's id in the sprite, tone the colour word, word the accessible name."""

    symbol: str
    tone: str
    word: str


MARKS: dict[str, Mark] = {
    "overdue_start": Mark("m-octagon", "red", "应开未开"),
    "overdue": Mark("m-octagon", "red", "逾期"),
    "must_fix": Mark("m-octagon", "red", "必须改"),
    "error": Mark("m-octagon", "red", "有错"),
    "slipping": Mark("m-triangle", "amber", "进度滞缓"),
    "needs_coordination": Mark("m-triangle", "amber", "需协调"),
    "due_soon": Mark("m-triangle", "amber", "快到期"),
    "warning": Mark("m-triangle", "amber", "预警"),
    "on_schedule": Mark("m-disc", "green", "达超序时"),
    "passed": Mark("m-disc", "green", "合格"),
    "not_due": Mark("m-dashed", "line2", "未到开工期"),
    "completed": Mark("m-square", "ink2", "已竣工"),
    "closed": Mark("m-square", "ink2", "已办结"),
    "pending": Mark("m-ring", "accent", "待签收"),
    "working": Mark("m-half", "accent", "办理中"),
    "disputed": Mark("m-diamond", "accent", "待核"),
    "instruction": Mark("m-pi", "pi", "批示"),
}

# Causes of alerts wear the mark of what they are: a date passed, or a slip.
ALIASES: dict[str, str] = {
    "overdue_completion": "overdue",
    "report_missing": "overdue",
    "data_anomaly": "disputed",
    "ahead": "on_schedule",
    "behind": "slipping",
    "done": "closed",
    "half": "working",
}


def mark_of(name: str) -> Mark:
    """The mark of a status or cause; an unknown one is the plain warning triangle under its own name."""
    key = ALIASES.get(name, name)
    return MARKS.get(key) or Mark("m-triangle", "amber", name or "预警")
