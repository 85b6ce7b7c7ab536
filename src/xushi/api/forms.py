"""服务账号和令牌的表。"""

from typing import Any

from django import forms

from xushi.api.rules import LONGEST_DAYS, SCOPES
from xushi.units.models import Unit

DAYS = 90


class ServiceAccountForm(forms.Form):
    username = forms.CharField(label="账号", max_length=60, help_text="如 sheng-pingtai")
    name = forms.CharField(label="名称", max_length=60, help_text="日志里就叫这个名字，如“省重大项目平台”")
    unit = forms.ModelChoiceField(label="所在单位", queryset=Unit.objects.none())
    purpose = forms.CharField(label="做什么用", max_length=200)
    contact = forms.CharField(label="对方联系人", max_length=60)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["unit"].queryset = Unit.objects.standing()  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    scopes = forms.MultipleChoiceField(
        label="能做什么",
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一样它能做的事。"},
    )
    days = forms.IntegerField(label="有效几天", min_value=1, max_value=LONGEST_DAYS, initial=DAYS)


class RotateForm(forms.Form):
    days = forms.IntegerField(label="新令牌有效几天", min_value=1, max_value=LONGEST_DAYS, initial=DAYS)


class WebhookForm(forms.Form):
    name = forms.CharField(label="给哪个系统", max_length=60)
    url = forms.CharField(label="地址", max_length=300, help_text="https://主机/路径，主机要在许可的名单里")
    verbs = forms.CharField(
        label="订哪些动作", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一个，如 supervision.order.closed，或 supervision.order.*",
    )  # fmt: skip

    def clean_verbs(self) -> list[str]:
        return str(self.cleaned_data["verbs"]).split()
