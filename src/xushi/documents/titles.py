"""标题怎么回行：照公文的规矩，词不拆开，两三行长短相称，不留孤零零的“通报”在最后一行。"""

from itertools import combinations, pairwise

FULL = 20  # characters of 22 pt in a line of 156 mm
MOST_LINES = 3
# a line may well begin with these, or end with those
BEGINS = (
    "推进情况", "完成情况", "进展情况", "落实情况", "有关情况", "督查情况", "情况的", "工作的", "及", "和", "与", "暨",
    "推进",
)  # fmt: skip
ENDS = ("项目", "情况", "工作", "任务", "指标", "推进", "年度", "办公室", "街道", "》", "”", "、")
CLOSED = "的》”）〕、，。％%了着过"  # no line begins with these
JOINED, HALF = 3, 2


def title_lines(title: str) -> tuple[str, ...]:
    """The title as it is set: one line where it fits, else the fewest lines, each begun where a word begins.

    One that is longer than three lines is left to whoever sets it.
    """
    if not FULL < width(title) <= FULL * MOST_LINES:
        return (title,)
    places = [place for place in range(HALF, len(title) - 1) if not _inside(title, place)]
    for lines in range(2, MOST_LINES + 1):
        cuts = [_cut(title, chosen) for chosen in combinations(places, lines - 1)]
        fitting = [one for one in cuts if all(width(line) <= FULL for line in one)]
        if fitting:
            return min(fitting, key=_ugliness)
    return (title,)


def width(words: str) -> float:
    """In Chinese characters; a Latin one is half as wide."""
    return sum(0.5 if sign.isascii() else 1 for sign in words)


def _inside(title: str, place: int) -> bool:
    """Between two Latin characters, before a unit of a number, or before what closes."""
    before, after = title[place - 1], title[place]
    number = before.isascii() and before.isalnum()
    return (number and (after.isascii() or after in "年月日号个项")) or after in CLOSED or before in "《“（〔"


def _cut(title: str, places: tuple[int, ...]) -> tuple[str, ...]:
    edges = (0, *places, len(title))
    return tuple(title[start:end] for start, end in pairwise(edges))


def _ugliness(lines: tuple[str, ...]) -> float:
    """How far the lines are from one length, and how many of them begin in the middle of something."""
    widths = [width(line) for line in lines]
    torn = sum(JOINED * (not head.startswith(BEGINS)) for head in lines[1:])
    torn += sum(HALF * (not tail.endswith(ENDS)) for tail in lines[:-1])
    return (max(widths) - min(widths)) / 2 + torn
