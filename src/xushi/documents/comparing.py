"""两稿并排比：哪几段改了、添了、删了。"""

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs: the lines as they were and as they are; either may be empty."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def word(self) -> str:
        return "改" if self.before and self.after else "添" if self.after else "删"


def changes_between(before: str, after: str) -> list[Change]:
    """Every place where the two drafts differ, in order."""
    old, new = before.split("\n"), after.split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        Change(tuple(old[a:b]), tuple(new[c:d]))
        for word, a, b, c, d in matcher.get_opcodes()
        if word != "equal"
    ]
