"""请假委托的表单：只管形状，规矩在动作里。"""

from typing import Any

from django import forms

from xushi.core.text import tidy
from xushi.duties.policy import possible_delegates
from xushi.units.models import User

DAY = {"required": "请选日子。", "invalid": "看不懂这个日子，请写成 2018-09-12 这样。"}


class PersonField(forms.ModelChoiceField):
    """A choice of people, each with the unit they work in."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}（{obj.unit_name}）" if obj.unit_name else obj.name


class LeaveForm(forms.Form):
    to = PersonField(
        User.objects.none(),
        label="委托给",
        empty_label="请选",
        error_messages={"required": "请选委托给谁。", "invalid_choice": "不能委托给这个人，请在名单里选。"},
    )
    first = forms.DateField(
        label="从", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), error_messages=DAY
    )
    last = forms.DateField(
        label="到", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), error_messages=DAY
    )
    reason = forms.CharField(label="事由", max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, PersonField)
        to.queryset = (
            possible_delegates(user).select_related("home_unit").prefetch_related("appointments__unit")
        )

    def clean_reason(self) -> str:
        return tidy(self.cleaned_data["reason"])
