"""演示区的现场督查一路走来：排、看、记、拍、改、复核，都走真的动作；照片是画的。"""

import heapq
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile

from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.demo.inspections_rows import (
    EIGHTH,
    FOUND,
    LATE_IN,
    NINTH,
    PLACES,
    ROUNDS,
    SCENES,
    TEAMS,
    Now,
    going,
    starters,
)
from xushi.demo.reporting import District
from xushi.demo.row import Row
from xushi.demo.sites_rows import idle
from xushi.demo.storyline import Story
from xushi.inspections import actions, arranging, rectifying, selectors_plan
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.entries import read_entry
from xushi.inspections.models import CheckItem, Finding, Round, Visit
from xushi.inspections.photos import PhotoMeta, attach_photo
from xushi.inspections.rules_plan import Candidate, Reason, propose, reasons_of
from xushi.inspections.words import Kind
from xushi.journal.actions import Actor
from xushi.sites import scenes
from xushi.units.models import User

NAMES = UUID("2d5d1f0e-20a4-4b8e-9a1c-0f6b8a5e1809")
SIGNED = [
    [[0.08, 0.6], [0.2, 0.2], [0.28, 0.8]],
    [[0.4, 0.3], [0.5, 0.75], [0.62, 0.25]],
    [[0.7, 0.5], [0.95, 0.45]],
]
TODAY = datetime(2018, 9, 12, 8, 0, tzinfo=BEIJING)


def inspection_stories(district: District) -> Iterator[Story]:
    seen: set[str] = set()
    for told in ROUNDS:
        yield Tour(district, *told, seen).story()
    yield ninth(district)


