"""数字勾稽：一段文字里的数，能互相算的都重算一遍；对得上的不说话，对不上的逐处说清楚。

`check(text)` reads a text, finds its quantities (`quantities`), knows what each is of (`roles`), gathers what the text
claims of them (`claims`), and computes each claim anew with the interval that rounding allows (`judging`).
Pure: no models, no clock, no files.
"""

from collections.abc import Callable, Sequence

from xushi.documents.checking.facts import Fact, Facts
from xushi.documents.checking.judging import Checked, Finding, Severity
from xushi.documents.checking.reading import Table

__all__ = ["Checked", "Fact", "Facts", "Finding", "Severity", "check"]


def check(
    text: str, tables: Sequence[Table] = (), *, facts: Facts | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Checked:  # fmt: skip
    """See `checking.checked`; its readers know hundreds of forms of speech, and are loaded when a text is read."""
    from xushi.documents.checking import checked

    return checked.check(text, tables, facts=facts, tell=tell)
