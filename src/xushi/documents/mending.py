"""改一处：把写错的数换成算得的，靠它说话的半句一并改过来。"""

import re
from dataclasses import dataclass
from itertools import pairwise

from xushi.documents.checking import Finding
from xushi.documents.checking.judging import Claimed

COMPUTED = frozenset(
    {
        Claimed.RATIO, Claimed.MEAN, Claimed.SUM, Claimed.DIFFERENCE, Claimed.GROWTH, Claimed.TWICE, Claimed.DATABASE,
    }
)  # fmt: skip
_GAP = re.compile(r"比序时(?P<side>[快慢])(?P<points>[\d.]+个百分点)")
_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Mend:
    """What would be written instead: label says it in few words, text is the whole draft as it would be."""

    label: str
    text: str
    note: str


def mend_of(text: str, finding: Finding) -> Mend | None:
    """None where nobody can tell what the right words are: a person writes them."""
    computed = finding.computed
    place = _printed_at(text, finding)
    if finding.kind not in COMPUTED or not computed or computed.startswith("-") or place is None:
        return None
    changes = [(*place, _in_its_place(text[slice(*place)], computed))]
    label = f"改为{computed}"
    if gap := _GAP.search(finding.words):
        label += f"，{gap['side']}{gap['points']}"
        said = f"比序时进度{gap['side']}{gap['points']}"
        changes += [(start, end, said) for start, end, words in finding.dependents if "序时" in words]
    for start, end, said in sorted(changes, reverse=True):
        text = text[:start] + said + text[end:]
    return Mend(label, text, f"{finding.claimed}{label}")


def _printed_at(text: str, finding: Finding) -> tuple[int, int] | None:
    """Where the printed number stands; what has no number of its own there is left to a person."""
    if not 0 <= finding.start < finding.end <= len(text):
        return None
    return (finding.start, finding.end) if _FIGURES.search(text[finding.start : finding.end]) else None


def _in_its_place(printed: str, computed: str) -> str:
    """The computed number with the spaces and marks around the printed one kept."""
    bare = printed.strip()
    return printed.replace(bare, computed)


def swapped(claimed: str, computed: str) -> str:
    """The right number where two neighbouring digits of it were typed the wrong way round, else nothing."""
    first, second = _FIGURES.search(claimed), _FIGURES.search(computed)
    if first is None or second is None:
        return ""
    wrong, right = first.group(), second.group()
    if len(wrong) != len(right) or wrong == right:
        return ""
    digits = [place for place, one in enumerate(right) if one.isdigit()]
    for left, after in pairwise(digits):
        turned = list(right)
        turned[left], turned[after] = right[after], right[left]
        if "".join(turned) == wrong:
            return right
    return ""
