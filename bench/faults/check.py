"""After the faults: is everything there that was acknowledged, once, and does every figure equal its recount."""

import json
import sys
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

SUMS = ("under_way", "annual_plan", "cumulative", "started", "total_investment", "completed_projects")
CELLS = ("cumulative", "annual_plan", "total_investment")
CUMULATIVE = "2018-12年内累计"  # as the rows of an event say it


def check(memory: dict[str, Any]) -> dict[str, Any]:
    """{wrong: sentences, counted: numbers}; the database is the one of the environment."""
    import django

    django.setup()
    wrong: list[str] = []
    counted = {**_drain(wrong), **_once(memory, wrong), **_files(memory, wrong), **_months(memory, wrong)}
    _reports(memory, wrong)
    _drafts(memory, wrong)
    _values(memory, wrong)
    _figures(wrong)
    return {"wrong": wrong, "counted": counted}


def _drain(wrong: list[str]) -> dict[str, Any]:
    """What waits is done, four hours on, when the leases of the killed workers are over, also such as were written while
    the system's clock was ahead; then the journal is verified."""
    from xushi.config import clock
    from xushi.journal import sealing, worker
    from xushi.journal.models import Event, Reaction, Unsealed

    waiting = Reaction.objects.filter(done_at=None)
    left, later = waiting.count(), clock.real() + timedelta(hours=4)
    while worker.work(later):
        pass
    wrong += [f"反应没有办成：{one.name} {one.error[:200]}" for one in waiting[:5]]
    while sealing.seal_events() == sealing.BATCH:
        pass
    if broken := sealing.verify():
        wrong.append(f"日志链断了：{broken.sentence}")
    if Unsealed.objects.exists():
        wrong.append("还有日志没有封。")
    return {
        "reactions left to drain": left,
        "events": Event.objects.count(),
        "reactions": Reaction.objects.count(),
    }


