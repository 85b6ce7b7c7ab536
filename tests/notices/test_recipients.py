"""谁听到什么：表与程序是同一张。"""

import inspect
import re

import pytest

from xushi.notices import recipients
from xushi.notices.recipients import VERBS, Who, heard
from xushi.notices.topics import TOPICS, topic_of
from xushi.supervision.table import EVENTS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_of_the_table_is_heard_by_somebody_and_has_a_topic(verb: str) -> None:
    assert heard(verb)
    assert topic_of(verb) in TOPICS


def test_no_case_of_the_match_is_missing_from_the_page() -> None:
    words = re.findall(r'\[\s*"(\w+)",\s*"(\w+)",\s*([^\]]+)\]', inspect.getsource(recipients.heard))
    cases = {f"{room}.{noun}.{verb}" for room, noun, verbs in words for verb in re.findall(r'"(\w+)"', verbs)}
    assert cases == set(VERBS)


def test_what_nobody_hears_of() -> None:
    assert heard("registry.word.added") == heard("supervision.order.drafted") == ()
    with pytest.raises(KeyError):
        topic_of("registry.word.added")


def test_orders_are_named_as_the_transition_table_names_them() -> None:
    known = {verb for verb in VERBS if verb.startswith(("supervision.order.", "supervision.extension."))}
    assert known <= set(EVENTS.values())
    silent = set(EVENTS.values()) - known  # 拟稿、审定、收回、评价：没有人要为它放下手头的事
    assert silent == {
        "supervision.order.amended",
        "supervision.order.approved",
        "supervision.order.recalled",
        "supervision.order.rated",
    }


@pytest.mark.parametrize(
    ("verb", "named", "told"),
    [
        ("supervision.order.issued", [Who.LEAD, Who.CO], []),
        ("supervision.order.signed", [Who.DRAFTER], [Who.OFFICE]),
        ("supervision.extension.asked", [Who.DRAFTER], [Who.OFFICE]),
        ("supervision.order.returned", [Who.LEAD, Who.CO], []),
        ("supervision.instruction.sent", [Who.ADDRESSED], []),
        ("supervision.instruction.fed_back", [Who.AUTHOR], []),
        ("problems.problem.raised", [Who.RAISED_TO], []),
        ("problems.problem.sent_back", [Who.REPORTER], []),
        ("planning.proposals.decided", [Who.PROPOSER], []),
        ("progress.report.returned", [Who.REPORTERS], []),
        ("progress.month.closed", [], [Who.LEADERS, Who.OFFICE]),
    ],
)
def test_who_is_named_and_who_is_told(verb: str, named: list[Who], told: list[Who]) -> None:
    assert [one.who for one in heard(verb) if one.by_name] == named
    assert [one.who for one in heard(verb) if not one.by_name] == told
