"""演示区的问题事项：四月报来第一批110项，五六月办结销号；六月梳理出第二批，各有人有期限。"""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from xushi.core.clock import BEIJING
from xushi.demo.problem_rows import FIRST_BATCH, FIRST_COUNT, LAND, LATEST, PROJECTS_OF_FIRST, SECOND_BATCH
from xushi.demo.reporting import District
from xushi.demo.row import Row
from xushi.demo.storyline import Part, Story
from xushi.journal.actions import Actor
from xushi.problems import actions, reporting
from xushi.problems import actions_office as office
from xushi.problems.models import Batch, Problem, ProblemClass
from xushi.problems.rules import Assignment, ProblemInput
from xushi.units.models import Unit

SOLVED_BY_MAY, A_DAY = 60, 12
RAISED = (
    ((9, 10, 16, 0), "极光片羽（南京）科技体验园", "供地红线三家意见不一，开工节点一再后移，请区领导定。"),
    (
        (9, 11, 10, 30),
        "紫光项目",
        "紫光项目二期4户未腾空，补偿资金缺口约0.3亿元，区国土分局与桥林街道意见未统一，请区领导协调。",
    ),
)


def problem_stories(district: District) -> Iterator[Story]:
    """The first batch to its end, the second, what came in last, and what lies before a leader."""
    yield _first_batch(district)
    yield _solve(district, early=True)
    yield _solve(district, early=False)
    yield _second_batch(district)
    yield _latest(district)
    yield _raised(district)


def _latest(district: District) -> Story:
    """What came in on the evening before: it stands on the list, the office has today to assign it."""
    code, words, name = LATEST
    row = next(row for row in district.rows if row.name == name)
    reported = yield from _report(district, [(row, code, words)], _at(9, 11, 16, 20))
    yield (now := _at(9, 11, 17, 5))
    second = Batch.objects.get(number=2)
    office.put_into_batch(_fresh(reported), second, actor=_desk(district), now=now)


def _raised(district: District) -> Story:
    """提请: what the office cannot settle among the units lies before the leader."""
    leader = district.people.users["leader"]
    for when, name, words in RAISED:
        yield (now := _at(*when))
        waiting = Problem.objects.open().filter(project__name=name, batch__number=2).order_by("number")[:1]
        office.raise_to_leader(_fresh(list(waiting)), leader, words, actor=_desk(district), now=now)


