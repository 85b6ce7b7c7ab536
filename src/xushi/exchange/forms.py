"""导入的表单：交表、列对照。"""

from typing import Any

from django import forms

from xushi.core.readings import UNIT_YUAN
from xushi.exchange.kinds import KINDS, Kind
from xushi.exchange.reading import MOST_BYTES


class UploadForm(forms.Form):
    """One sheet of one kind; a sender brings back the column map of the last time."""

    kind = forms.ChoiceField(label="种类")
    file = forms.FileField(label="来表", help_text="xlsx、xls、ods或csv，至多10万行", max_length=200)
    sender = forms.CharField(
        label="来表单位", required=False, max_length=120, help_text="同一单位下次来表，列对照自动带出"
    )
    year = forms.IntegerField(
        label="年度", required=False, min_value=2000, max_value=2100, help_text="表里没写年度时用"
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(key, KINDS[key].label) for key in kinds]  # type: ignore[attr-defined]
        self.fields["file"].error_messages["required"] = "请选一个表格文件。"
        self.fields["file"].error_messages["empty"] = "这个文件是空的。请核对是不是传错了。"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"文件超过{MOST_BYTES >> 20}MB。请只留要导入的那张表，另存后再传。")
        return file


class ColumnsForm(forms.Form):
    """What each column is taken for: inputs column-0, column-1 … beside their labels."""

    unit = forms.ChoiceField(
        choices=[("", "按表上写的"), *((name, name) for name in UNIT_YUAN)], required=False
    )
    sheet = forms.CharField(required=False, max_length=100)
    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def chosen(self) -> dict[str, str]:
        """{header: field}; a field chosen for two columns goes to the one that was changed to it."""
        chosen: dict[str, str] = {}
        for name in self.data:
            if name.startswith("column-") and (label := self.data.get(f"label-{name[7:]}", "")):
                wanted, was = self.data[name], self.data.get(f"was-{name[7:]}", "")
                if wanted and wanted not in self.kind.names:
                    continue
                if wanted != was and wanted:
                    chosen = {k: ("" if v == wanted else v) for k, v in chosen.items()}
                    chosen[label] = wanted
                elif wanted not in chosen.values() or not wanted:
                    chosen[label] = wanted
                else:
                    chosen[label] = ""
        return chosen
