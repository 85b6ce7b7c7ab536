import copy
from typing import Any

import pytest
from django.template import engines
from django.test import Client, RequestFactory

MIDDLEWARE = [
    "xushi.config.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "xushi.kit.context.display",
]


@pytest.fixture(autouse=True)
def kit_alone(settings: Any) -> None:
    """The kit without the rooms above it: its own addresses, no navigation, no database."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"] = PROCESSORS
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.kit.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def draw() -> Any:
    """Render template text as a page of an anonymous request; keyword arguments are the context."""

    def rendered(text: str, **context: Any) -> str:
        return engines["django"].from_string(text).render(context, RequestFactory().get("/?q=a&page=3"))

    return rendered
