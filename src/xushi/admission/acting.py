"""准入动作共用的：锁住、核版本、写一步、欠什么、记一笔。"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from xushi.admission.models import Application, ApplicationNote, Opinion
from xushi.admission.rules import LONGEST_WORDS
from xushi.admission.table import STEPS, Answer, State, cannot, may_follow
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes, Event
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.registry.checking import Conflict, Refused, RowProblem, said_in_words
from xushi.units.districts import office_of
from xushi.units.models import Role, User

RELATED = ("territory", "responsible_unit", "project")
ACCEPT_IN, DECIDE_IN = 3, 5  # the office's own working days
KINDS = ("admission.accept", "admission.mend", "admission.decide")
ANSWER = "admission.opinion"
Seen = Mapping[int, int | None]
May = Callable[[User, Application], bool]


def taken(seen: Seen, may: May, verb: str, actor: Actor) -> list[Application]:
    """These applications, locked; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, PermissionDenied where one is not this person's to do, Refused where the table
    knows no such step from its state.
    """
    rows = Application.objects.select_for_update(of=("self",)).select_related(*RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    held: list[Application] = list(rows.filter(listed("pk", list(seen))).order_by("pk"))
    if len(held) < len(seen) or not seen:
        raise Refused([RowProblem(0, "application", "有准入申请不在了或不归你看，请刷新清单再选。")])
    for i, application in enumerate(held):
        if actor.by is not None and not may(actor.by, application):
            raise PermissionDenied(f"{STEPS[verb].label}由{_who(verb, application)}办，您的角色可以查看。")
        if (version := seen[application.pk]) is not None and application.version != version:
            raise Conflict(overtaken(application))
        if not may_follow(verb, application.status):
            raise Refused([RowProblem(i, "application", cannot(verb, application.name, application.status))])
    return held


def _who(verb: str, application: Application) -> str:
    return "区重大办" if STEPS[verb].side == "office" else f"{application.territory}或区重大办"


def overtaken(application: Application) -> str:
    """What somebody else has just done to it: who, when, what."""
    last = application.notes.order_by("-at", "-pk").first()
    who = ""
    if last:
        at = last.at.astimezone(BEIJING)
        who = f"{last.by_unit}{last.by_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}{last.facts}，"
    return f"“{application}”刚被别人办过：{who}现在是“{application.label}”。你填的还在，请看过再决定。"


def step(
    application: Application,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    facts: str = "",
    state: State | None = None,
    **columns: Any,
) -> None:
    """Write the columns, the state the table leads to (or the one given), and the note that says so."""
    follows = state or (STEPS[verb].to if verb in STEPS else None)
    if follows and application.state != follows:
        columns |= {"state": follows, "state_at": now}
    for name, value in columns.items():
        setattr(application, name, value)
    application.version += 1
    application.changed_at = now
    application.save()
    noted(application, verb, actor=actor, now=now, words=words, facts=facts)


def noted(
    application: Application, verb: str, *, actor: Actor, now: datetime, words: str = "", facts: str = ""
) -> None:
    insert_all([
        ApplicationNote(
            application=application, verb=verb, words=words.strip(), facts=(facts or application.label)[:300],
            by=actor.by, at=now, **signed(actor),
        )
    ])  # fmt: skip


def signed(actor: Actor) -> dict[str, str]:
    """Under which name and unit it was done."""
    return {
        "by_name": actor.by.name if actor.by else "系统",
        "by_unit": actor.by.unit_name if actor.by else "",
    }


def finish(
    verb: str,
    application: Application,
    *,
    changes: Changes | None = None,
    was: str = "",
    **how: Any,
) -> Event:
    """finish_all of one."""
    return finish_all(
        verb, [application], changes={application.pk: changes or {}}, was={application.pk: was}, **how
    )


def finish_all(
    verb: str,
    applications: Sequence[Application],
    *,
    summary: str,
    actor: Actor,
    now: datetime,
    was: Mapping[int, str],
    changes: Mapping[int, Changes],
    rows: Sequence[RowChange] = (),
    owes: bool = True,
) -> Event:
    """Owe what follows, then record one event: each application is a row of it, and so the project it became.

    owes: False for what changes nothing of who owes what.
    """
    touched = []
    said: Changes = {}
    for application in applications:
        if owes:
            owe(application, now=now, by=actor.by)
        said = dict(changes.get(application.pk, {}))
        if was.get(application.pk, application.label) != application.label:
            said = {"状态": [was[application.pk], application.label], **said}
        touched.append(RowChange(application, application.name, said))
        if application.project:
            about_it: Changes = {"准入会审": ["", summary]}
            touched.append(RowChange(application.project, application.project.name, about_it))
    one = applications[0] if len(applications) == 1 else None
    told = f"{summary}：{one.name}" if one else f"{summary}，{len(applications)}件"
    return record(
        f"admission.{verb}", actor=actor, now=now, subject=one, subject_name=one.name if one else "", summary=told,
        changes=said if one else {}, rows=[*touched, *rows],
    )  # fmt: skip


def owe(application: Application, *, now: datetime, by: User | None) -> None:
    """Each unit asked owes its answer; else the office owes the next step, or the applicant what is to be mended."""
    opinions = list(application.opinions.select_related("unit").order_by("pk"))
    waiting = [one for one in opinions if one.answer == Answer.WAITING]
    rows = [_answer(application, one) for one in waiting if application.status == State.REVIEWING]
    rows += _next(application, bool(opinions) and not waiting)
    kept = set_duties(rows, now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in kept]
    end_duties_of(Application, [application.pk], now=now, kinds=KINDS, keep=keep, by=by)
    if opinions:
        keys = [one.pk for one in opinions]
        end_duties_of(Opinion, keys, now=now, kinds=[ANSWER], keep=keep, by=by)


def about(application: Application) -> dict[str, Any]:
    return {
        "number": "准入", "subject_name": application.name, "note": application.enterprise,
        "issuer": str(application.responsible_unit)[:120], "state": application.label,
        "url": reverse("admission:application", args=[application.pk]),
    }  # fmt: skip


def _answer(application: Application, opinion: Opinion) -> DutyInput:
    return DutyInput(
        **about(application), subject=opinion, kind=ANSWER, unit=opinion.unit, title=f"答复准入意见：{application.name}",
        since=opinion.asked_at, due_at=opinion.due_at, limit_days=opinion.limit_days,
    )  # fmt: skip


def _next(application: Application, answered: bool) -> list[DutyInput]:
    state, since = application.status, application.state_at
    shared: dict[str, Any] = {**about(application), "subject": application}
    if state == State.RETURNED:
        unit = application.responsible_unit
        return [
            DutyInput(
                **shared,
                kind="admission.mend",
                unit=unit,
                title=f"补正准入申请：{application.name}",
                due_at=None,
            )
        ]
    if state == State.SUBMITTED:
        kind, limit, title = "admission.accept", ACCEPT_IN, f"受理准入申请：{application.name}"
    elif state == State.REVIEWING and answered:
        last = max((one.at for one in application.opinions.all() if one.at), default=since)
        since = max(since, last)
        kind, limit, title = "admission.decide", DECIDE_IN, f"定准入会审：{application.name}"
    else:
        return []
    office = office_of(application.territory)
    if office is None:
        return []
    due = calendar().deadline(since, limit)
    return [
        DutyInput(**shared, kind=kind, unit=office, role=Role.OFFICE, title=title, mark="working",
                  since=since, due_at=due, limit_days=limit)
    ]  # fmt: skip


def need(words: str, sentence: str, field: str = "words") -> str:
    """What has to be said in words, trimmed and no longer than this room keeps."""
    return said_in_words(words, sentence, field, most=LONGEST_WORDS)
