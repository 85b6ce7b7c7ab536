"""字段：从单子里选几个；号大得库里放不下的，与单子里没有的一样退回。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LARGEST_KEY = 2**63 - 1


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows by their numbers. Django asks the database for them all at once, which a number past bigint breaks."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            digits = str(key).strip().lstrip("+-")
            if digits.isdecimal() and (len(digits) > 4000 or int(digits) > LARGEST_KEY):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": digits[:20]},
                )
        return super().clean(value)
