"""号码遮住中间：138****5678。"""

import re

MOBILE = re.compile(r"(?:\+?86[- ]?)?1\d{10}")
SHOWN_BEFORE, SHOWN_AFTER = 3, 4


def masked(number: str) -> str:
    """The first three and the last four; of a short number the last two at most."""
    bare = number.strip()
    if len(bare) >= SHOWN_BEFORE + SHOWN_AFTER + 2:
        hidden = len(bare) - SHOWN_BEFORE - SHOWN_AFTER
        return f"{bare[:SHOWN_BEFORE]}{'*' * hidden}{bare[-SHOWN_AFTER:]}"
    return f"{'*' * max(len(bare) - 2, 0)}{bare[-2:]}" if len(bare) > 2 else "*" * len(bare)


def masked_account(account: str) -> str:
    """An account is shown as it is unless it is a mobile number."""
    return masked(account) if MOBILE.fullmatch(account.strip()) else account
