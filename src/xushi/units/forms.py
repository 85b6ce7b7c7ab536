"""单位与人员的表单：只管形状，规矩在动作里。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.core.text import tidy
from xushi.units.actions_emergency import LONGEST_HOURS
from xushi.units.models import Role, Unit, User
from xushi.units.rules import ADMINISTRATORS

REQUIRED = {"required": "请填写。"}


def _password(label: str, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(
        label=label, strip=False, max_length=128, widget=widget, error_messages={"required": f"请填{label}。"}
    )


def _units(label: str, *, required: bool = True, blank: str = "请选") -> "UnitField":
    return UnitField(
        Unit.objects.none(),
        label=label,
        required=required,
        empty_label=blank,
        error_messages={"required": f"请选{label}。", "invalid_choice": "没有这个单位，请重新选。"},
    )


class UnitField(forms.ModelChoiceField):
    """A choice of units, indented as they stand in the tree."""

    def label_from_instance(self, obj: Unit) -> str:
        return "　" * (obj.path.count(".") - 1) + obj.name


class UnitChoices(forms.Form):
    """Fills every unit field with the units that stand now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.queryset = Unit.objects.standing()


class LoginForm(forms.Form):
    username = forms.CharField(
        label="账号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "请填账号：工号或手机号。"},
    )
    password = _password("密码", "current-password")

    def clean_username(self) -> str:
        return tidy(self.cleaned_data["username"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label="验证码",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "characters"}
        ),
        error_messages={"required": "请填手机上的六位码，或一个备用码。"},
    )


class PasswordForm(forms.Form):
    old = _password("现在的密码", "current-password")
    new = _password("新密码", "new-password")
    again = _password("再输一遍", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError("现在的密码不对，请再看一遍。")
        return old

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new", again):
            raise ValidationError("两遍不一样，请再输一遍。")
        return again


class AccountForm(UnitChoices):
    username = forms.CharField(label="账号", max_length=60, error_messages=REQUIRED)
    name = forms.CharField(label="姓名", max_length=60, error_messages=REQUIRED)
    phone = forms.CharField(label="手机", max_length=20, required=False)
    title = forms.CharField(label="职务", max_length=60, required=False)
    unit = _units("所在单位")
    password = _password("初始密码", "new-password")

    def clean_username(self) -> str:
        return tidy(self.cleaned_data["username"])


class MoveForm(UnitChoices):
    unit = _units("调到")
    reason = forms.CharField(label="事由", max_length=200, required=False)


class AppointForm(UnitChoices):
    role = forms.ChoiceField(label="角色", choices=Role.choices, error_messages={"required": "请选角色。"})
    unit = _units("任职单位")
    scope = _units("管辖范围", required=False, blank="就是任职单位")
    is_head = forms.BooleanField(label="单位负责人", required=False)


class EmergencyForm(UnitChoices):
    role = forms.ChoiceField(
        label="应急角色",
        choices=[choice for choice in Role.choices if choice[0] not in ADMINISTRATORS],
        error_messages={"required": "请选角色。"},
    )
    scope = _units("管到哪里")
    hours = forms.IntegerField(
        label="几小时",
        initial=4,
        widget=forms.NumberInput(attrs={"min": 1, "max": LONGEST_HOURS}),
        error_messages={"required": "请填几小时。", "invalid": "小时填整数，如 4。"},
    )
    reason = forms.CharField(label="事由", max_length=200, error_messages={"required": "请写明为什么。"})


class UnitForm(UnitChoices):
    name = forms.CharField(label="名称", max_length=120, error_messages=REQUIRED)
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    kind = forms.ChoiceField(label="类别", choices=Unit.Kind.choices)
    parent = _units("上级")
    code = forms.CharField(label="统一社会信用代码", max_length=18, required=False)

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class RenameForm(forms.Form):
    name = forms.CharField(label="新名称", max_length=120, error_messages=REQUIRED)
    short_name = forms.CharField(label="简称", max_length=40, required=False)

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class DissolveForm(UnitChoices):
    successor = _units("由谁承接")
