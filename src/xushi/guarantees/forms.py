"""要素请求的表单：把填的字变成动作要的数。"""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.duties.reach import reach_of
from xushi.guarantees.rules import STOCKED, Kind, RequestInput, amount_of
from xushi.guarantees.selectors import providing_units
from xushi.units.models import Role, User

BAD_DATE = "日期看不懂，请写成 2018-10-31 这样。"
UNITS = "，".join(f"{kind.label}填{kind.unit}" for kind in Kind)


def day(label: str, missing: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, widget=widget, error_messages={"required": missing, "invalid": BAD_DATE}
    )


def words(label: str, *, required: bool = False, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=required, max_length=1000, widget=widget, **options)


def amount(label: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    missing = {"required": "填一个数。"}
    return forms.CharField(label=label, max_length=20, widget=widget, error_messages=missing, **options)


class AmountForm(forms.Form):
    """A form with one amount of a kind, which is either chosen in it or known before."""

    kind_given: Kind | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = self.kind_given or (Kind(data["kind"]) if data.get("kind") else None)
        if kind and data.get("amount"):
            try:
                data["amount"] = amount_of(kind, data["amount"])
            except ValueError as wrong:
                self.add_error("amount", ValidationError(str(wrong)))
        return data


class AskForm(AmountForm):
    """提要素: on a phone in half a minute."""

    kind = forms.ChoiceField(label="要什么", choices=Kind.choices(), widget=forms.RadioSelect,
                             error_messages={"required": "选一类要素。"})  # fmt: skip
    amount = amount("要多少", help_text=f"{UNITS}。")
    needed_by = day("最迟哪天要用", "填最迟要用的日子。")
    words = words("用在哪、卡在哪", required=True, error_messages={"required": "写一句用在哪、卡在哪。"})
    plot = forms.CharField(
        label="地块", required=False, max_length=60, help_text="编号或四至；同一地块要的人多会提示"
    )

    def input(self, project: int, token: str) -> RequestInput:
        data = self.cleaned_data
        return RequestInput(
            project, Kind(data["kind"]), data["amount"], data["needed_by"], data["words"], data["plot"], token
        )


class StepForm(AmountForm):
    """One step of a request: its own fields, by the verb."""

    def __init__(self, verb: str, kind: Kind, data: Any = None, *, user: User, initial: Any = None) -> None:
        super().__init__(data, prefix=verb, initial=initial)
        self.kind_given = kind
        self.verb = verb
        if verb in ("promise", "deliver"):
            label = "一共承诺多少" if verb == "promise" else "到现在一共落实多少"
            self.fields["amount"] = amount(f"{label}（{kind.unit}）")
        if verb == "promise":
            self.fields["available_on"] = day("哪天到位", "填能到位的日子。")
        if verb == "hand":
            near = reach_of(user, Role.OFFICE)
            units = [(str(unit.pk), unit.name) for unit in providing_units(near)]
            self.fields["unit"] = forms.ChoiceField(
                label="转给", choices=[("", "请选"), *units], error_messages={"required": "选一个单位。"}
            )
        needed = verb in ("refuse", "withdraw", "hand")
        self.fields["words"] = words("理由" if needed else "说明", required=needed,
                                     error_messages={"required": "要写理由，对方才好另想办法。"})  # fmt: skip

    def day_of(self, name: str) -> date:
        found: date = self.cleaned_data[name]
        return found


class StockForm(AmountForm):
    """定一类一年的盘子."""

    kind = forms.ChoiceField(
        label="要素", choices=[(kind.value, f"{kind.label}（{kind.unit}）") for kind in STOCKED]
    )
    amount = amount("总量")
    source = forms.CharField(label="依据", max_length=200, help_text="如市下达计划的文号",
                             error_messages={"required": "写明依据，如市里下达计划的文号。"})  # fmt: skip


class ProvidersForm(forms.Form):
    """分工: for each kind a unit, or nobody in particular."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        units = [("", "不变"), *((str(unit.pk), unit.name) for unit in providing_units())]
        for kind in Kind:
            self.fields[kind.value] = forms.ChoiceField(label=kind.label, choices=units, required=False)
