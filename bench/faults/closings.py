"""审核、关账、重开、退回: what the office does with December over and over while processes are killed."""

import re
import time
from dataclasses import dataclass

from bench.faults.work import MONTH, Lost, Person, Refused

BACK = 2  # reports returned after each reopening
GHOST = 90  # seconds in which a form whose answer was lost may still be at work somewhere
_VERSION = re.compile(r"<b>2018年12月第(\d+)版</b>\s*(<span>)?")


@dataclass(frozen=True)
class December:
    """What the page 关账 says of it."""

    versions: int
    closed: bool
    ready: bool


def office(person: Person, reports: list[int]) -> None:
    """One look at 关账 and the one step it asks for: reopen, close, or accept what has come in."""
    page = look(person)
    if page.closed:
        person.wait(1)
        _step(person, "reopen", {"reason": "演练：补报"}, December(page.versions, closed=False, ready=True))
        _send_back(person, reports)
    elif page.ready:
        _step(person, "close", {}, December(page.versions + 1, closed=True, ready=False))
        person.wait(2)
    else:
        _accept(person)
        person.wait(0.5)


def look(person: Person) -> December:
    """The page; strange where it is not as it was acknowledged, and nothing is in doubt."""
    memory = person.memory
    text = person.steady(lambda: person.get("/progress/closing/"))
    found = [(int(number), not old) for number, old in _VERSION.findall(text)]
    page = December(
        versions=max((number for number, _ in found), default=0),
        closed=any(in_force for _, in_force in found),
        ready="2018年12月可以关账" in text,
    )
    if memory.certain and memory.december not in (None, (page.versions, page.closed)):
        memory.strange(f"12月应是{memory.december}，页上是{(page.versions, page.closed)}")
    memory.december = (page.versions, page.closed)
    memory.closings = max(memory.closings, page.versions)
    return page


def _step(person: Person, verb: str, fields: dict[str, object], then: December) -> None:
    """Close or reopen, sent again until it is answered; then it must be so."""
    memory = person.memory
    memory.december, path = None, f"/progress/closing/{MONTH}/{verb}"
    if not _told_at_once(person, path, fields):
        memory.doubted_until = time.monotonic() + GHOST
        person.steady(lambda: person.post(path, fields))
    memory.december = (then.versions, then.closed)
    look(person)
    memory.heard(f"month {verb}")


def _told_at_once(person: Person, path: str, fields: dict[str, object]) -> bool:
    try:
        person.post(path, fields)
    except Lost:
        return False
    return True


def _accept(person: Person) -> None:
    page = person.steady(lambda: person.get(f"/progress/reports/?month={MONTH}&tab=submitted"))
    if ticked := re.findall(r'name="report" value="(\d+:\d+)"', page):
        accepted: dict[str, object] = {"report": ticked, "month": MONTH}
        person.steady(lambda: person.post(f"/progress/reports/accept?month={MONTH}", accepted))


def _send_back(person: Person, reports: list[int]) -> None:
    for pk in person.chance.sample(reports, min(BACK, len(reports))):
        try:
            person.steady(
                lambda pk=pk: person.post(f"/progress/reports/return/{pk}", {"reason": "演练：请核对"})  # type: ignore[misc]
            )
        except Refused:
            continue
