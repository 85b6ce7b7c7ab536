"""演示区的文稿：七月通报已签发、各单位签收；给人大常委会的报告第3稿，两个率还没改过来。"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.resources import files

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo.facts import YEAR
from xushi.demo.people import HANDLERS, People
from xushi.demo.reporting import District
from xushi.demo.storyline import Story
from xushi.documents.acting import newest
from xushi.documents.actions import PaperInput, begin_paper, save_draft
from xushi.documents.drafts import Draft
from xushi.documents.intake import taken_in
from xushi.documents.issuing import LetterheadInput, Make, issue_paper, set_letterhead, submit_paper
from xushi.documents.marking import Marked
from xushi.documents.models import Paper
from xushi.documents.printing import files_of
from xushi.documents.selectors import stance_of
from xushi.documents.sendings import send_paper, sign_for
from xushi.documents.starting import begin_from
from xushi.journal.actions import Actor
from xushi.units.models import Unit, User

ORIGINAL = "report_2018.txt"
LETTERHEAD = LetterheadInput(
    head="浦口区重大项目推进办公室文件", signed="浦口区重大项目推进办公室", word="浦重大办", contact="综合科",
    copies="区委办、区人大办、区政府办、区政协办",
)  # fmt: skip
JULY = Month(YEAR, 7)
BLANK = re.compile(r"〔填：[^〔〕\n]+〕")
ASKED = "每周三前报一次进展；两个月没有进展的，约谈责任单位主要负责人。"
SENT_LATER = ("区交通局", "区卫计局")


def paper_stories(district: District) -> Iterator[Story]:
    yield _bulletin(district)
    yield _report(district)


def _bulletin(district: District) -> Story:
    """Drafted in one tap the day after July was closed, signed, sent; two units get it later and have not signed."""
    people = district.people
    desk, leader = Actor(by=people.users["office"]), Actor(by=people.users["leader"])
    yield (now := datetime(YEAR, 8, 8, 10, 5, tzinfo=BEIJING))
    set_letterhead(people.units["区重大办"], LETTERHEAD, actor=desk, now=now)
    paper = begin_from("bulletin", JULY, actor=desk, now=now)
    yield (now := now + timedelta(hours=4))
    text = BLANK.sub(ASKED, newest(paper).text)
    paper = save_draft(
        paper.pk,
        text,
        actor=desk,
        now=now,
        seen=1,
        addressee="各街道、园区，区各有关部门",
        note="写明下一步要求",
    )
    yield (now := now + timedelta(minutes=20))
    submit_paper(paper.pk, leader.by, actor=desk, now=now, seen=paper.version)
    yield (now := datetime(YEAR, 8, 9, 9, 10, tzinfo=BEIJING))
    made = _printer(leader.by, now)
    issue_paper(paper.pk, actor=leader, now=now, seen=paper.version, make=made)
    yield (now := now + timedelta(minutes=25))
    readers = _readers(people)
    _send(paper, [unit for unit, _ in readers], text, desk, now)
    for number, (_, reader) in enumerate(readers):
        yield now + timedelta(minutes=35 + 17 * number)
        sign_for(paper, actor=Actor(by=reader), now=now + timedelta(minutes=35 + 17 * number))
    yield (now := datetime(YEAR, 9, 11, 16, 40, tzinfo=BEIJING))
    _send(paper, [people.units[name] for name in SENT_LATER], text, desk, now)


def _printer(by: User, now: datetime) -> Make:
    return lambda paper: files_of(paper, by, now)


def _readers(people: People) -> list[tuple[Unit, User]]:
    """Who signs for each unit: the territories' reporters, the departments' handlers."""
    heads = [(people.units[unit], people.users[account]) for account, _, _, unit, head in HANDLERS if head]
    return [*((people.units[name], user) for name, user in people.reporters.items()), *heads]


def _send(paper: Paper, units: Sequence[Unit], text: str, desk: Actor, now: datetime) -> None:
    said = {unit.pk: stance_of(unit, text) for unit in units}
    send_paper(
        paper.pk, units, actor=desk, now=now, named=[pk for pk, stance in said.items() if stance == "named"],
        praised=[pk for pk, stance in said.items() if stance == "praised"],
    )  # fmt: skip


def _report(district: District) -> Story:
    """The report as it was really given, its two rates as they were printed."""
    desk = Actor(by=district.people.users["office"])
    yield (now := datetime(YEAR, 9, 11, 15, 10, tzinfo=BEIJING))
    taken = taken_in(Draft(files("xushi.demo").joinpath(ORIGINAL).read_text(encoding="utf-8")))
    row = PaperInput(
        kind=Paper.Kind.REPORT, title=taken.title, draft=Marked(taken.text), office=district.people.units["区重大办"],
        month=Month(YEAR, 8), note="收稿",
    )  # fmt: skip
    paper = begin_paper(row, actor=desk, now=now)
    yield (now := now + timedelta(hours=2))
    text = taken.text.replace("（四）重大产业项目推进成效一是", "（四）重大产业项目推进成效。一是")
    save_draft(
        paper.pk, text, actor=desk, now=now, seen=1, addressee="主任、各位副主任、各位委员",
        note="补主送，理顺（四）的标题",
    )  # fmt: skip
    yield (now := datetime(YEAR, 9, 12, 8, 16, tzinfo=BEIJING))
    save_draft(
        paper.pk, text.replace("截止8月份", "截至8月底"), actor=desk, now=now, seen=2, note="“截止”改“截至”"
    )
