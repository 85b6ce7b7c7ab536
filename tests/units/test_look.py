"""一个区的样子：定在区上，下面各单位的人都看得到，别的区不变；颜色在明暗两面都读得清。"""

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.kit.test_house_rules import contrast, themes
from xushi.home.actions import make_wall_key
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.supervision.signing import formal
from xushi.units.actions_tree import create_unit
from xushi.units.look import ACCENTS, Look, called, look_of, set_look
from xushi.units.models import Role, Unit
from xushi.units.rules import Refused

Kind = Unit.Kind
CSS = Path(__file__).parents[2] / "src/xushi/units/static/units/css/accents.css"
TEAL = Look("甲城区", "甲", "teal")


@pytest.fixture
def city(db):
    root = UnitFactory(name="某市", kind=Kind.DISTRICT)
    made = {"root": root, "市办": appoint(UserFactory(), Role.OFFICE, unit=root)}
    for name in "甲乙":
        district = made[name] = UnitFactory(name=f"{name}区", kind=Kind.DISTRICT, parent=root)
        street = UnitFactory(name=f"{name}街道", kind=Kind.SUBDISTRICT, parent=district)
        made[f"{name}街道"] = appoint(UserFactory(), Role.TERRITORY, unit=street)
        made[f"{name}办"] = appoint(UserFactory(), Role.OFFICE, unit=district)
    return made


def looks(city):
    return [look_of(Unit.objects.get(name=name)) for name in ("某市", "甲区", "甲街道", "乙街道")]


def test_a_look_is_of_the_whole_district_and_of_no_other(city):
    assert set_look(city["甲"], TEAL, actor=Actor(by=city["甲办"]), now=NOW)
    assert looks(city) == [Look(), TEAL, TEAL, Look()]
    event = Event.objects.get(verb="units.look.set")
    assert event.changes["颜色"] == ["", "teal"]
    assert not set_look(city["甲"], TEAL, actor=Actor(by=city["甲办"]), now=NOW)
    made = create_unit(
        name="甲园区", kind=Kind.PARK, parent=Unit.objects.get(name="甲区"), actor=SYSTEM, now=NOW
    )
    assert look_of(made) == TEAL


def test_the_city_s_look_leaves_a_district_its_own_until_that_is_given_up(city):
    common = Look("某市", "市", "slate")
    set_look(city["甲"], TEAL, actor=SYSTEM, now=NOW)
    set_look(city["root"], common, actor=Actor(by=city["市办"]), now=NOW)
    assert looks(city) == [common, TEAL, TEAL, common]
    set_look(city["甲"], Look(), actor=Actor(by=city["甲办"]), now=NOW)
    assert looks(city) == [common] * 4


def test_nobody_sets_another_district_s_look(client, city):
    for district in (city["乙"], city["root"]):
        with pytest.raises(PermissionDenied, match="管全部的重大办"):
            set_look(district, TEAL, actor=Actor(by=city["甲办"]), now=NOW)
    client.force_login(city["甲街道"])
    assert client.get(reverse("units:look")).status_code == 403
    client.force_login(city["甲办"])
    typed = {"name": "甲城区", "emblem": "甲", "accent": "teal"}
    assert client.post(f"{reverse('units:look')}?district={city['乙'].pk}", typed).status_code == 302
    assert looks(city) == [Look(), TEAL, TEAL, Look()]


def test_every_page_of_the_district_shows_it(client, city, settings):
    set_look(city["甲"], TEAL, actor=SYSTEM, now=NOW)
    for name, shown in (("甲街道", True), ("乙街道", False)):
        client.force_login(city[name])
        page = client.get(reverse("units:me")).content.decode()
        assert ('data-accent="teal"' in page) == shown
        assert ("甲城区重大项目" in page) == shown
        assert (f"{settings.XUSHI_DISTRICT}重大项目" in page) != shown


def test_a_unit_signs_by_the_name_its_district_set(city, settings):
    set_look(city["甲"], TEAL, actor=SYSTEM, now=NOW)
    street, other = (Unit.objects.get(name=name) for name in ("甲街道", "乙街道"))
    settings.XUSHI_DISTRICT = "浦口区"
    assert formal("区住建局", street) == "甲城区住建局" and formal("市住建局", street) == "市住建局"
    assert formal("区住建局", other) == formal("区住建局") == "浦口区住建局"


def test_a_wall_display_shows_its_own_and_its_link_is_no_other_office_s(client, city, settings):
    set_look(city["甲"], TEAL, actor=SYSTEM, now=NOW)
    own = make_wall_key(name="甲大厅", actor=Actor(by=city["甲办"]), now=NOW)
    wall = client.get(reverse("home:wall", args=[own.key])).content.decode()
    assert "甲城区重大项目推进" in wall and settings.XUSHI_DISTRICT not in wall
    client.force_login(city["乙办"])
    assert own.key not in client.get(reverse("home:walls")).content.decode()
    assert client.post(reverse("home:revoke_wall", args=[own.pk])).status_code == 404
    for name in ("甲办", "市办"):
        client.force_login(city[name])
        assert own.key in client.get(reverse("home:walls")).content.decode()


@pytest.mark.parametrize("look", [Look("长" * 21), Look(emblem="甲乙丙"), Look(accent="red")])
def test_what_cannot_be_shown_is_refused(city, look):
    with pytest.raises(Refused):
        set_look(city["甲"], look, actor=SYSTEM, now=NOW)


def test_a_unit_without_a_look_is_called_as_the_installation_is(settings):
    assert called(None) == settings.XUSHI_DISTRICT


def test_each_accent_can_be_read_on_what_it_stands_on_by_day_and_by_night():
    text = CSS.read_text(encoding="utf-8")
    rule = r'data-accent="(\w+)"\](\S*) \{ --accent: (#\w+); --accent-soft: (#\w+); \}'
    rules = re.findall(rule, text)
    assert {name for name, *_ in rules} == {name for name in ACCENTS if name}
    for name, dark, accent, soft in rules:
        known = themes()["dark" if dark else "light"]
        for ground in (known["surface"], known["canvas"], soft):
            assert contrast(accent, ground) >= 4.5, (name, dark)
    by_theme = {(name, dark): (accent, soft) for name, dark, accent, soft in rules}
    for name in (name for name in ACCENTS if name):
        assert by_theme[name, ':not([data-theme="light"])'] == by_theme[name, '[data-theme="dark"]']
