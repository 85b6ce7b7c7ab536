"""数字勾稽：一段文字里的数，能互相算的都重算一遍；对得上的不说话，对不上的逐处说清楚。

`check(text)` reads a text, finds its quantities (`quantities`), knows what each is of (`roles`), gathers what the text
claims of them (`claims`), and computes each claim anew with the interval that rounding allows (`judging`).
Pure: no models, no clock, no files.
"""

from xushi.documents.checking.check import check
from xushi.documents.checking.facts import Fact, Facts
from xushi.documents.checking.judging import Checked, Finding, Severity

__all__ = ["Checked", "Fact", "Facts", "Finding", "Severity", "check"]
