"""词旁边的数：一句话里的一个词，它前面和后面最近的几个数。只看近处，话再长也不慢。"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from xushi.documents.checking.judging import Claim, Claimed, Severity, of
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention

_FEW = 12  # numbers looked at on either side of a word
_WISHED = re.compile(
    r"(?:力争|确保|争取|努力|尽快|要求|推动|促进|督促|预计|有望|目标是|计划)[^。；]*$|(?:如果|若|未能?|没有|尚未|不得|防止|避免)[^，。；]*$"
)


@dataclass(frozen=True)
class Nearby:
    """The numbers of a text by their places."""

    text: Text

    def before(self, place: int, sentence: int, back: int = 0) -> list[Mention]:
        """The last numbers before a place, of its sentence and so many before it, in one paragraph."""
        until = bisect_left(self.text.starts, place)
        few = self.text.mentions[max(0, until - _FEW) : until]
        near = [one for one in few if sentence - back <= one.sentence <= sentence]
        return [one for one in near if one.paragraph == near[-1].paragraph]

    def after(self, place: int, sentence: int, onward: int = 0) -> list[Mention]:
        """The next numbers behind a place."""
        since = bisect_left(self.text.starts, place)
        few = self.text.mentions[since : since + _FEW]
        near = [one for one in few if sentence <= one.sentence <= sentence + onward]
        return [one for one in near if one.paragraph == near[0].paragraph]

    def found(self, pattern: "re.Pattern[str]") -> "Iterator[tuple[int, re.Match[str]]]":
        """Where a word stands as a fact, with the number of its sentence; what is only wished for is left out."""
        regular = self.text.regular
        number = 0
        for match in pattern.finditer(regular):
            while number < len(self.text.sentences) and self.text.sentences[number][1] <= match.start():
                number += 1
            if number == len(self.text.sentences):
                return
            since = max(self.text.sentences[number][0], match.start() - 14)
            if not _WISHED.search(regular[since : match.start()]):
                yield number, match


def worded(
    match: "re.Match[str]",
    group: str | int,
    held: bool,
    operands: tuple[Mention, ...],
    words: str,
    *,
    severity: Severity = Severity.ERROR,
) -> Claim:
    """What a word says of numbers: the word is what is marked."""
    first = operands[0].quantity
    return Claim(
        Claimed.ADJECTIVE, match.start(group), match.end(group), match[group], held,
        tuple(one.quantity for one in operands), first.value, of(first), first.unit, severity, words,
    )  # fmt: skip
