"""目录的表单：一项手续、发布的理由；填得对不对由动作核对，一处一句。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from xushi.permits.catalogue import KINDS, STAGES, Entry
from xushi.units.models import Unit

WHOLE = {"invalid": "填整数，如10。", "required": "填几个工作日。"}
IN_TURN = (1, 2, 3, 4, 0)


def _days(label: str) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, widget=widget, error_messages=WHOLE)


def _number(label: str, hint: str) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, widget=widget, required=False, error_messages=WHOLE, help_text=hint
    )


class PermitForm(forms.Form):
    """一项手续; code is "" for a new one."""

    name = forms.CharField(
        label="手续名称", max_length=60, error_messages={"required": "填手续名称，如“施工许可证”。"}
    )
    stage = forms.TypedChoiceField(label="阶段", coerce=int, error_messages={"required": "选一个阶段。"})
    department = forms.TypedChoiceField(
        label="办理部门",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="没定的，这一步没有部门可催。",
    )
    legal_days = _days("法定时限")
    promised_days = _days("承诺时限")
    valid_months = _number("有效几个月", "长期有效就空着")
    max_extensions = _number("最多延期几次", "长期有效的不填")
    kinds = forms.MultipleChoiceField(
        label="哪几类要办", required=False, widget=forms.CheckboxSelectMultiple, choices=list(KINDS.items())
    )
    needed_for_start = forms.BooleanField(label="办完才能开工", required=False)
    needs = forms.MultipleChoiceField(
        label="前置手续", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "选的前置里有这一版已经删掉的手续，刷新后重选。"},
    )  # fmt: skip

    def __init__(
        self, code: str, others: Sequence[Entry], departments: Sequence[Unit], *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.code = code
        self._choose("stage", [("", "选阶段"), *((n, STAGES[n]) for n in IN_TURN)])
        self._choose("department", [("", "没定"), *((one.pk, str(one)) for one in departments)])
        self._choose("needs", [(one.code, one.name) for one in others])

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def entry(self) -> Entry:
        data = self.cleaned_data
        return Entry(
            self.code, data["name"], data["stage"], data["legal_days"], data["promised_days"],
            department=data["department"], kinds=tuple(kind for kind in KINDS if kind in data["kinds"]),
            needed_for_start=data["needed_for_start"], valid_months=data["valid_months"],
            max_extensions=data["max_extensions"] or 0, needs=tuple(sorted(data["needs"])),
        )  # fmt: skip


def typed(entry: Entry) -> dict[str, Any]:
    """What stands in the form of a permit that is there already."""
    return {
        "name": entry.name, "stage": entry.stage, "department": entry.department or "", "legal_days": entry.legal_days,
        "promised_days": entry.promised_days, "valid_months": entry.valid_months,
        "max_extensions": entry.max_extensions or None, "kinds": list(entry.kinds),
        "needed_for_start": entry.needed_for_start, "needs": list(entry.needs),
    }  # fmt: skip