def _once(memory: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Acknowledged: exactly one; not acknowledged: at most one. Orders are numbered without a gap."""
    from xushi.notices.models import Notice
    from xushi.problems.models import Problem
    from xushi.registry.models import Project
    from xushi.supervision.models import SupervisionOrder

    for name, model, column in (
        ("problems", Problem, "token"), ("orders", SupervisionOrder, "title"), ("imports", Project, "name"),
    ):  # fmt: skip
        there = Counter(model.objects.values_list(column, flat=True))
        for key, sure in memory[name].items():
            if there[key] > 1 or (sure and there[key] != 1):
                wrong.append(f"{name} {key}：应答过{sure}，库里{there[key]}。")
    serials = sorted(SupervisionOrder.objects.exclude(serial=None).values_list("serial", flat=True))
    if serials != list(range(1, len(serials) + 1)):
        wrong.append(f"督办号不连续：{serials[:5]}…{serials[-5:]}，{len(serials)}件。")
    told = Counter(Notice.objects.values_list("reader", "event", "topic", "title"))
    if doubled := [key for key, many in told.items() if many > 1]:
        wrong.append(f"{len(doubled)}条消息写了两遍，如{doubled[0]}。")
    return {"orders": len(serials), "problems": Problem.objects.count(), "notices": sum(told.values())}


def _files(memory: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Every row has its file, whole; files without a row are what a kill between the two leaves, and do no harm."""
    from django.conf import settings

    from xushi.problems.models import ProblemPhoto

    photos = list(ProblemPhoto.objects.select_related("problem"))
    by_token: dict[str, list[str]] = {}
    for photo in photos:
        if photo.problem:
            by_token.setdefault(photo.problem.token, []).append(photo.sha256)
    # each photo sent is unlike any other: a draft that was given up leaves its own to the next problem, so a problem
    # may have two, but no photo stands twice anywhere
    for digest, times in Counter(photo.sha256 for photo in photos if photo.problem).items():
        if times > 1:
            wrong.append(f"照片{digest[:12]}在{times}处。")
    for token, sure in memory["photos"].items():
        held = by_token.get(token, [])
        if sure and not held:
            wrong.append(f"问题{token}的照片不在。")
    for photo in photos:
        path = Path(settings.MEDIA_ROOT) / photo.file.name
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != photo.sha256:
            wrong.append(f"照片{photo.pk}的文件不在或变了。")
    lying = [path for path in (Path(settings.MEDIA_ROOT) / "problems").rglob("*") if path.is_file()]
    return {"photos": len(photos), "files without a row": len(lying) - len(photos)}


def _months(memory: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Versions follow each other, one at most is in force, none that was acknowledged is gone."""
    from xushi.core.months import Month
    from xushi.progress.models import MonthClosing

    versions = list(MonthClosing.objects.filter(month=Month(2018, 12)).order_by("version"))
    if [one.version for one in versions] != list(range(1, len(versions) + 1)):
        wrong.append("12月的版本号不连续。")
    if sum(one.reopened_at is None for one in versions) > 1:
        wrong.append("12月有两版同时有效。")
    if len(versions) < memory["closings"]:
        wrong.append(f"12月应有{memory['closings']}版，只有{len(versions)}版。")
    stands = [len(versions), any(one.reopened_at is None for one in versions)]
    if memory["december"] not in (None, stands):
        wrong.append(f"12月的版数、是否关着应是{memory['december']}，库里是{stands}。")
    _fixed(versions, wrong)
    _journaled(versions, wrong)
    return {"versions of December": len(versions), "December closed at the end": stands[1]}


def _fixed(versions: list[Any], wrong: list[str]) -> None:
    """Each version's facts against what the journal says was reported by then, and its cells against its facts."""
    from django.db.models import Sum

    from xushi.journal.models import Event, EventRow
    from xushi.progress.models import DistrictCell, ProjectMonth, SummaryCell

    closed = dict(Event.objects.filter(verb="progress.month.closed").values_list("subject_id", "pk"))
    of_reports = EventRow.objects.filter(event__verb__startswith="progress.report.").order_by(
        "event_id", "pk"
    )
    rows = list(of_reports.values_list("event_id", "event__verb", "subject_id", "changes"))
    first = dict(
        versions[0].facts.values_list("project", "cumulative")
    )  # made with the district, without an event
    for one in versions[1:]:
        facts = {fact.project_id: fact for fact in one.facts.all()}
        stands = _replayed(first, [row[1:] for row in rows if row[0] < closed.get(one.pk, 0)])
        for pk, value in stands.items():
            # what was sent back does not count, and only a project that owes no report may be closed with it
            owes = 1 in (facts[pk].district_stage, facts[pk].municipal_stage)
            expected = facts[pk].previous_cumulative if value is None else value
            if facts[pk].cumulative != expected or (value is None and owes):
                wrong.append(f"12月第{one.version}版项目{pk}定的是{facts[pk].cumulative}，报的是{value}。")
        sums = [
            model.objects.filter(closing=one).aggregate(*(Sum(name) for name in CELLS))
            for model in (ProjectMonth, SummaryCell, DistrictCell)
        ]
        if sums[0] != sums[1] or sums[0] != sums[2]:
            wrong.append(f"12月第{one.version}版的汇总不等于各项目之和：{sums}。")


def _replayed(first: dict[int, int], rows: list[tuple[str, int, dict[str, Any]]]) -> dict[int, int | None]:
    """{project: December's cumulative after these rows of the journal, None while it is sent back}."""
    values, back = dict(first), set()
    for verb, project, changes in rows:
        if CUMULATIVE in changes:
            values[project] = changes[CUMULATIVE][1]
        if verb == "progress.report.returned":
            back.add(project)
        elif verb in ("progress.report.submitted", "progress.report.carried"):
            back.discard(project)
    return {project: None if project in back else value for project, value in values.items()}


def _journaled(versions: list[Any], wrong: list[str]) -> None:
    """One event for each closing and each reopening, neither more nor fewer."""
    from xushi.journal.models import Event

    told = Counter(
        Event.objects.filter(
            verb__startswith="progress.month.", subject_id__in=[one.pk for one in versions]
        ).values_list("verb", "subject_id")
    )
    expected = Counter(("progress.month.closed", one.pk) for one in versions[1:])
    expected.update(("progress.month.reopened", one.pk) for one in versions if one.reopened_at)
    if told != expected:
        wrong.append(f"12月关账、重开的日志不对：多{dict(told - expected)}，少{dict(expected - told)}。")


def _reports(memory: dict[str, Any], wrong: list[str]) -> None:
    from xushi.core.months import Month
    from xushi.progress.models import MonthlyReport

    held = dict(MonthlyReport.objects.filter(month=Month(2018, 12)).values_list("project", "cumulative"))
    for project, may in memory["reports"].items():
        if held.get(int(project)) not in may:
            wrong.append(f"项目{project}的月报是{held.get(int(project))}，应是{may}之一。")


def _drafts(memory: dict[str, Any], wrong: list[str]) -> None:
    from xushi.problems.models import ProblemDraft

    for project, may in memory["drafts"].items():
        held = ProblemDraft.objects.filter(project=int(project)).first()
        words = held.typed.get("words") if held else ""
        if words not in may:
            wrong.append(f"项目{project}的草稿是{words!r}，应是{may}之一。")


def _values(memory: dict[str, Any], wrong: list[str]) -> None:
    """One value stands, the one acknowledged last or one sent after it."""
    from xushi.indicators.models import Observation

    rows = Observation.objects.standing().filter(
        indicator=memory["air"], participant__own=True, period="2018-06", vintage=""
    )
    standing = [float(one.low) for one in rows if one.low is not None]
    unknown = 0.0 in memory["values"]  # none was acknowledged: what stood before may stand
    if len(standing) != 1 or not (unknown or standing[0] in memory["values"]):
        wrong.append(f"指标数是{standing}，应是{memory['values']}之一。")


def _figures(wrong: list[str]) -> None:
    """Summary cells against facts, and of each closed month the facts against what the registry says of it now."""
    from xushi.core.months import Month
    from xushi.progress import figures
    from xushi.progress.models import MonthClosing
    from xushi.progress.standing import current_closing, fact_standings, live_rows, read
    from xushi.units.models import User

    leader = User.objects.get(username="leader")
    for closing in MonthClosing.objects.filter(month__gte=Month(2018, 1)):
        facts = figures.of_closing(leader, closing)
        if current_closing(closing.month) == closing:
            cells = figures.total(leader, closing.month)
            wrong += [
                f"{closing.month}的{name}：汇总{getattr(cells, name)}，重算{getattr(facts, name)}。"
                for name in SUMS
                if getattr(facts, name) != getattr(cells, name)
            ]
    december = current_closing(Month(2018, 12))
    if december:
        live = {one.project_id: one.cumulative for one in read(live_rows(december.month), "pk")}
        fixed = {one.project_id: one.cumulative for one in fact_standings(december)}
        if off := [pk for pk, value in fixed.items() if live.get(pk) != value]:
            wrong.append(f"12月关着账，{len(off)}个项目的事实与登记不一样，如项目{off[0]}。")


if __name__ == "__main__":
    json.dump(check(json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
