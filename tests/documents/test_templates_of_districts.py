"""公文模板各区自己的：共用的作底，本区照一份添自己的、代替它；别的区看不到；印出来、起稿照本区的写。"""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory, appoint
from tests.units.test_districts import SEPTEMBER, city
from xushi.documents import report
from xushi.documents.actions_templates import VersionInput, add_template, go_back, save_version, stand_for
from xushi.documents.drafting import NoTemplate, newest_version, template_of
from xushi.documents.models_templates import Template
from xushi.documents.starting import starters
from xushi.documents.template_names import known_to
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.registry.checking import Refused
from xushi.units.models import Role, User

__all__ = ["city"]
pytestmark = pytest.mark.django_db
SOURCE = "# 一、总体进展\n当年实施{{ figures.district.under_way }}。"


def common(code: str = "bulletin") -> Template:
    found: Template = Template.objects.get(code=code)
    return found


def own(by: User, code: str = "bulletin", name: str = "甲区通报", *, in_its_place: bool = True) -> Template:
    return add_template(common(code), name, actor=Actor(by=by), now=SEPTEMBER, in_its_place=in_its_place)


def again(user: User) -> User:
    """The same person with nothing remembered of their appointments."""
    found: User = User.objects.get(pk=user.pk)
    return found


def test_a_district_s_own_is_written_from_there_and_nowhere_else(city: Any) -> None:
    first, second = city["甲"]["office"], city["乙"]["office"]
    before = len(starters(first))
    made = own(first)
    assert (made.district, made.stands_for) == (city["甲"]["unit"], common()) and made.kind == common().kind
    assert made in starters(first) and common() not in starters(first) and len(starters(first)) == before
    assert made not in starters(second) and common() in starters(second)
    assert {made, common()} <= set(starters(city["office"]))
    leader = appoint(UserFactory(), Role.LEADER, unit=city["甲"]["unit"])
    assert template_of(leader, made.code) == made
    with pytest.raises(NoTemplate):
        template_of(second, made.code)
    assert report.source_of(common().name)[0] == common().name
    with pytest.raises(report.NoTemplate, match="没有叫“甲区通报”"):
        report.source_of("甲区通报")


def test_a_sheet_is_printed_from_the_district_s_own_for_everybody_there(city: Any) -> None:
    made = own(city["甲"]["office"], "unit-sheet", "甲区单位情况表")
    street = appoint(UserFactory(), Role.TERRITORY, unit=city["甲"]["street"])
    other = appoint(UserFactory(), Role.TERRITORY, unit=city["乙"]["street"])
    standing = [Template.objects.standing_for("unit-sheet", one) for one in (street, other, city["office"])]
    assert standing == [made, common("unit-sheet"), common("unit-sheet")]
    stand_for(made, None, actor=Actor(by=city["甲"]["office"]), now=SEPTEMBER)
    assert Template.objects.standing_for("unit-sheet", again(street)) == common("unit-sheet")
    said = (
        Event.objects.filter(verb="documents.template.placed")
        .order_by("pk")
        .values_list("summary", flat=True)
    )
    assert list(said) == [
        f"甲区的模板“甲区单位情况表”代替“{common('unit-sheet').name}”",
        f"甲区的模板“甲区单位情况表”不再代替“{common('unit-sheet').name}”",
    ]


def test_each_district_changes_its_own_alone(city: Any) -> None:
    first, second = city["甲"]["office"], city["乙"]["office"]
    made = own(first)
    row = VersionInput(SOURCE, "改短", newest_version(made).number)
    for by, template in ((second, made), (first, common()), (second, common())):
        with pytest.raises(PermissionDenied, match="由管全部的重大办来办"):
            save_version(template, row, known_to(template), actor=Actor(by=by), now=SEPTEMBER)
        with pytest.raises(PermissionDenied):
            go_back(template, 1, base=1, actor=Actor(by=by), now=SEPTEMBER)
    with pytest.raises(PermissionDenied):
        stand_for(made, None, actor=Actor(by=second), now=SEPTEMBER)
    assert save_version(made, row, known_to(made), actor=Actor(by=first), now=SEPTEMBER).number == 2
    assert newest_version(common()).number == 1, "the common one is as it was"
    row = VersionInput(f"{SOURCE}完。", "市里改", 2)
    assert save_version(made, row, known_to(made), actor=Actor(by=city["office"]), now=SEPTEMBER).number == 3


def test_one_stands_in_place_of_a_common_one(city: Any) -> None:
    by = Actor(by=city["甲"]["office"])
    made = own(city["甲"]["office"])
    with pytest.raises(Refused, match="本区已有一份代替"):
        own(city["甲"]["office"], name="又一份")
    with pytest.raises(Refused, match="写同一样东西"):
        stand_for(made, common("unit-sheet"), actor=by, now=SEPTEMBER)
    second = own(city["甲"]["office"], name="另一份", in_its_place=False)
    with pytest.raises(Refused, match="写同一样东西"):
        stand_for(second, made, actor=by, now=SEPTEMBER)
    with pytest.raises(Refused, match="不代替别的"):
        stand_for(common("unit-sheet"), common(), actor=Actor(by=city["office"]), now=SEPTEMBER)
    assert own(city["乙"]["office"], name="甲区通报").stands_for == common()
    with pytest.raises(IntegrityError), transaction.atomic():
        Template.objects.filter(pk=common("unit-sheet").pk).update(stands_for=common())


def test_the_pages_of_a_district(city: Any, client: Client) -> None:
    client.force_login(city["甲"]["office"])
    copy = reverse("documents:template_copy", args=["bulletin"])
    assert "在甲区代替" in client.get(copy).content.decode()
    answer = client.post(copy, {"name": "甲区通报", "in_its_place": "on"}, follow=True)
    made = Template.objects.get(name="甲区通报")
    assert answer.redirect_chain[-1][0] == reverse("documents:template", args=[made.code])
    assert "存成新的一版" in answer.content.decode()
    assert "存成新的一版" not in client.get(reverse("documents:template", args=["bulletin"])).content.decode()
    page = client.get(reverse("documents:templates")).content.decode()
    assert f"本区，代替“{common().name}”" in page and "不再代替" in page
    body = {"source": SOURCE, "reason": "改", "base": "1"}
    assert client.post(reverse("documents:template", args=["bulletin"]), body).status_code == 403
    client.force_login(city["乙"]["office"])
    assert "甲区通报" not in client.get(reverse("documents:templates")).content.decode()
    give_back = reverse("documents:template_give_back", args=[made.code])
    assert client.get(reverse("documents:template", args=[made.code])).status_code == 404
    assert client.post(give_back).status_code == 404
    client.force_login(city["office"])
    assert "甲区，代替" in client.get(reverse("documents:templates")).content.decode()
    client.force_login(city["甲"]["office"])
    client.post(give_back)
    made.refresh_from_db()
    assert made.stands_for is None
