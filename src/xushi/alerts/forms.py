"""阈值的表单：只管形状，规矩在 rules.thresholds_of。"""

from typing import Any

from django import forms

from xushi.alerts.rules import (
    SLIPPING_WAYS,
    THRESHOLD_LABELS,
    THRESHOLD_UNITS,
    Thresholds,
    ThresholdsRefused,
    as_values,
)


class ThresholdForm(forms.Form):
    """All thresholds as typed text, and the reason for changing them."""

    reason = forms.CharField(
        label="调整理由",
        max_length=300,
        help_text="写明为什么改，以后好查。",
        error_messages={"required": "请写调整的理由，以后好查。"},
    )

    def __init__(self, data: Any = None, *, held: Thresholds) -> None:
        super().__init__(data, initial=as_values(held))
        reason = self.fields.pop("reason")
        for name, label in THRESHOLD_LABELS.items():
            required = {"required": "请填写。"}
            if name == "slipping_by":
                self.fields[name] = forms.ChoiceField(label=label, choices=list(SLIPPING_WAYS.items()))
                continue
            typed = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            self.fields[name] = forms.CharField(
                label=label, max_length=12, widget=typed, error_messages=required
            )
        self.fields["reason"] = reason

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """The fields with the unit each is entered in."""
        return [(self[name], THRESHOLD_UNITS.get(name, "")) for name in self.fields]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in THRESHOLD_LABELS}

    def refuse(self, refused: ThresholdsRefused) -> None:
        for problem in refused.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)
