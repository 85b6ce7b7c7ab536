"""消息页的过滤器。"""

from datetime import datetime

from django import template

from xushi.core.clock import BEIJING
from xushi.notices.topics import BY_KEY, TOPICS, Topic

register = template.Library()


@register.filter
def moment(at: datetime | None) -> str:
    """9月12日8:30"""
    if at is None:
        return ""
    local = at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日{local.hour}:{local.minute:02d}"


@register.filter
def topic(key: str) -> Topic:
    return BY_KEY.get(key, TOPICS[0])
