"""密码：十位、三类、最近五次不重用。"""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import NOW, PASSWORD
from xushi.journal.actions import Actor
from xushi.units import actions
from xushi.units.models import User
from xushi.units.passwords import classes_in


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("abcdefghij", 1), ("abcdefghi1", 2), ("Abcdefghi1", 3), ("Abcdefgh1-", 4), ("浦口abc123", 3)],
)
def test_classes(password: str, kinds: int) -> None:
    assert classes_in(password) == kinds


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("Ab1-efgh9", "10"), ("abcdefghi1", "至少三类"), ("Password123", "")],
)
def test_weak_ones_are_refused(office_user: User, password: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        actions.change_password(user=office_user, password=password, actor=Actor(by=office_user), now=NOW)
    assert sentence in " ".join(refusal.value.messages)


def test_last_five_are_not_taken_again(office_user: User) -> None:
    used = [PASSWORD, *(f"Xushi-2018-{number}x" for number in range(5))]
    for password in used[1:]:
        actions.change_password(user=office_user, password=password, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(ValidationError, match="最近5次"):
        actions.change_password(user=office_user, password=used[1], actor=Actor(by=office_user), now=NOW)
    actions.change_password(user=office_user, password=used[0], actor=Actor(by=office_user), now=NOW)
    assert office_user.used_passwords.count() == 5