def _first_batch(district: District) -> Story:
    """110 problems of 74 projects: reported within a week, listed as 第一批, assigned with a person and a date."""
    troubled = sorted(
        (row for row in district.under_way if row.start and not row.completed_on), key=lambda r: r.name
    )
    chosen = troubled[:: max(len(troubled) // PROJECTS_OF_FIRST, 1)][:PROJECTS_OF_FIRST]
    asked = []
    for number in range(FIRST_COUNT):
        row = chosen[number % len(chosen)]
        code, _, words, _ = FIRST_BATCH[(number + number // len(chosen)) % len(FIRST_BATCH)]
        asked.append((row, code, words.format(n=2 + number % 5)))
    problems = yield from _report(district, asked, _at(4, 9, 9))
    yield from _list(district, problems, "3月梳理", _at(4, 16, 9))
    leads = {kind[0]: kind[1] for kind in FIRST_BATCH}
    for number, problem in enumerate(problems):
        yield (now := _at(4, 17, 9) + timedelta(minutes=3 * number))
        lead = _lead(district, leads[problem.problem_class.code], problem)
        due = date(2018, 5, 18) if number < SOLVED_BY_MAY else date(2018, 6, 20)
        wanted = Assignment(lead.pk, due, "征地科 周工" if lead.name == LAND else "经发办")
        office.assign(_fresh([problem]), wanted, actor=_desk(district), now=now)


def _list(district: District, problems: Sequence[Problem], title: str, began: datetime) -> Part:
    """A new batch, and the problems in it an hour later."""
    yield began
    batch = office.open_batch(actor=_desk(district), now=began, title=title)
    yield (later := began + timedelta(hours=1))
    office.put_into_batch(_fresh(problems), batch, actor=_desk(district), now=later)


def _solve(district: District, *, early: bool) -> Story:
    """The first sixty in May, the rest in June: reported solved with a photo, looked at, 销号."""
    began, seen = (_at(5, 14, 9), _at(5, 21, 9)) if early else (_at(6, 11, 9), _at(6, 19, 9))
    yield began
    told = {code: done for code, _, _, done in FIRST_BATCH}
    listed = (
        Problem.objects.filter(batch__number=1).order_by("number").select_related("lead", "problem_class")
    )
    due = list(listed[:SOLVED_BY_MAY] if early else listed[SOLVED_BY_MAY:])
    for number, problem in enumerate(due):
        yield (now := began + timedelta(days=number // A_DAY, minutes=40 * (number % A_DAY)))
        lead, place = str(problem.lead), problem.number or 1
        by = district.people.users["department"] if lead == LAND else district.reporter(lead)
        words = told[problem.problem_class.code].format(n=2 + (place - 1) % 5)
        actions.solve(_fresh([problem]), words, actor=Actor(by=by), now=now, files=[_drawn(place)])
    for start in range(0, len(due), 20):
        yield (now := seen + timedelta(minutes=start))
        some = _fresh(due[start : start + 20])
        office.verify_and_close(some, actor=_desk(district), now=now, words="现场看过，属实。")


def _second_batch(district: District) -> Story:
    """六月梳理: what is open today."""
    rows = list(_rows_of(district))
    asked = [(row, listed.code, listed.words) for row, listed in zip(rows, SECOND_BATCH, strict=True)]
    problems = yield from _report(district, asked, _at(6, 22, 9))
    yield from _list(district, problems, "6月梳理", _at(6, 26, 9))
    for number, (problem, listed) in enumerate(zip(problems, SECOND_BATCH, strict=True)):
        yield (now := _at(6, 27, 9) + timedelta(minutes=10 * number))
        lead = _lead(district, listed.lead or "", problem)
        wanted = Assignment(lead.pk, listed.due_on, listed.person)
        office.assign(_fresh([problem]), wanted, actor=_desk(district), now=now)


def _rows_of(district: District) -> Iterator[Row]:
    """The project of each: the one it names, else the next with that difficulty that no other line names."""
    named = {row.name: row for row in district.rows}
    taken = {listed.project for listed in SECOND_BATCH} | {LATEST[2]}
    spare = [row for row in district.under_way if row.name not in taken]
    free = {
        why: iter([row for row in spare if row.difficulty == why])
        for why in {row.difficulty for row in spare}
    }
    for listed in SECOND_BATCH:
        yield named[listed.project] if listed.project else next(free[listed.difficulty])


def _report(district: District, asked: Sequence[tuple[Row, str, str]], began: datetime) -> Part:
    """Each territory reports its own, one after another; gives the problems back in the order asked."""
    kinds = {kind.code: kind for kind in ProblemClass.objects.all()}
    made: dict[int, Problem] = {}
    for number, territory in enumerate(sorted({row.territory for row, _, _ in asked})):
        yield (now := began + timedelta(minutes=17 * number))
        places = [i for i, (row, _, _) in enumerate(asked) if row.territory == territory]
        inputs = [
            ProblemInput(district.projects[asked[i][0].name].pk, kinds[asked[i][1]].pk, asked[i][2])
            for i in places
        ]
        actor = Actor(by=district.reporter(territory))
        reported = reporting.report_problems(inputs, actor=actor, now=now)
        made |= dict(zip(places, reported, strict=True))
    return [made[i] for i in range(len(asked))]


def _desk(district: District) -> Actor:
    return Actor(by=district.people.users["office"])


def _lead(district: District, name: str, problem: Problem) -> Unit:
    return district.people.units[name] if name else problem.project.territory


def _fresh(problems: Sequence[Problem]) -> dict[int, int | None]:
    return {problem.pk: None for problem in problems}


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BEIJING)


def _drawn(number: int) -> SimpleUploadedFile:
    """现场照片 of the demonstration, drawn: sky, ground, and a pole that wanders with the number."""
    image = Image.new("RGB", (480, 360), (188, 200, 205))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 190, 480, 360), fill=(150, 138, 110))
    pen.polygon([(180, 360), (300, 360), (250, 190), (235, 190)], fill=(92, 96, 98))
    x = 20 + number * 37 % 420
    pen.rectangle((x, 90, x + 8, 250), fill=(70, 74, 70))
    pen.rectangle((x - 26, 106, x + 34, 111), fill=(70, 74, 70))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return SimpleUploadedFile(f"现场{number}.jpg", out.getvalue(), "image/jpeg")
