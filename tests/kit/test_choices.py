"""从单子里选几个：选得着的收下，号再怪也只是没有这一个。"""

from typing import Any

import pytest
from django import forms

from xushi.kit.choices import SeveralField
from xushi.units.models import User


class Chosen(forms.Form):
    people = SeveralField(User.objects.none())

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self.fields["people"].queryset = User.objects.all()  # type: ignore[attr-defined]


def test_those_of_the_list_are_taken(office_user: User, leader_user: User) -> None:
    form = Chosen({"people": [office_user.pk, leader_user.pk]})
    assert form.is_valid()
    assert set(form.cleaned_data["people"]) == {office_user, leader_user}


@pytest.mark.parametrize("key", ["9" * 19, "9" * 30, "-" + "9" * 30, "9" * 5000, "x", "٩" * 30, "0", "1.5"])
def test_a_number_that_none_has_is_a_mistake_in_the_form(office_user: User, key: str) -> None:
    form = Chosen({"people": [str(office_user.pk), key]})
    assert not form.is_valid()
    assert "people" in form.errors
