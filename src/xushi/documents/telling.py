"""勾稽页的头一句：先处理什么，多少处相符，余下的看什么。"""

from typing import Any

from xushi.documents.panel import Page


def told(page: Page, *, signing: bool = False) -> dict[str, Any]:
    """The headline of a check: what must be settled, what it means, how much holds."""
    noun = (
        "率"
        if page.wrong and all("%" in card.finding.claimed for card in page.cards if not card.warning)
        else "数"
    )
    act = "签发" if signing else "送签"
    leaning = [part for card in page.cards if card.answer is None for part in [card.leaning] if part]
    if page.left:
        headline = f"{page.left}处{noun}与稿中自己的数对不上，处理完才能{act}"
    elif page.wrong:
        headline = f"{page.wrong}处对不上的都写了说明，可以{act}"
    elif page.counted:
        headline = f"核对了{page.counted}处，没有对不上的"
    else:
        headline = "稿里没有能互相核对的数"
    note = [leaning[0]] if leaning else []
    note += [f"另有{page.warned}处要人看一眼"] if page.warned else []
    note += [f"另{page.held}处相符" if page.wrong else f"{page.held}处相符"] if page.held else []
    note += [f"{page.confirmed}个数与库里的一致"] if page.confirmed else []
    note += [words.rstrip("。") for words in page.notes]
    return {
        "page": page,
        "headline": headline,
        "note": "；".join(note) + "。" if note else "数都要有出处才好签发。",
    }
