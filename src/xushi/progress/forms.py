"""月报与入统的表单：把人填的字变成判断要的数。"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict

from xushi.core import money
from xushi.core.months import Month
from xushi.progress.rules_report import DIFFICULTY_KINDS, Past, ReportInput

MONTH, CUMULATIVE = "month", "cumulative"
ENTERED = {MONTH: "当月数", CUMULATIVE: "累计数"}
LONGEST = 2000
KEPT = (
    "entered",
    "amount",
    "physical_progress",
    "facts",
    "started_on",
    "completed_on",
    "explanation",
    "has_difficulty",
    "difficulty",
)
_AMOUNT = re.compile(r"^([+-]?\d+(?:\.\d+)?)(亿元?|万元?|元)?$")
_TIMES = {"": money.YUAN_PER_WAN, "万": money.YUAN_PER_WAN, "元": 1, "亿": money.YUAN_PER_YI}


def amount_of(text: str) -> int | None:
    """元 from what a person typed in 万元: "2,160", "２１６０", "1.2亿"; None for nothing, ValueError otherwise."""
    tidy = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-").replace(" ", "")
    if not tidy:
        return None
    found = _AMOUNT.match(tidy)
    if not found or len(found[1]) > 24:
        raise ValueError(f"“{text[:20]}”不是数，请只填数字，单位是万元，如2,160。")
    unit = (found[2] or "")[:1]
    try:
        return int(money.half_up(Decimal(found[1]) * _TIMES[unit], 0))
    except InvalidOperation:
        raise ValueError("这个数太大了，请核对单位是不是万元。") from None


def typed_of(post: QueryDict) -> dict[str, Any]:
    """What a draft keeps: exactly the words typed, cut at LONGEST characters."""
    kept: dict[str, Any] = {name: post.get(name, "")[:LONGEST] for name in KEPT if name in post}
    kept["difficulty_kinds"] = [kind for kind in post.getlist("difficulty_kinds") if kind in DIFFICULTY_KINDS]
    return kept


class AmountField(forms.CharField):
    """万元 as typed → 元."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return amount_of(text)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem


class ReportForm(forms.Form):
    """月报, as the phone sends it."""

    entered = forms.ChoiceField(choices=list(ENTERED.items()), required=False)
    amount = AmountField(
        label="完成投资", max_length=40, error_messages={"required": "还没填完成投资，没有进展请填0。"}
    )
    physical_progress = forms.CharField(
        label="形象进度",
        max_length=LONGEST,
        error_messages={"required": "写一句形象进度，如“主体施工至三层”。"},
    )
    facts = forms.CharField(label="当月情况", max_length=LONGEST, required=False)
    has_difficulty = forms.ChoiceField(choices=[("no", "没有"), ("yes", "有")], required=False)
    difficulty_kinds = forms.MultipleChoiceField(choices=list(DIFFICULTY_KINDS.items()), required=False)
    difficulty = forms.CharField(label="问题说明", max_length=LONGEST, required=False)
    started_on = forms.DateField(
        label="开工日期", required=False, error_messages={"invalid": "日期写成2018-08-06这样。"}
    )
    completed_on = forms.DateField(
        label="竣工日期", required=False, error_messages={"invalid": "日期写成2018-08-06这样。"}
    )
    explanation = forms.CharField(label="异常数说明", max_length=500, required=False)
    based_on = forms.IntegerField(min_value=0, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("has_difficulty") != "yes":
            data["difficulty_kinds"], data["difficulty"] = [], ""
        elif not data.get("difficulty_kinds"):
            self.add_error("difficulty_kinds", "选一类问题，或改选“没有”。")
        elif not data.get("difficulty"):
            self.add_error("difficulty", "写清卡在哪、要谁办。")
        return data

    def report(self, project: int, month: Month, past: Past) -> ReportInput:
        """The valid form as an input; a month's amount is added to what was reported before."""
        data = self.cleaned_data
        return ReportInput(
            project=project,
            month=month,
            cumulative=cumulative_of(data["amount"], data["entered"], past),
            physical_progress=data["physical_progress"],
            facts=data["facts"],
            started_on=data["started_on"],
            completed_on=data["completed_on"],
            explanation=data["explanation"],
            difficulty_kinds=tuple(data["difficulty_kinds"]),
            difficulty=data["difficulty"],
            based_on_version=data["based_on"] or 0,
        )


def cumulative_of(amount: int, entered: str, past: Past) -> int:
    """元 since 1 January, from whichever of the two was entered."""
    return amount if entered == CUMULATIVE else past.cumulative + amount


def entered_of(cumulative: int, entered: str, past: Past) -> int:
    """The other way: what stands in the amount field for this cumulative."""
    return cumulative if entered == CUMULATIVE else cumulative - past.cumulative
