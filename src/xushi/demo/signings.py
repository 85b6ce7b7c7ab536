"""演示区的招商签约：活动上记下，各属地一步步跟；“金洽会”那天把上届以来签的一并补记；九个挂到库里的项目。"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from stdnum.cn import uscc

from xushi.core.clock import BEIJING
from xushi.core.money import YUAN_PER_YI
from xushi.demo.facts import SOURCE, YEAR
from xushi.demo.reporting import WAN, District
from xushi.demo.signings_rows import EVENTS, SIGNED, EventFacts, Signed, amounts
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.registry.actions import list_projects
from xushi.registry.models import Stage as OnList
from xushi.registry.rules import ListingInput
from xushi.signings import actions
from xushi.signings.linking import follow_projects, link
from xushi.signings.models import Signing
from xushi.signings.recording import EventInput, hold_events, sign
from xushi.signings.rules import BY_HAND, SigningInput, Stage

LAST_ROUND = date(2018, 9, 3)  # 九月头一周各属地都跟过一遍


def signing_stories(district: District) -> Iterator[Story]:
    """Each event, and after it each signing its own way."""
    for number, event in enumerate(EVENTS):
        held_at = datetime.combine(event.held_on, time(16), BEIJING) + timedelta(minutes=20 * number)
        yield _event(district, event, held_at, number)
        for place, one in enumerate(SIGNED[event]):
            yield _way(district, event, one, held_at, place)
            if one.listed_on:
                yield _listed(district, one.name, one.listed_on)


def _event(district: District, event: EventFacts, now: datetime, number: int) -> Story:
    """The event with all that was signed."""
    yield now
    total = int(event.total * YUAN_PER_YI)
    row = EventInput(event.name, event.held_on, event.words, event.count, total, SOURCE)
    [held] = hold_events([row], actor=_desk(district), now=now)
    sums = amounts(event, {row.name: row.total for row in district.rows})
    rows = [
        _input(district, held.pk, event, one, sums[one.name], 40 * number + place)
        for place, one in enumerate(SIGNED[event])
    ]
    sign(rows, actor=_desk(district), now=now)


def _input(
    district: District, event: int, facts: EventFacts, one: Signed, amount: int, number: int
) -> SigningInput:
    unit = district.people.units[one.territory]
    owner = district.projects[one.name].owner_unit if one.in_registry else None
    return SigningInput(
        event,
        one.name,
        owner.name if owner else one.enterprise,
        amount * WAN,
        one.category,
        unit.pk,
        unit.pk,
        one.signed_on or facts.held_on,
        kind=one.kind,
        credit_code=_code(number) if one.steps else "",
        follower=district.reporter(one.territory).pk if number % 2 else None,
        leader=district.people.leaders[number % len(district.people.leaders)].pk,
    )


def _code(number: int) -> str:
    """A code of the district with a right check digit, as a registered company has one."""
    base = f"91320111MA1W{number:03d}K{number % 10}"
    return f"{base}{uscc.calc_check_digit(base)}"


def _way(district: District, event: EventFacts, one: Signed, recorded: datetime, place: int) -> Story:
    """Stage by stage on its days; what came before it was recorded is made up for that evening."""

    def at(day: date) -> datetime:
        moment = datetime.combine(day, time(10, 20), BEIJING) + timedelta(minutes=7 * place)
        return max(moment, recorded + timedelta(minutes=3 + place))

    yield at(event.held_on)
    pk = Signing.objects.get(event__name=event.name, name=one.name).pk
    by = Actor(by=district.reporter(one.territory))
    for stage, day in zip(BY_HAND, one.steps, strict=False):
        yield (now := at(day))
        actor = _desk(district) if stage == Stage.ADMITTED else by
        actions.reach({pk: None}, stage, day, actor=actor, now=now)
    if one.in_registry:
        link({pk: None}, district.projects[one.name], actor=_desk(district), now=now)
    if one.lost:
        yield (now := at(one.lost.on))
        actions.lapse({pk: None}, one.lost.cause, one.lost.reason, actor=by, now=now, on=one.lost.on)
    elif one.follow:
        yield (now := at(LAST_ROUND + timedelta(days=place % 5)))
        actions.follow_up({pk: None}, one.follow, one.next_on, actor=by, now=now, stuck=one.stuck)


def _listed(district: District, name: str, day: date) -> Story:
    """Onto the year's list as preliminary work; its signing follows where it is recorded already."""
    yield (now := datetime.combine(day, time(15), BEIJING))
    project = district.projects[name]
    row = ListingInput(project.pk, YEAR, "district", OnList.PRELIMINARY)
    list_projects([row], actor=_desk(district), now=now)
    follow_projects([project.pk], now=now)


def _desk(district: District) -> Actor:
    return Actor(by=district.people.users["office"])
