"""每个动作都有中文的说法：把代码里记的动作一个个找出来对。"""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

import xushi
from tests.factories import NOW
from xushi.journal.actions import Actor, record
from xushi.journal.verbs import WORDS, words_for
from xushi.planning.models import Declaration
from xushi.units.models import User

SOURCE = Path(xushi.__file__).parent
ROOMS = {path.parent.name for path in SOURCE.glob("*/apps.py")}
VERB = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+")
BEGINNING = re.compile(r"[a-z]+\.(?:[a-z_]+\.)?")
SPOKEN = re.compile(r"[a-z_]+(?:\.[a-z_]+)?")
# 表里查出来的，不写在调用处
STEP_VERBS = {"plan", "submit", "accept", "ask_supplement", "answer_supplement", "approve", "refuse", "report",
              "accept_lacking", "settle_lacking", "extend", "not_needed", "confirm", "take_back"}  # fmt: skip


@cache
def trees() -> list[tuple[str, ast.AST]]:
    found: list[tuple[str, ast.AST]] = []
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).parts
        if parts[0] in ROOMS and "migrations" not in parts:
            found.append((parts[0], ast.parse(path.read_text("utf-8"))))
    return found


def texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def of_a_room(text: str) -> bool:
    return text.split(".", maxsplit=1)[0] in ROOMS


@cache
def written() -> frozenset[str]:
    """Verbs that stand in the source as they are."""
    said = (text for _, tree in trees() for text in texts(tree))
    return frozenset(t for t in said if VERB.fullmatch(t) and of_a_room(t) and not t.endswith(".urls"))


def makers() -> dict[tuple[str, str], str]:
    """Functions that put a verb together, f"room.noun.{verb}", and those that hand theirs on to one."""
    found: dict[tuple[str, str], str] = {}
    functions = [
        (room, node) for room, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]
    for room, function in functions:
        for text in (node for node in ast.walk(function) if isinstance(node, ast.JoinedStr)):
            said = getattr(text.values[0], "value", "") if text.values else ""
            if isinstance(said, str) and BEGINNING.fullmatch(said) and of_a_room(said):
                found[room, function.name] = said
    for room, function in functions:
        own = {argument.arg for argument in function.args.args}
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            beginning = found.get((room, called(call)))
            if beginning and call.args and getattr(call.args[0], "id", "") in own:
                found[room, function.name] = beginning
    return found


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@cache
def composed() -> frozenset[str]:
    """What those functions are given."""
    known = makers()
    assert len(known) >= 9
    found: set[str] = set()
    for room, tree in trees():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            beginning = known.get((room, called(call)))
            if beginning and call.args:
                said = {text for text in texts(call.args[0]) if SPOKEN.fullmatch(text)}
                if beginning == "permits.step.":
                    said -= STEP_VERBS
                found |= {beginning + text for text in said}
    return frozenset(found)


def test_every_verb_of_the_code_has_its_words() -> None:
    known = {*written(), *composed()}
    known |= {f"planning.declaration.{state}" for state in Declaration.State.values}
    assert len(known) > 200
    assert sorted(known - set(WORDS)) == []


def test_no_words_are_of_a_verb_that_is_never_recorded_and_none_is_said_twice() -> None:
    known = {*written(), *composed()} | {
        f"planning.declaration.{state}" for state in Declaration.State.values
    }
    assert sorted(set(WORDS) - known) == []
    assert len(set(WORDS.values())) == len(WORDS)
    assert not any(re.search("[a-z_.]", words) for words in WORDS.values())


def test_an_unknown_verb_is_shown_as_it_is() -> None:
    assert words_for("supervision.order.issued") == "督办单下发"
    assert words_for("test.done0") == "test.done0"


@pytest.mark.django_db
def test_the_auditor_chooses_in_words(
    auditor: User, office_user: User, signed_in: Callable[[User], Client]
) -> None:
    with transaction.atomic():
        for number, verb in enumerate(["admission.application.decided", "units.session.opened"]):
            record(verb, actor=Actor(by=office_user), now=NOW + timedelta(days=number), summary="办了")
    client = signed_in(auditor)
    page = client.get("/journal/", {"verb": "admission.application.decided"})
    said = page.content.decode()
    assert '<option value="admission.application.decided" selected>准入会审决定</option>' in said
    assert '<option value="units.session.opened">登录</option>' in said
    [event] = page.context["page"]
    assert "准入会审决定" in client.get(f"/journal/{event.pk}").content.decode()
