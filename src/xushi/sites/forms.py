"""摄像头的表单：填的字变成动作要的一路。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.sites.inputs import CameraInput
from xushi.sites.models import EVERY_DAY, Camera
from xushi.sites.rules import Kind, Polygon

DAYS = [(str(number), f"周{word}") for number, word in enumerate("一二三四五六日", 1)]
MISSING = {"required": "请填这一项。"}


def text(label: str, *, required: bool = False, most: int = 300, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=most, error_messages=MISSING,
        widget=forms.TextInput(attrs={"autocomplete": "off"}), **options,
    )  # fmt: skip


def whole(label: str, initial: int, **options: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    wrong = {"required": "填一个整数。", "invalid": "填一个整数。"}
    return forms.IntegerField(label=label, initial=initial, widget=widget, error_messages=wrong, **options)


def hour(label: str, initial: str) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    wrong = {"required": "填几点，如6:00。", "invalid": "时间看不懂，请写成 6:00 这样。"}
    return forms.TimeField(label=label, initial=initial, widget=widget, error_messages=wrong)


def degrees(label: str, most: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=9, decimal_places=6, min_value=-most, max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "填数字，如118.62。"},
    )  # fmt: skip


class CameraForm(forms.Form):
    """加一路、改一路; the password that is held is never shown."""

    name = text("名称", required=True, most=40, help_text="装在哪，如东门塔吊")
    place = text("位置说明", most=120)
    kind = forms.ChoiceField(label="接入方式", choices=Kind.choices(), initial=Kind.RTSP)
    host = text("地址", required=True, most=255, help_text="摄像头或WVP平台的IP、域名")
    port = whole("端口", 554, help_text="RTSP多为554，ONVIF多为80，WVP多为18080")
    https = forms.BooleanField(label="用https（ONVIF、WVP）", required=False)
    main_path = text("主码流路径", help_text="RTSP填，海康多为/Streaming/Channels/101")
    sub_path = text("子码流路径", help_text="手机和画面墙看它，海康多为/Streaming/Channels/102")
    device = text("国标设备编号", most=40, help_text="WVP填，20位")
    channel = text("国标通道编号", most=40, help_text="WVP填，20位")
    user = text("用户名", most=60)
    password = forms.CharField(
        label="密码", required=False, max_length=120, strip=False, help_text="加密存放；不改就空着",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    works_from = hour("施工时段自", "06:00")
    works_to = hour("施工时段至", "18:00")
    weekdays = forms.MultipleChoiceField(
        label="星期几施工", choices=DAYS, initial=list(EVERY_DAY), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一天施工。"},
    )  # fmt: skip
    snapshot_minutes = whole("几分钟一张快照", 5)
    keep_days = whole("全部快照留几天", 30, help_text="过了每天留一张")
    longitude = degrees("经度", 180)
    latitude = degrees("纬度", 90)

    @classmethod
    def of(cls, camera: Camera, data: Any = None) -> "CameraForm":
        """Filled with what is held, without the password."""
        names = [name for name in cls.base_fields if name not in ("password", "weekdays")]
        first = {name: getattr(camera, name) for name in names}
        return cls(data, initial=first | {"weekdays": list(camera.weekdays)})

    def input(self, project: int) -> CameraInput:
        """What was typed, once the form is valid."""
        data = dict(self.cleaned_data)
        data["weekdays"] = "".join(sorted(data["weekdays"]))
        data["kind"] = Kind(data["kind"])
        return CameraInput(project=project, **data)


class MaskForm(forms.Form):
    """遮挡区: one polygon a line, points as percent of width and height."""

    masked = forms.CharField(
        label="遮挡区", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一块，每点“横%,竖%”，点之间空格，如 0,0 30,0 30,40",
    )  # fmt: skip

    def clean_masked(self) -> list[Polygon]:
        lines = [line for line in self.cleaned_data["masked"].splitlines() if line.strip()]
        try:
            return [[_point(word) for word in line.split()] for line in lines]
        except ValueError:
            raise ValidationError("看不懂，请写成“0,0 30,0 30,40”这样，一行一块。") from None


def mask_text(masked: list[Polygon]) -> str:
    return "\n".join(" ".join(f"{x * 100:g},{y * 100:g}" for x, y in one) for one in masked)


def _point(word: str) -> list[float]:
    x, y = word.replace("，", ",").split(",")
    return [float(x) / 100, float(y) / 100]
