"""手续一步的表单：按动作要什么给什么。"""

from datetime import date
from typing import Any

from django import forms

from xushi.kit.uploads import Files
from xushi.permits.models import PermitStep
from xushi.permits.rules import LONGEST_WORDS
from xushi.permits.table import Act

BAD_DATE = "日期看不懂，请写成 2018-09-12 这样。"
DAYS = {
    "submit": "哪天报的件", "accept": "哪天受理", "approve": "哪天批的", "ask_supplement": "哪天告知的",
    "answer_supplement": "哪天补齐的", "refuse": "哪天定的", "accept_lacking": "哪天受理", "settle_lacking": "哪天补齐的",
    "plan": "打算哪天报件",
}  # fmt: skip
WORDS = {
    "ask_supplement": ("要补哪几样", "一次告知清楚；补齐之前时限停表。"),
    "refuse": ("为什么不予批准", "项目单位看得到，改了可以再报。"),
    "accept_lacking": ("容缺的是哪几样", "前面没办完的手续，或后补的材料。"),
    "extend": ("为什么延期", ""),
    "not_needed": ("为什么不用办", "如“不占林地”。"),
    "take_back": ("哪里不对", "这一步退回待报件，原来填的留在经过里。"),
}
OPTIONAL = {"submit": "报了什么", "accept": "说明", "answer_supplement": "补了什么"}
WITH_FILES = ("submit", "answer_supplement", "approve", "refuse", "settle_lacking")
CONSEQUENCES = {
    "plan": "只记打算，不起时限。",
    "submit": "办理部门马上听到，5个工作日内受理。",
    "accept": "从这天起算承诺时限。",
    "approve": "等它的手续从这天起可以办。",
    "ask_supplement": "项目单位马上听到；补齐之前时限停表。",
    "answer_supplement": "时限接着走，承诺办结日顺延停表的工作日。",
    "refuse": "项目单位马上听到，改了可以再报。",
    "accept_lacking": "前面没办完也先办；所欠的到期没补会提醒。",
    "settle_lacking": "不再提醒。",
    "extend": "有效期顺延一期。",
    "not_needed": "等它的手续不再等它。",
    "confirm": "报的属实，记上确认人。",
    "take_back": "退回待报件，等它的手续重新等它。",
}


class StepForm(forms.Form):
    """One act of a step: its own fields, by the table's needs."""

    def __init__(
        self, act: Act, step: PermitStep, data: Any = None, uploads: Any = None, *, today: date
    ) -> None:
        super().__init__(data, uploads, prefix=act.verb, initial={"on": today})
        self.act, self.step = act, step
        if "on" in act.needs:
            self.fields["on"] = _day(DAYS[act.verb], latest=None if act.verb == "plan" else today)
        if act.verb in WORDS:
            self.fields["words"] = _words(*WORDS[act.verb], required=True)
        elif act.verb == "approve":
            self.fields["words"] = forms.CharField(label="批文号", required=False, max_length=LONGEST_WORDS)
        elif act.verb in OPTIONAL:
            self.fields["words"] = _words(OPTIONAL[act.verb], "", required=False)
        if "until" in act.needs:
            self.fields["until"] = _day("最迟哪天补齐")
        if act.verb in WITH_FILES:
            self.fields["uploads"] = forms.Field(
                label="凭证", required=False, widget=Files(attrs={"accept": "image/*,.pdf"}),
                help_text="照片或PDF，可以多选。",
            )  # fmt: skip

    @property
    def consequence(self) -> str:
        return CONSEQUENCES[self.act.verb]

    def given(self) -> dict[str, Any]:
        """What the form holds, by the names of the action."""
        return {name: self.cleaned_data.get(name) for name in self.fields}


def _day(label: str, latest: date | None = None) -> forms.DateField:
    attrs: dict[str, Any] = {"type": "date"} | ({"max": latest.isoformat()} if latest else {})
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"),
        error_messages={"required": f"填{label}。", "invalid": BAD_DATE},
    )  # fmt: skip


def _words(label: str, hint: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": f"写清{label}。"},
    )  # fmt: skip


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = _words("为什么换", "", required=True)
