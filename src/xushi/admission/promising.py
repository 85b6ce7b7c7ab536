"""准入以后：条件落实，承诺一年一核，连年不足的认定违约、写明怎样了结。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef

from xushi.admission import acting, policy
from xushi.admission.measures import MOST
from xushi.admission.models import Application, Breach, Condition, Decision, Delivery, Promise
from xushi.admission.rules import Terms
from xushi.admission.scoring import Kept, kept
from xushi.admission.standards import terms_now
from xushi.admission.table import IN
from xushi.calendars.rules import closing_of
from xushi.core.clock import local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.journal.actions import Actor, RowChange
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.units.districts import office_of
from xushi.units.models import Role

CHECK_BY = (3, 31)  # last year's promises are checked by the end of March
CHECK, BREACH, CONDITION = "admission.check", "admission.breach", "admission.condition"


@dataclass(frozen=True, slots=True)
class DeliveryInput:
    """What came of one promise in the year, in stored parts of its item."""

    promise: int
    amount: int


def owe_conditions(application: Application, decision: Decision, *, now: datetime) -> None:
    """Those who applied owe each condition, by its day where it has one."""
    rows = [
        DutyInput(
            **acting.about(application), subject=one, kind=CONDITION, unit=application.responsible_unit,
            title=f"落实准入条件：{one.words}", due_at=closing_of(one.due_on) if one.due_on else None,
        )
        for one in decision.conditions.filter(met_at=None)
    ]  # fmt: skip
    set_duties(rows, now=now)


def _admitted(application: Application, actor: Actor) -> Application:
    """Locked; it is let in, and this person sees it and may write of it."""
    rows = Application.objects.select_for_update(of=("self",)).select_related(*acting.RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    held: Application | None = rows.filter(pk=application.pk).first()
    if held is None or held.status not in IN:
        raise Refused([RowProblem(0, "application", "只有准入的才有条件和承诺，请刷新再看。")])
    if actor.by is not None and not policy.can_change(actor.by, held):
        raise PermissionDenied(f"准入条件和履约由{held.territory}或区重大办报，您的角色可以查看。")
    return held


@transaction.atomic
def meet_condition(condition: Condition, words: str, *, actor: Actor, now: datetime) -> Condition:
    """条件落实, with how."""
    application = _admitted(condition.decision.application, actor)
    held = Condition.objects.select_for_update().get(pk=condition.pk)
    words = acting.need(words, "写一句怎样落实的，如“协议已签，编号浦水2018-031”。")[:300]
    if held.met_at:
        raise Refused([RowProblem(0, "condition", f"条件“{held}”已经落实了，不用再报。")])
    held.met_at, held.met_words, held.met_by = now, words, actor.by
    held.save()
    facts = f"条件{held.number}落实"
    acting.step(application, "met", actor=actor, now=now, words=words, facts=facts)
    end_duties_of(Condition, [held.pk], now=now, kinds=[CONDITION], by=actor.by)
    acting.finish("condition.met", application, summary=f"准入{facts}", actor=actor, now=now, was=application.label,
                  changes={held.words: ["", words]}, rows=[RowChange(held, str(held))])  # fmt: skip
    return held


@transaction.atomic
def check_delivery(
    application: Application,
    year: int,
    rows: Sequence[DeliveryInput],
    source: str,
    *,
    actor: Actor,
    now: datetime,
) -> list[Delivery]:
    """履约核对: what came of the promises in a year; checked again, the new amount stands and the journal keeps both."""
    held = _admitted(application, actor)
    source = acting.need(source, "写明依据，如“税务局2020年入库数”。", "source")[:200]
    promises = {one.pk: one for one in held.promises.select_for_update().order_by("pk")}
    refuse(_wrong(rows, promises, year, local_day(now)))
    terms = terms_now(held.territory)
    made, changes = [], {}
    for row in rows:
        promise = promises[row.promise]
        before = Delivery.objects.filter(promise=promise, year=year).first()
        columns = {"amount": row.amount, "source": source, "by": actor.by, "at": now,
                   "by_name": acting.signed(actor)["by_name"]}  # fmt: skip
        delivery, _ = Delivery.objects.update_or_create(promise=promise, year=year, defaults=columns)
        made.append(delivery)
        said = promise.of_item.said
        changes[f"{year}年{promise.of_item.label}"] = [
            said(before.amount) if before else None,
            said(row.amount),
        ]
    short = [promise for promise in promises.values() if _judge(promise, held, year, terms, now)]
    facts = f"核对{year}年履约" + (f"，{'、'.join(one.of_item.label for one in short)}不足" if short else "")
    acting.step(held, "check", actor=actor, now=now, words=source, facts=facts)
    end_duties_of(Application, [held.pk], now=now, kinds=[CHECK], by=actor.by)
    verb = "promise.short" if short else "promise.checked"
    acting.finish(verb, held, summary=facts, actor=actor, now=now, was=held.label, changes=changes)
    return made


def _wrong(
    rows: Sequence[DeliveryInput], promises: Mapping[int, Promise], year: int, today: date
) -> list[RowProblem]:
    problems = []
    if not rows:
        problems.append(RowProblem(0, "rows", "至少填一项兑现了多少。"))
    if year >= today.year:
        problems.append(RowProblem(0, "year", f"{year}年还没过完，年度过了再核对。"))
    for i, row in enumerate(rows):
        promise = promises.get(row.promise)
        if promise is None:
            problems.append(RowProblem(i, "promise", "这条承诺不在这件申请上，请刷新再填。"))
        elif year < promise.first_year:
            said = f"{promise.of_item.label}从{promise.first_year}年起核对，{year}年不核。"
            problems.append(RowProblem(i, promise.item, said))
        elif not 0 <= row.amount <= MOST:
            problems.append(RowProblem(i, promise.item, f"{promise.of_item.label}要大于等于0，请核对。"))
    return problems


def standing(promise: Promise, delivered: Mapping[int, int], terms: Terms, this_year: int) -> Kept:
    return kept(
        promise.of_item, promise.amount, promise.first_year, delivered,
        needed=Decimal(terms.kept_percent) / 100, years=terms.breach_years, this_year=this_year,
    )  # fmt: skip


def _judge(promise: Promise, application: Application, year: int, terms: Terms, now: datetime) -> bool:
    """Short or not by all years checked; a breach opens with the clause of the application, the office owes the rest."""
    delivered = dict(promise.deliveries.values_list("year", "amount"))
    found = standing(promise, delivered, terms, local_day(now).year)
    if found == Kept.BREACH:
        columns = {"year": year, "clause": application.breach_clause, "at": now}
        breach, new = Breach.objects.get_or_create(promise=promise, settled_at=None, defaults=columns)
        if new and (office := office_of(application.territory)):
            duty = DutyInput(
                **acting.about(application), subject=breach, kind=BREACH, unit=office, role=Role.OFFICE, due_at=None,
                title=f"追究违约：{application.name}{promise.of_item.label}", mark="error",
                quote=application.breach_clause,
            )  # fmt: skip
            set_duties([duty], now=now)
    return found in (Kept.SHORT, Kept.BREACH)


@transaction.atomic
def settle_breach(breach: Breach, words: str, *, actor: Actor, now: datetime) -> Breach:
    """违约了结: by the office, with what was done."""
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied("违约由区重大办了结，您的角色可以查看。")
    application = _admitted(breach.promise.application, actor)
    words = acting.need(words, "写一句怎样了结，如“返还奖补300万元，已入库”。")[:300]
    held = Breach.objects.select_for_update().get(pk=breach.pk)
    if held.settled_at:
        raise Refused([RowProblem(0, "breach", "这一件违约已经了结，不用再报。")])
    held.settled_at, held.settled_words, held.settled_by = now, words, actor.by
    held.save()
    facts = f"{held.promise.of_item.label}违约了结"
    acting.step(application, "settle", actor=actor, now=now, words=words, facts=facts)
    end_duties_of(Breach, [held.pk], now=now, kinds=[BREACH], by=actor.by)
    acting.finish("breach.settled", application, summary=facts, actor=actor, now=now, was=application.label,
                  changes={"了结": ["", words]}, rows=[RowChange(held, str(held))])  # fmt: skip
    return held


@transaction.atomic
def open_checks(now: datetime) -> int:
    """每年一核: from January on, those who applied owe the check of last year's promises; returns how many owe."""
    year = local_day(now).year - 1
    done = Delivery.objects.filter(promise__application=OuterRef("pk"), year=year)
    due = Promise.objects.filter(application=OuterRef("pk"), first_year__lte=year)
    rows = Application.objects.filter(Exists(due), ~Exists(done), state__in=[one.value for one in IN])
    owing = list(rows.select_related("responsible_unit").order_by("pk"))
    duties = [
        DutyInput(
            **acting.about(one), subject=one, kind=CHECK, unit=one.responsible_unit,
            title=f"核对{year}年履约：{one.name}", due_at=closing_of(date(year + 1, *CHECK_BY)),
        )
        for one in owing
    ]  # fmt: skip
    set_duties(duties, now=now)
    return len(owing)
