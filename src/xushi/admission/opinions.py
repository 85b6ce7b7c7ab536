"""部门意见：答复、改答、到期没答的按规则计、日历改了重算、单位撤并时移交。"""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.admission import acting, policy
from xushi.admission.models import Application, Opinion
from xushi.admission.rules import Terms, is_silent
from xushi.admission.standards import terms_book
from xushi.admission.table import GIVEN, Answer, State
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.actions_clock import Recounted
from xushi.journal.actions import SYSTEM, Actor, RowChange
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.units.models import Unit


@transaction.atomic
def give(
    opinion: Opinion, answer: Answer, words: str, *, actor: Actor, now: datetime, seen: str | None = None
) -> Opinion:
    """答复: agreed, with a condition, or against; may be changed until the decision. Late answers count too.

    seen: the answer that was looked at; Conflict where a colleague has answered meanwhile.
    """
    application = _reviewing(opinion, actor)
    held = (
        Opinion.objects.select_for_update(of=("self",)).select_related("unit__successor").get(pk=opinion.pk)
    )
    held.application = application
    if actor.by is not None and not policy.can_answer(actor.by, held):
        raise PermissionDenied(f"这条意见由{held.unit}答复。")
    if answer not in GIVEN:
        raise Refused([RowProblem(0, "answer", "选同意、附条件或不同意。")])
    if seen is not None and seen != held.answer:
        said = f"{held.unit}的意见刚由{held.by_name}答了“{held.given.label}”，请看过再决定要不要改。"
        raise Conflict(said)
    words = words.strip()
    if answer != Answer.AGREED:
        words = acting.need(words, "附条件的写明条件，不同意的写明理由。")
    was = held.given.label
    _write(held, answer, words, actor=actor, now=now)
    facts = f"{held.unit}{answer.label}" + (_noted_down(held, actor) if actor.by else "")
    acting.step(application, "opine", actor=actor, now=now, words=words, facts=facts)
    change = {"意见": [was, answer.label], "写了": ["", words]}
    acting.finish("opinion.given", application, summary=f"{held.unit}答复准入意见", actor=actor, now=now,
                  was=application.label, changes=change, rows=[RowChange(held, str(held), change)])  # fmt: skip
    return held


def _reviewing(opinion: Opinion, actor: Actor) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related(*acting.RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    application: Application | None = rows.filter(pk=opinion.application_id).first()
    if application is None:
        raise Refused([RowProblem(0, "application", "这件准入申请不在了，请刷新再看。")])
    if application.status != State.REVIEWING:
        said = f"“{application}”现在是“{application.label}”，意见只在会审中答。"
        raise Refused([RowProblem(0, "application", said)])
    return application


def _noted_down(opinion: Opinion, actor: Actor) -> str:
    """Who wrote it down, where it came on paper."""
    by_unit = actor.by.unit_name
    return "" if by_unit == str(opinion.unit) else f"（{by_unit}代录）"


def _write(opinion: Opinion, answer: Answer, words: str, *, actor: Actor, now: datetime) -> None:
    opinion.answer, opinion.words, opinion.at = answer, words[:1000], now
    opinion.by = actor.by
    for name, value in acting.signed(actor).items():
        setattr(opinion, name, value)
    opinion.save()


@transaction.atomic
def count_silent(now: datetime) -> int:
    """Every day: who has let deadline and grace pass is counted by the rule, and named as such."""
    book, days, today = terms_book(), calendar(), local_day(now)
    late = Opinion.objects.filter(
        answer=Answer.WAITING, due_at__lt=now, application__state=State.REVIEWING
    ).order_by("application", "pk")
    due = [
        (one.application_id, one.pk)
        for one in late.select_related("application")
        if is_silent(local_day(one.due_at), today, book.of_unit(one.application.territory_id), days)
    ]
    for pk in dict.fromkeys(application for application, _ in due):
        rows = Application.objects.select_for_update(of=("self",)).select_related(*acting.RELATED)
        application = rows.get(pk=pk)
        if application.status == State.REVIEWING:
            terms = book.of_unit(application.territory_id)
            silence(application, terms, terms.silent_words, now=now, only=[key for _, key in due])
    return len(due)


def silence(
    application: Application, terms: Terms, words: str, *, now: datetime, only: Sequence[int] | None = None
) -> list[Opinion]:
    """Count those that still wait by the rule (only: these); the application is locked. One event for all of them."""
    rows = Opinion.objects.select_for_update(of=("self",)).filter(
        application=application, answer=Answer.WAITING
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
    held = list(rows.select_related("unit").order_by("pk"))
    if not held:
        return []
    for one in held:
        one.application = application
        _write(one, Answer.SILENT, words, actor=SYSTEM, now=now)
    named = "、".join(str(one.unit) for one in held)
    acting.step(
        application,
        "silent",
        actor=SYSTEM,
        now=now,
        words=words,
        facts=f"{named}超时未答，{terms.silence.label}",
    )
    change = {"意见": [Answer.WAITING.label, terms.silence.label]}
    acting.finish("opinion.silent", application, summary=f"{named}超时未答", actor=SYSTEM, now=now,
                  was=application.label, changes={"超时未答": ["", named], "写了": ["", words]},
                  rows=[RowChange(one, str(one), change) for one in held])  # fmt: skip
    return held


def recount_opinions(moved: Sequence[Recounted], now: datetime) -> None:
    """日历改了: an opinion's deadline is its duty's."""
    due = {one.duty.subject_id: one.after for one in moved}
    for opinion in Opinion.objects.select_for_update().filter(pk__in=due, answer=Answer.WAITING):
        opinion.due_at = due[opinion.pk]
        opinion.save(update_fields=["due_at"])


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, *, actor: Actor, now: datetime) -> int:
    """移交: what a dissolved unit is asked, its successor answers; where that is asked too, it answers once for both."""
    rows = Opinion.objects.select_for_update(of=("self",)).filter(unit=unit, answer=Answer.WAITING)
    held = list(rows.select_related("application").order_by("pk"))
    asked = set(
        Opinion.objects.filter(
            unit=successor, application__in=[one.application_id for one in held]
        ).values_list("application", flat=True)
    )
    for opinion in held:
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related(*acting.RELATED)
            .get(pk=opinion.application_id)
        )
        facts = f"{unit}撤销，由{successor}承接"
        if opinion.application_id in asked:
            _write(opinion, Answer.SILENT, f"{facts}，意见见{successor}", actor=SYSTEM, now=now)
        else:
            opinion.unit = successor
            opinion.save(update_fields=["unit"])
        acting.step(application, "transfer", actor=actor, now=now, facts=facts)
        acting.finish("opinion.transferred", application, summary=facts, actor=actor, now=now,
                      was=application.label, changes={"答复单位": [str(unit), str(successor)]})  # fmt: skip
    return len(held)
