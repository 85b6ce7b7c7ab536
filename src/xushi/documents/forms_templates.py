"""模板的表单：改一版、照一份添一份。"""

from typing import Any

from django import forms

from xushi.documents.actions_templates import LONGEST_NAME, LONGEST_REASON, VersionInput


class SourceForm(forms.Form):
    """The source with the reason for changing it; base is the version it was typed over."""

    source = forms.CharField(
        label="底稿", strip=False, required=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "tpl-source", "autocapitalize": "off"}),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么改", max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "写一句为什么改，以后查得到。", "max_length": f"最多{LONGEST_REASON}字，请精简。",
        },
    )  # fmt: skip
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def typed(self) -> VersionInput:
        data = self.cleaned_data
        return VersionInput(data["source"], data["reason"], data["base"])


class DraftForm(SourceForm):
    """What is typed while nothing is saved yet: the reason may still be missing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False


class CopyForm(forms.Form):
    name = forms.CharField(
        label="新模板叫什么", max_length=LONGEST_NAME,
        error_messages={"required": "给新模板起个名字。", "max_length": f"最多{LONGEST_NAME}字，请精简。"},
    )  # fmt: skip
    in_its_place = forms.BooleanField(label="在本区代替原来的", required=False)