class Tour:
    """One round from its plan to the last verification, each thing at its own moment."""

    def __init__(
        self,
        district: District,
        month: int,
        day: int,
        starting: int,
        others: int,
        findings: int,
        seen: set[str],
    ) -> None:
        self.district, self.month, self.day = district, month, date(2018, month, day)
        self.starting, self.others, self.left, self.seen = starting, others, findings, seen
        self.waiting: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.turn = count()
        self.round: Round | None = None
        self.late = ""

    def later(self, at: datetime, act: Callable[[datetime], object]) -> None:
        heapq.heappush(self.waiting, (at, next(self.turn), act))

    def story(self) -> Story:
        planned = datetime(2018, self.month, self.day.day - 3, 10, tzinfo=BEIJING)
        self.later(planned, self.plan)
        while self.waiting:
            at, _, act = heapq.heappop(self.waiting)
            yield at
            act(at)

    def plan(self, now: datetime) -> None:
        rows = self.chosen()
        self.seen.update(row.name for row in rows)
        visits = planned_visits(self.district, [(row, None) for row in rows], now)
        self.round = plan_round(self.district, Month(2018, self.month), visits, self.day, now)
        self.later(now + timedelta(days=2, hours=22), lambda at: start(self.district, self.round, at))
        by_name = {row.name: row for row in rows}
        last = now
        chosen = list(self.round.visits.select_related("project", "team__lead").order_by("planned_at", "pk"))
        for n, visit in enumerate(chosen):
            told = next((one for one in EIGHTH if one.name == visit.project.name), None)
            at = (told.at if told else visit.planned_at) or now
            last = max(last, at + timedelta(hours=1))
            self.later(at + timedelta(minutes=50), self.looking(visit, by_name[visit.project.name], told, n))
        self.later(last + timedelta(hours=2), lambda at: end(self.district, self.round, at))

    def chosen(self) -> list[Row]:
        """Those that were about to start, then those under way that nobody has looked at this year."""
        rows = list(self.district.rows)
        names = {one.name for one in EIGHTH} if self.month == 8 else set()
        named = [row for row in rows if row.name in names]
        begin = [row for row in starters(rows, self.day + timedelta(days=3), self.day + timedelta(days=58))
                 if row.name not in self.seen]  # fmt: skip
        more = [row for row in going(rows, self.day) if row.name not in self.seen]
        if place := LATE_IN.get(self.month):
            more.sort(key=lambda row: row.territory != place)
        step = max(len(begin) // max(self.starting, 1), 1)
        return [*begin[::step][: self.starting], *named, *more[: self.others - len(named)]]

    def looking(self, visit: Visit, row: Row, told: Now | None, n: int) -> Callable[[datetime], object]:
        def look(at: datetime) -> None:
            more = None
            if told is not None:
                more = told
            elif self.left > 0 and (n % 2 == 0 or visit.kind != Kind.START or self.left > 3):
                group, severity, words, _ = FOUND[(self.month + n) % len(FOUND)]
                due = local_day(at) + timedelta(days=14 if self.month < 7 else 21)
                more = Now(row.name, Kind(visit.kind), 0, at, finding=(group, severity, words), due_on=due,
                           scene=SCENES[n % len(SCENES)])  # fmt: skip
            record(self.district, visit, row, more, at, pictured=self.month >= 7)
            if more is not None and more.finding:
                self.left -= 1
                self.mend(visit, row, told, n, at)

        return look

    def mend(self, visit: Visit, row: Row, told: Now | None, n: int, at: datetime) -> None:
        """改: most are mended and verified; of the last two rounds some wait, one in each is late."""
        finding = Finding.objects.filter(visit=visit).first()
        if finding is None:
            return
        fixed = at + timedelta(days=6 + n % 5, hours=n % 3)
        if told is not None:
            if told.name == "城南河综合整治":
                self.later(datetime(2018, 9, 11, 10, 20, tzinfo=BEIJING), self.fixing(finding, row, n))
            return
        if row.territory == LATE_IN.get(self.month) and not self.late and self.month == 7:
            self.late = row.name
            self.later(at + timedelta(days=12), self.extending(finding))
            return
        if self.month == 8 and n % 3:
            if fixed < TODAY - timedelta(days=14) and n % 3 == 1:
                self.later(datetime(2018, 9, 10, 15, n, tzinfo=BEIJING), self.fixing(finding, row, n))
            else:
                self.later(at + timedelta(days=8), self.extending(finding, date(2018, 9, 20)))
            return
        self.later(fixed, self.fixing(finding, row, n))
        self.later(fixed + timedelta(days=2), self.verifying(finding))

    def fixing(self, finding: Finding, row: Row, n: int) -> Callable[[datetime], object]:
        by = Actor(by=self.district.reporter(row.territory))
        done = next((told for *_, words, told in FOUND if words == finding.words), "已按要求整改到位")
        shot = picture(SCENES[(n + 2) % len(SCENES)], 0.7)

        def fix(at: datetime) -> None:
            upload = SimpleUploadedFile("整改后.jpg", shot, "image/jpeg")
            rectifying.report_fixed({finding.pk: None}, done, [upload], actor=by, now=at)

        return fix

    def verifying(self, finding: Finding) -> Callable[[datetime], object]:
        by = Actor(by=self.district.people.users["inspector"])
        return lambda at: rectifying.verify({finding.pk: None}, "现场看过，改好了", actor=by, now=at)

    def extending(self, finding: Finding, day: date = date(2018, 9, 7)) -> Callable[[datetime], object]:
        by = Actor(by=self.district.people.users["inspector"])
        return lambda at: rectifying.extend({finding.pk: None}, day, "等材料进场", actor=by, now=at)


def ninth(district: District) -> Story:
    """第九次: planned a week before, four seen by this morning, two slower than was reported."""
    yield (now := datetime(2018, 9, 7, 16, tzinfo=BEIJING))
    rows = {row.name: row for row in district.rows}
    pairs: list[tuple[Row, Now | None]] = [(rows[one.name], one) for one in NINTH]
    visits = planned_visits(district, pairs, now, by_lot=2)
    held = plan_round(district, Month(2018, 9), visits, date(2018, 9, 14), now)
    office, teams = Actor(by=district.people.users["office"]), list(held.teams.order_by("pk"))
    made = {visit.project.name: visit for visit in held.visits.select_related("project")}
    for n, told in enumerate(NINTH, 1):
        visit = made[told.name]
        arranging.change_visit(visit.pk, team=teams[told.team], kind=told.kind, order=n, planned_at=told.at,
                               version=None, actor=office, now=now)  # fmt: skip
    yield (now := datetime(2018, 9, 10, 8, 30, tzinfo=BEIJING))
    start(district, held, now)
    for told in sorted((one for one in NINTH if one.seen), key=lambda one: one.at):
        yield (now := told.at + timedelta(minutes=55))
        visit = Visit.objects.select_related("project__territory", "team__lead").get(pk=made[told.name].pk)
        record(district, visit, rows[told.name], told, now, pictured=True)


def planned_visits(
    district: District, pairs: Sequence[tuple[Row, Now | None]], now: datetime, by_lot: int = 0
) -> list[VisitInput]:
    """Each with the reasons that the alerts, the last visit and the money at stake give on the day."""
    user = district.people.users["office"]
    known = {one.project: one for one in selectors_plan.candidates(user, Month.of(local_day(now)), now)}
    made = []
    for row, told in pairs:
        project = district.projects[row.name].pk
        one = known.get(project) or Candidate(project, row.name, "")
        kind = told.kind if told else _kind(row, local_day(now))
        made.append(VisitInput(project, kind, _as_json(reasons_of(one))))
    if by_lot:
        taken = {one.project for one in made}
        lot = [one for one in propose(known.values(), len(made) + by_lot, "2018-09-12") if one.why == "随机"]
        made += [
            VisitInput(one.project, one.kind, _as_json(one.reasons))
            for one in lot
            if one.project not in taken
        ]
    return made[: len(pairs) + by_lot]


def _kind(row: Row, day: date) -> Kind:
    if row.started_on is None or row.started_on > day:
        return Kind.START
    return Kind.PROGRESS if row.slipping or len(row.name) % 3 else Kind.QUALITY


def _as_json(reasons: Sequence[Reason]) -> tuple[dict[str, str], ...]:
    return tuple({"kind": one.kind, "words": one.words} for one in reasons)


def plan_round(
    district: District, month: Month, visits: Sequence[VisitInput], day: date, now: datetime
) -> Round:
    users = district.people.users
    teams = [TeamInput(users[lead].pk, tuple(users[name].pk for name in members)) for lead, members in TEAMS]
    return arranging.plan_round(
        month=month, teams=teams, visits=visits, first_day=day, seed=f"{month}-12", actor=Actor(by=users["office"]),
        now=now,
    )  # fmt: skip


def start(district: District, held: Round | None, now: datetime) -> None:
    assert held is not None
    arranging.start_round(held.pk, actor=Actor(by=district.people.users["office"]), now=now)


def end(district: District, held: Round | None, now: datetime) -> None:
    assert held is not None
    arranging.end_round(held.pk, "当天没来得及去", actor=Actor(by=district.people.users["office"]), now=now)


def record(
    district: District, visit: Visit, row: Row, told: Now | None, now: datetime, *, pictured: bool
) -> None:
    """记: by the team's lead, on the spot; the photo of a finding with it."""
    by: User = visit.team.lead if visit.team else district.people.users["inspector"]
    key = uuid5(NAMES, f"{visit.round_id}-{row.name}")
    entry = read_entry(_entry(district, visit, row, told, key, now))
    actions.record_visit(visit=visit, entry=entry, device=f"phone-{by.username}", by=by, now=now)
    if pictured and told is not None and told.finding:
        lng, lat = PLACES[row.territory]
        place = read_entry({"place": {"lng": lng, "lat": lat, "accuracy": 8}}).place
        with NamedTemporaryFile(suffix=".jpg") as file:
            file.write(picture(told.scene, 0.35, working=not idle(row.name, local_day(now))))
            file.flush()
            meta = PhotoMeta(now - timedelta(minutes=20), place, f"phone-{by.username}", "现场.jpg")
            attach_photo(key=uuid5(NAMES, f"photo-{key}"), visit=visit, path=Path(file.name), meta=meta, by=by,
                         now=now, finding_key=key)  # fmt: skip


def _entry(
    district: District, visit: Visit, row: Row, told: Now | None, key: UUID, now: datetime
) -> dict[str, Any]:
    lng, lat = PLACES[row.territory]
    started = row.started_on is not None and row.started_on <= local_day(now)
    findings = []
    if told is not None and told.finding and told.due_on:
        group, severity, words = told.finding
        findings = [{
            "key": str(key), "item": None, "class": str(group), "severity": severity, "words": words,
            "unit": district.people.units[row.territory].pk, "due_on": told.due_on.isoformat(),
        }]  # fmt: skip
    return {
        "base_version": visit.version, "answers": _answers(visit.kind, bool(findings)), "findings": findings,
        "words": (told.words if told else "") or _words(row, started=started),
        "seen_rate": told.seen if told and told.seen else _seen(row, visit, now) if started else None,
        "really_started": started if visit.kind == Kind.START else None,
        "started_at": (now - timedelta(minutes=45)).isoformat(), "ended_at": (now - timedelta(minutes=5)).isoformat(),
        "sent_at": now.isoformat(), "place": {"lng": lng, "lat": lat, "accuracy": 8},
        "signature": {"strokes": SIGNED, "name": "项目经理", "duty": "项目部"}, "photos": [],
    }  # fmt: skip


def _answers(kind: str, found: bool) -> list[dict[str, Any]]:
    """All passed but the first, where something was found."""
    keys = list(
        CheckItem.objects.filter(checklist__kind=kind, checklist__in_force=True).values_list("pk", flat=True)
    )
    return [{"item": pk, "verdict": "problem" if found and not n else "ok"} for n, pk in enumerate(keys)]


def _words(row: Row, *, started: bool) -> str:
    return "现场有人有机械在施工，与月报相符" if started else f"还没开工，{row.difficulty or '施工许可在办'}"


def _seen(row: Row, visit: Visit, now: datetime) -> str | None:
    """What the team estimated: near what was last reported; nothing where no month was closed yet."""
    closed = local_day(now).month - (1 if local_day(now).day >= 8 else 2)
    if closed < 1 or not row.plan:
        return None
    reported = row.months[closed - 1] / row.plan
    off = (len(row.name) * 7 % 9 - 5) / 100
    return f"{min(max(reported + off, 0), 1.5):.4f}"


_PICTURES: dict[tuple[str, float, bool], bytes] = {}


def picture(scene: str, progress: float, *, working: bool = True) -> bytes:
    """A drawn site as a JPEG; drawn once for each scene and stage."""
    if (scene, progress, working) not in _PICTURES:
        out = io.BytesIO()
        drawn = scenes.draw(scene, TODAY, size=(480, 270), progress=progress, working=working, clock=False)
        drawn.convert("RGB").save(out, "JPEG", quality=80)
        _PICTURES[scene, progress, working] = out.getvalue()
    return _PICTURES[scene, progress, working]
