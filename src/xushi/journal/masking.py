"""日志里的手机号账号：从前有几种动作写了整个号码，记录不改，给人看时遮住，也不许凭遮住的几位找到。"""

import re

from django.db.models import Q

from xushi.core.masking import MOBILE, masked

NAMING = ("units.account.opened", "units.account.disabled", "units.account.enabled", "units.account.locked")
WITHIN = re.compile(rf"(?<!\d){MOBILE.pattern}(?!\d)")
IN_DATABASE = r"1[0-9]{10}"  # 两种库都认得的写法


def shown(verb: str, text: str) -> str:
    """What an event of this kind says, as people may read it."""
    return WITHIN.sub(lambda found: masked(found[0]), text) if verb in NAMING else text


def said(words: str) -> Q:
    """Events whose words hold these; a whole number finds its account, a piece of it never."""
    if MOBILE.fullmatch(words):
        return _holds(words) | (Q(verb__in=NAMING) & _holds(masked(words)))
    return _holds(words) & ~(Q(verb__in=NAMING) & _number_whole()) if _could_be_of(words) else _holds(words)


def _could_be_of(words: str) -> bool:
    return any(sign.isdigit() for sign in words)


def _number_whole() -> Q:
    return Q(summary__regex=IN_DATABASE) | Q(subject_name__regex=IN_DATABASE)


def _holds(words: str) -> Q:
    return Q(summary__icontains=words) | Q(subject_name__icontains=words)
