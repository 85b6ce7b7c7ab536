"""指标的表单：报一个数，审，分解。"""

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.indicators.actions import ObservationInput
from xushi.indicators.models import Indicator, Observation


class ReportForm(forms.Form):
    """报一个数: the month, the figure, where it comes from; on a phone in ten seconds."""

    period = forms.ChoiceField(label="到哪个月", error_messages={"required": "选到哪个月。"})
    value = forms.CharField(
        label="数", required=False, max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    source = forms.CharField(
        label="来源", max_length=200, error_messages={"required": "写明来源，如市环保局月通报。"}
    )
    missing = forms.BooleanField(label="这个月确实没有数", required=False)
    explanation = forms.CharField(
        label="说明", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="和上个月差得多的，写一句原因",
    )  # fmt: skip
    evidence = forms.CharField(label="佐证", required=False, max_length=300, help_text="文号、网址、台账名")

    def __init__(
        self, periods: list[tuple[str, str]], usual: tuple[float, float] | None, data: Any = None, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.fields["period"].choices = periods  # type: ignore[attr-defined]
        self.usual = usual

    def clean_value(self) -> float | None:
        text = (
            str(self.cleaned_data.get("value") or "").strip().rstrip("%％").replace(",", "").replace("−", "-")
        )
        if not text:
            return None
        try:
            value = float(text)
        except ValueError as wrong:
            raise ValidationError(f"“{text[:20]}”不是数，请填数字，如 60.8。") from wrong
        if not math.isfinite(value) or abs(value) > 1e12:
            raise ValidationError("数太大了，请核对。")
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        value = data.get("value")
        if value is None and not data.get("missing") and "value" not in self.errors:
            self.add_error("value", "填一个数；确实没有的勾“没有数”。")
        if value is not None and self.usual and not data.get("explanation", "").strip():
            low, high = self.usual
            if not low <= value <= high:
                self.add_error("explanation", f"比往常（{low:g}—{high:g}）差得多，写一句原因，或核对填的数。")
        return data

    def input(self, indicator: Indicator, participant: int) -> ObservationInput:
        data = self.cleaned_data
        missing = data["value"] is None
        return ObservationInput(
            indicator=indicator.pk, participant=participant, period=data["period"], low=data["value"],
            high=data["value"], status=Observation.Status.MISSING if missing else Observation.Status.FINAL,
            source=data["source"], evidence=data["evidence"], explanation=data["explanation"],
        )  # fmt: skip


def typed_number(text: str, example: str = "77.0") -> float:
    """A number as people type it, with commas, a per cent sign, a long minus; ValueError says what is wrong."""
    said = text.strip().rstrip("%％").replace("，", ",").replace(",", "").replace("−", "-")
    try:
        value = float(said)
    except ValueError as wrong:
        raise ValueError(f"“{text[:20]}”不是数，请填数字，如 {example}。") from wrong
    if not -1e12 < value < 1e12:
        raise ValueError("数太大了，请核对。")
    return value
