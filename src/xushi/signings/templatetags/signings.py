"""模板标签：漏斗的一行，天数的一条，活动的一条。"""

from django import template
from django.utils.safestring import SafeString

from xushi.signings import bars
from xushi.signings.figures import EventRow, FunnelRow

register = template.Library()


@register.simple_tag
def funnel_bar(row: FunnelRow) -> SafeString:
    step = row.step
    parts = (("went", row.went), ("stay", step.stay), ("lost", step.lost))
    words = f"{step.stage.label}{step.count}个：往下走{row.went}，{step.stage.waiting}{step.stay}，流失{step.lost}"
    return bars.stacked(parts, row.most, words)


@register.simple_tag
def days_bar(row: FunnelRow) -> SafeString:
    step = row.step
    limit = f"，目标{step.limit}天" if step.limit else ""
    words = f"中位{step.median}天{limit}" if step.median is not None else f"还没有走到下一步的{limit}"
    return bars.limited(step.median, step.limit, row.longest, words)


@register.simple_tag
def event_bar(row: EventRow) -> SafeString:
    numbers = {name: int(getattr(row, name).value or 0) for name in ("started", "late", "lost")}
    parts = (
        ("started", numbers["started"]),
        ("went", row.moving),
        ("late", numbers["late"]),
        ("lost", numbers["lost"]),
    )
    words = f"开工{numbers['started']}，在走{row.moving}，超目标{numbers['late']}，流失{numbers['lost']}"
    return bars.stacked(parts, row.most, words)
