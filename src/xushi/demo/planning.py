"""演示区的储备与明年计划：八月各属地提储备，九月初编2019年计划，建议报到十月中；3个在手项目申报省重大。"""

from collections.abc import Iterator
from datetime import date, datetime

from xushi.core.clock import BEIJING
from xushi.demo.names import TERRITORIES
from xushi.demo.planning_rows import reserve_rows
from xushi.demo.reporting import WAN, District
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.planning.declaring import prepare_declarations, step_declarations
from xushi.planning.models import Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.programme import compile_programme, finish_proposals
from xushi.planning.proposing import ProposalInput, decide_proposals, make_proposals
from xushi.planning.reserve import propose_reserves
from xushi.planning.rules import Maturity, ReserveInput
from xushi.registry.models import Stage

NEXT_YEAR = 2019
PROPOSALS_DUE = date(2018, 10, 15)
DECLARED = 3  # 报告：3个在手项目补充申报2018年省重大项目
THROUGH = ("桥林街道", "江浦街道", "顶山街道")


def planning_stories(district: District) -> Iterator[Story]:
    yield _reserve(district)
    yield _programme(district)
    yield _declarations(district)


def _reserve(district: District) -> Story:
    """Each territory puts in what it has."""
    for place, (territory, _) in enumerate(TERRITORIES):
        yield (now := _at(8, 6 + place % 10, 9, 20 + place))
        unit = district.people.units[territory].pk
        rows = [
            ReserveInput(
                row.name,
                row.category,
                unit,
                unit,
                row.total * WAN,
                row.first_year * WAN,
                row.maturity,
                row.expected_start,
                row.lacking,
            )
            for row in reserve_rows(territory, place)
        ]
        propose_reserves(rows, actor=Actor(by=district.reporter(territory)), now=now)


def _programme(district: District) -> Story:
    """The office compiles it, some territories propose and are through, the office has looked at the first."""
    yield (now := _at(9, 4, 10))
    programme = compile_programme(NEXT_YEAR, proposals_due=PROPOSALS_DUE, actor=_desk(district), now=now)
    for number, name in enumerate(THROUGH):
        yield (now := _at(9, 6, 9, 25 * number))
        unit, actor = district.people.units[name], Actor(by=district.reporter(name))
        make_proposals(programme, list(_proposed(programme, name)), unit=unit, actor=actor, now=now)
        finish_proposals(programme, [unit], actor=actor, now=now)
    yield (now := _at(9, 7, 15))
    first = programme.proposals.filter(kind=Proposal.Kind.CHANGE).order_by("pk").values_list("pk", flat=True)
    decide_proposals(programme, list(first[:1]), accept=True, answer="", actor=_desk(district), now=now)


def _proposed(programme: Programme, territory: str) -> Iterator[ProposalInput]:
    """The largest that goes on faster, and an entry of the reserve that its territory thinks will be ripe in time."""
    lines = programme.items.filter(territory__name=territory, source=ProgrammeItem.Source.CARRIED)
    largest = lines.filter(stage=Stage.UNDER_WAY, planned_investment__gt=0).order_by(
        "-planned_investment", "pk"
    )
    if item := largest.first():
        faster = min(item.planned_investment * 11 // 10 // WAN * WAN, item.total_investment)
        yield ProposalInput(
            Proposal.Kind.CHANGE,
            "明年上半年封顶，资金已落实，投资可以提前。",
            item=item,
            planned_investment=faster,
        )
    nearly = Reserve.objects.filter(territory__name=territory, maturity=Maturity.PREPARING, left_at=None)
    if entry := nearly.order_by("-total_investment", "pk").first():
        yield ProposalInput(Proposal.Kind.ADD, "手续年底前能办齐，先列前期工作。", reserve=entry)


def _declarations(district: District) -> Story:
    """The three largest industrial ones on the municipal list that go on are declared for the province's."""
    yield (now := _at(9, 3, 10))
    rows = [row for row in district.under_way if row.joint and row.industrial and not row.provincial]
    going = sorted((row for row in rows if row.started and not row.completed_on), key=lambda row: -row.total)
    projects = [district.projects[row.name] for row in going[:DECLARED]]
    words = "市重大在手项目，总投资和进度够省级，争取土地、规划要素保障。"
    made = prepare_declarations(
        projects, 2018, "provincial", words, stage=Stage.UNDER_WAY, actor=_desk(district), now=now
    )
    yield (now := _at(9, 10, 11))
    step_declarations([one.pk for one in made], "send", on=now.date(), actor=_desk(district), now=now)


def _desk(district: District) -> Actor:
    return Actor(by=district.people.users["office"])


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BEIJING)
