"""为企服务的表单。"""

from datetime import date
from typing import Any

from django import forms

from xushi.kit.uploads import Files
from xushi.permits.rules import LONGEST_WORDS
from xushi.permits.services_rules import LONGEST_OPINION
from xushi.units.models import User

BAD_DATE = "日期看不懂，请写成 2018-09-12 这样。"


def _day(label: str, *, latest: date | None = None) -> forms.DateField:
    attrs: dict[str, Any] = {"type": "date"} | ({"max": latest.isoformat()} if latest else {})
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"),
        error_messages={"required": f"填{label}。", "invalid": BAD_DATE},
    )  # fmt: skip


def _words(label: str, missing: str, *, most: int = LONGEST_WORDS, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=bool(missing),
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": missing},
    )  # fmt: skip


def _uploads(label: str) -> forms.Field:
    return forms.Field(
        label=label,
        required=False,
        widget=Files(attrs={"accept": "image/*,.pdf"}),
        help_text="照片或PDF，可以多选。",
    )


def _choice(label: str, choices: list[tuple[str, str]], missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, error_messages={"required": missing})


class ActForm(forms.Form):
    """A form of one act; multipart tells the page whether files go along."""

    def __init__(self, data: Any = None, uploads: Any = None, *, today: date) -> None:
        super().__init__(data, uploads, initial={"on": today})
        on: Any = self.fields.get("on")
        if on:
            on.widget.attrs["max"] = today.isoformat()


class RehearseForm(ActForm):
    words = _words("报了哪些材料", "写清报了哪些材料，如“设计方案、红线图”。")
    on = _day("哪天提的")
    uploads = _uploads("材料")


class AnswerForm(ActForm):
    state = _choice(
        "看下来",
        [("", "选一个"), ("ok", "看过可行"), ("lacking", "还缺材料")],
        "选“看过可行”或“还缺材料”。",
    )
    opinion = _words(
        "意见",
        "写清看过哪几样，或还缺哪几样。",
        most=LONGEST_OPINION,
        hint="还缺的一样一行；看过可行的，转正式受理时照它核。",
    )
    on = _day("哪天看的")


class TakeUpForm(ActForm):
    on = _day("哪天受理")


class CommitForm(ActForm):
    signer = forms.CharField(
        label="承诺人", max_length=60, error_messages={"required": "填承诺人，签字的法定代表人或被授权人。"}
    )
    words = _words("承诺了什么", "写清承诺了什么，如“水土保持方案按报批稿施工，防护先行”。")
    on = _day("哪天签的")
    check_by = _day("最迟哪天核查")
    uploads = _uploads("签字的承诺书")


class CheckForm(ActForm):
    kept = _choice(
        "核查下来",
        [("", "选一个"), ("kept", "已履行"), ("broken", "没有履行")],
        "选“已履行”或“没有履行”。",
    )
    words = _words("看到什么", "写清核查看到什么，如“现场已按方案设沉砂池”。")
    on = _day("哪天核查")


class SubmitPackageForm(ActForm):
    on = _day("哪天报的件")
    words = _words("说明", "")


class PackageForm(forms.Form):
    """套餐: choices are the permits of the catalogue in force."""

    name = forms.CharField(
        label="套餐名称", max_length=60, error_messages={"required": "填套餐名称，如“拿地即开工”。"}
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    codes = forms.MultipleChoiceField(
        label="哪几项手续", widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "套餐至少两项手续，一项的直接报件。",
            "invalid_choice": "现行目录里没有选的手续，刷新后重选。",
        },
    )  # fmt: skip

    def __init__(self, names: dict[str, str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        codes: Any = self.fields["codes"]
        codes.choices = list(names.items())


class OfficerForm(forms.Form):
    """定代办员: nobody chosen takes the present one off."""

    person = forms.TypedChoiceField(label="代办员", coerce=int, empty_value=None, required=False)

    def __init__(self, people: list[User], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        person: Any = self.fields["person"]
        person.choices = [("", "没有代办员"), *((one.pk, one.name) for one in people)]
