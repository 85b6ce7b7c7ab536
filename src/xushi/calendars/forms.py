"""载入放假通知的表单。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.calendars.reading import EXAMPLE, read_notice
from xushi.core.text import tidy


class NoticeForm(forms.Form):
    source = forms.CharField(
        label="通知的文号或名称", max_length=200, error_messages={"required": "请写通知的文号或名称。"}
    )
    lines = forms.CharField(
        label="日子，一行一个",
        max_length=20_000,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false"}),
        help_text=f"如“{EXAMPLE}”，连着的可以写“2019-02-04至2019-02-10 休 春节”；调休上班的写“班”。",
        error_messages={"required": f"请贴上通知的日子，如“{EXAMPLE}”。"},
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean_source(self) -> str:
        return tidy(self.cleaned_data["source"])

    def clean_lines(self) -> str:
        lines: str = self.cleaned_data["lines"]
        reading = read_notice(lines, self.year)
        if reading.problems:
            raise ValidationError(reading.problems)
        self.days = reading.days
        return lines
