"""网址按房间装：问到哪间才装哪间；名字、地址与一次全装的一样。"""

import subprocess
import sys
from importlib import import_module

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from xushi.config.rooms import Room, addresses
from xushi.kit.late import Page

ROOMS = [one for one in get_resolver().url_patterns if isinstance(one, Room)]
ONE_ADDRESS = """
import sys, django
django.setup()
from django.urls import reverse
asked = {"xushi.alerts.urls", "xushi.alerts.views", "xushi.api.urls", "xushi.flow.reactions"}
print(reverse("alerts:list"), *sorted(asked & {*sys.modules}))
"""
SERVING = """
import sys
import xushi.config.%s
from django.urls import get_resolver
from xushi.config.rooms import addresses
views = {one.callback.__module__ for one in addresses(get_resolver())}
print(views <= {*sys.modules}, "xushi.flow.reactions" in sys.modules)
"""


def alone(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_one_address_loads_one_room_and_no_reactions() -> None:
    assert alone(ONE_ADDRESS) == "/alerts/ xushi.alerts.urls"


@pytest.mark.parametrize("entry", ["asgi", "wsgi"])
def test_whoever_serves_has_everything_before_the_first_asks(entry: str) -> None:
    assert alone(SERVING % entry) == "True True"


@pytest.mark.parametrize("one", ROOMS, ids=lambda one: str(one.namespace))
def test_every_address_of_a_room_leads_to_a_view_there_is(one: Room) -> None:
    late = [page.callback for page in addresses(one) if isinstance(page.callback, Page)]
    assert [(view.view().__module__, view.view().__name__) for view in late] == [
        (view.__module__, view.__name__) for view in late
    ]


@pytest.mark.parametrize("one", ROOMS, ids=lambda one: str(one.namespace))
def test_a_room_is_named_as_its_module_names_itself(one: Room) -> None:
    assert one.namespace == one.app_name == import_module(str(one.urlconf_name)).app_name


@pytest.mark.parametrize("one", ROOMS, ids=lambda one: str(one.namespace))
def test_the_addresses_of_a_room_stand_under_its_route(one: Room) -> None:
    plain = [
        page for page in one.url_patterns if isinstance(page, URLPattern) and page.name and "<" not in str(page.pattern)
    ]  # fmt: skip
    assert one.url_patterns
    for page in plain:
        assert reverse(f"{one.namespace}:{page.name}").startswith(f"/{one.pattern}")


def test_names_within_names_are_found() -> None:
    (api,) = (one for one in ROOMS if one.namespace == "api")
    (version,) = (one for one in api.url_patterns if isinstance(one, URLResolver))
    names = {page.name for page in version.url_patterns if isinstance(page, URLPattern) and page.name}
    assert names
    plain = [page.name for page in version.url_patterns if "<" not in str(page.pattern) and page.name]
    assert {reverse(f"api:v1:{name}").startswith("/api/v1/") for name in plain} == {True}
    with pytest.raises(NoReverseMatch):
        reverse("api:v1:nobody")
