"""现场督查的词：看什么、到哪一步、发现归哪一类、多严重；状态的字和标志都从这里来。"""

from django.db.models import IntegerChoices, TextChoices


class RoundState(TextChoices):
    PLANNED = "planned", "已排好"
    UNDER_WAY = "under_way", "进行中"
    ENDED = "ended", "已结束"


class Kind(TextChoices):
    """看什么; each has its own checklist."""

    START = "start", "开工核查"
    PROGRESS = "progress", "进度核查"
    COMPLETION = "completion", "竣工验收"
    QUALITY = "quality", "质量与安全"


class VisitState(TextChoices):
    PLANNED = "planned", "待看"
    UNDER_WAY = "under_way", "正在看"
    DONE = "done", "已看"
    SKIPPED = "skipped", "没去"


class Verdict(TextChoices):
    OK = "ok", "合格"
    PROBLEM = "problem", "问题"
    NOT_LOOKED = "not_looked", "不查"


class FindingClass(TextChoices):
    START = "start", "开工真实性"
    PROGRESS = "progress", "工程进度"
    QUALITY = "quality", "工程质量"
    SAFETY = "safety", "施工安全"
    DUST = "dust", "扬尘与环保"
    PERMIT = "permit", "手续与公示"
    LAND = "land", "拆迁与场地"
    FUNDS = "funds", "资金与设备"
    OTHER = "other", "其他"


class Severity(IntegerChoices):
    MINOR = 1, "一般"
    MAJOR = 2, "较重"
    GRAVE = 3, "严重"


class FindingState(TextChoices):
    OPEN = "open", "整改中"
    FIXED = "fixed", "待复核"
    RETURNED = "returned", "退回再改"
    VERIFIED = "verified", "已销"
    WITHDRAWN = "withdrawn", "已撤回"


AT_UNIT = (FindingState.OPEN, FindingState.RETURNED)  # the unit's clock runs
OPEN = (*AT_UNIT, FindingState.FIXED)


class PhotoKind(TextChoices):
    VISIT = "visit", "现场"
    BEFORE = "before", "整改前"
    AFTER = "after", "整改后"


class Outcome(TextChoices):
    """What became of an entry that a phone sent."""

    TAKEN = "taken", "已采用"
    CONFLICT = "conflict", "待选"
    DECLINED = "declined", "未采用"
    REPLACED = "replaced", "已被后一份替换"


VISIT_MARKS = {
    VisitState.PLANNED: "pending",
    VisitState.UNDER_WAY: "working",
    VisitState.DONE: "passed",
    VisitState.SKIPPED: "not_due",
}
FINDING_MARKS = {
    FindingState.OPEN: "working",
    FindingState.FIXED: "disputed",
    FindingState.RETURNED: "needs_coordination",
    FindingState.VERIFIED: "closed",
    FindingState.WITHDRAWN: "not_due",
}
