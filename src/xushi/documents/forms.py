"""公文的表单：收一份稿、改稿、红头、核验。"""

from typing import Any

from django import forms

from xushi.documents.models import Letterhead, Paper

LONGEST = 1_000_000


class SourceForm(forms.Form):
    """A text from a file or pasted, and the month it is compared with."""

    file = forms.FileField(
        label="文件", required=False, help_text=".docx、.pdf、.txt，50MB以内",
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.pdf,.txt"}),
    )  # fmt: skip
    text = forms.CharField(
        label="或者粘贴正文",
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    month = forms.ChoiceField(label="截止月", required=False)

    def __init__(self, months: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"] = forms.ChoiceField(
            label="截止月", required=False, choices=[("", "不与库里的数比"), *months]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not str(data.get("text") or "").strip():
            self.add_error("text", "选一个文件，或把正文粘贴在这里。")
        return data


class PasteForm(SourceForm):
    """A new paper from somebody's draft."""

    kind = forms.ChoiceField(label="文种", choices=Paper.Kind.choices, initial=Paper.Kind.LETTER)
    title = forms.CharField(
        label="标题", max_length=200, required=False, help_text="空着就取稿子的第一行",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    token = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class EditForm(forms.Form):
    """改稿: seen is the 稿 that was looked at."""

    title = forms.CharField(label="标题", max_length=200, error_messages={"required": "请写标题。"})
    addressee = forms.CharField(label="主送", max_length=300, required=False)
    text = forms.CharField(
        label="正文", strip=False, max_length=LONGEST, error_messages={"required": "正文是空的，请写几句再存。"},
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )  # fmt: skip
    note = forms.CharField(label="改了什么", max_length=200, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class LetterheadForm(forms.ModelForm):
    """红头."""

    class Meta:
        model = Letterhead
        fields = ("head", "signed", "word", "contact", "copies")


class VerifyForm(forms.Form):
    """核验: the file itself, or its fingerprint."""

    file = forms.FileField(label="文件", required=False)
    sha256 = forms.CharField(label="或者文件的 SHA-256 指纹", max_length=80, required=False)
