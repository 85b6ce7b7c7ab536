"""准入申请的动作：申报、修改、退回、撤回、送部门、核定、排会次、改用新门槛、恢复；决定在 deciding，意见在 opinions。"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from stdnum.cn import uscc

from xushi.admission import acting, files, policy
from xushi.admission.acting import Seen
from xushi.admission.measures import JUDGED, Item, Measure
from xushi.admission.models import Application, Claim, Opinion, Sitting
from xushi.admission.models_standards import Industry
from xushi.admission.rules import ApplicationInput, problems_of_application
from xushi.admission.scoring import Judged
from xushi.admission.standards import set_for, terms_now, wrong_units
from xushi.admission.table import State
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.core.text import name_key, search_text, tidy
from xushi.journal.actions import Actor, RowChange
from xushi.journal.models import Changes
from xushi.kit.bulk import insert_all
from xushi.registry.checking import Refused, RowProblem, all_problems, refuse
from xushi.registry.models import Category, Project
from xushi.signings.models import Signing
from xushi.units.districts import in_one_district
from xushi.units.models import Unit, User

SAME = "“{name}”已有一件在审的申请，请在那一件上改，不要再报。"
ANOTHERS = "别的区有同名的申请在审，几个区的不能重名，请在名称里写上本区的区名。"


def apply(
    rows: Sequence[ApplicationInput], *, actor: Actor, now: datetime, uploads: Sequence[Any] = ()
) -> list[Application]:
    """申报准入: a form sent twice applies once. Refused names every problem of every row; uploads go with one row."""
    try:
        return _apply(rows, actor=actor, now=now, uploads=uploads)
    except (IntegrityError, Refused) as late:  # by the same form or project, at the same moment
        if again := _applied_before(rows):
            return again
        if isinstance(late, IntegrityError):
            refuse(_same_again(rows))
        raise


@transaction.atomic
def _apply(
    rows: Sequence[ApplicationInput], *, actor: Actor, now: datetime, uploads: Sequence[Any]
) -> list[Application]:
    if again := _applied_before(rows):
        return again
    good = files.cleaned(uploads)
    refuse(all_problems(rows, lambda row: problems_of_application(row, local_day(now))))
    made = [_new(i, row, actor, now) for i, row in enumerate(rows)]
    refuse(_same_again(rows))
    insert_all(made)
    for application, row in zip(made, rows, strict=True):
        _claim(application, row.judged)
        files.store(application, good, actor=actor, now=now)
        acting.noted(application, "apply", actor=actor, now=now, facts="申报准入")
    acting.finish_all(
        "application.submitted", made, summary="申报准入", actor=actor, now=now, was={one.pk: "" for one in made},
        changes={},
    )  # fmt: skip
    return made


def _applied_before(rows: Sequence[ApplicationInput]) -> list[Application]:
    tokens = [row.token for row in rows if row.token]
    return list(Application.objects.filter(token__in=tokens).order_by("pk")) if tokens else []


def _same_again(rows: Sequence[ApplicationInput], keep: int | None = None) -> list[RowProblem]:
    keys = [name_key(row.name) for row in rows]
    standing = Application.objects.open().filter(name_key__in=keys).exclude(pk=keep or 0)
    held = dict(standing.values_list("name_key", "territory"))
    return [RowProblem(i, "name", _again(rows[i], held[key])) for i, key in enumerate(keys) if key in held]


def _again(row: ApplicationInput, where: int) -> str:
    return SAME.format(name=row.name) if in_one_district(where, row.territory) else ANOTHERS


def _new(i: int, row: ApplicationInput, actor: Actor, now: datetime) -> Application:
    columns = _columns(i, row, actor.by, now)
    unit = actor.by.unit if actor.by and not policy.can_keep(actor.by) else columns["territory"]
    return Application(
        **columns, responsible_unit=unit, submitted_by=actor.by, submitted_at=now, state_at=now, changed_at=now,
        token=row.token,
    )  # fmt: skip


def _columns(i: int, row: ApplicationInput, by: User | None, now: datetime) -> dict[str, Any]:
    """What the row says, by the columns of an application; Refused where what it names is not there."""
    territory = Unit.objects.standing().filter(pk=row.territory, kind__in=Unit.TERRITORY_KINDS).first()
    here = Industry.objects.at(territory.path) if territory else Industry.objects.all()
    industry = here.filter(pk=row.industry, retired=False).first()
    category = Category.objects.filter(code=row.category).first()
    criteria = set_for(industry, local_day(now).year, territory) if industry else None
    problems = []
    if territory is None or (by is not None and not policy.can_apply_in(by, territory)):
        problems.append(RowProblem(i, "territory", "请选本单位所在的街道、场或园区。"))
    if criteria is None:
        problems.append(
            RowProblem(i, "industry", "这个行业还没有发布门槛，请区重大办先发布，或改选一个行业。")
        )
    if category is None:
        problems.append(RowProblem(i, "category", "请从类别表里选一类。"))
    signing = _signing_of(uscc.compact(row.credit_code), row.name)
    project = _project_of(signing)
    if row.project is not None:
        visible = Project.objects.all() if by is None else Project.objects.visible_to(by)
        project = visible.filter(pk=row.project, admission=None).first()
        if project is None:
            problems.append(RowProblem(i, "project", "库里没有这个项目，或它已经有准入申请。"))
    refuse(problems)
    return {
        "name": tidy(row.name), "name_key": name_key(row.name), "enterprise": tidy(row.enterprise),
        "search_text": search_text(row.name, row.enterprise), "credit_code": uscc.compact(row.credit_code),
        "industry": industry, "criteria": criteria, "category": category, "territory": territory, "project": project,
        "owner_unit": project.owner_unit if project else None, "leader": project.leader if project else None,
        "production": row.production, "capacity_year": row.capacity_year, "content": row.content.strip(),
        "funding": row.funding.strip(), "breach_clause": row.breach_clause.strip(),
        "signing": signing,
        **{item.value: row.numbers.of(item) for item in Item},
    }  # fmt: skip


def _signing_of(code: str, name: str) -> Signing | None:
    """签约: the live one of the same enterprise and name, else the enterprise's only one."""
    held = list(Signing.objects.live().filter(credit_code=code).order_by("pk")[:20])
    named = [one for one in held if one.name_key == name_key(name)]
    found = named or (held if len(held) == 1 else [])
    return found[0] if found else None


def _project_of(signing: Signing | None) -> Project | None:
    """The project its signing has become already, unless another application has."""
    if signing is None or signing.project_id is None:
        return None
    return Project.objects.filter(pk=signing.project_id, admission=None, removed_on=None).first()


def _claim(application: Application, judged: Mapping[Measure, Judged]) -> None:
    """What the applicant says of the criteria in words; the office has judged none of it yet."""
    Claim.objects.filter(application=application).delete()
    insert_all([
        Claim(application=application, measure=measure, words=judged[measure].words.strip()[:300])
        for measure in JUDGED if measure in judged
    ])  # fmt: skip


@transaction.atomic
def amend(
    seen: Seen, row: ApplicationInput, *, actor: Actor, now: datetime, uploads: Sequence[Any] = ()
) -> Application:
    """修改申报: all of it anew; one that was returned is submitted again."""
    [application] = acting.taken(seen, policy.can_change, "amend", actor)
    good = files.cleaned(uploads, held=application.files.count())
    refuse(all_problems([row], lambda one: problems_of_application(one, local_day(now))))
    refuse(_same_again([row], keep=application.pk))
    was, before = application.label, application.numbers
    columns = _columns(0, row, actor.by, now)
    if application.project_id:
        columns |= {name: getattr(application, name) for name in ("project", "owner_unit", "leader")}
    if application.state != State.RETURNED and application.industry_id == columns["industry"].pk:
        columns["criteria"] = application.criteria
    back = State.SUBMITTED if application.state == State.RETURNED else None
    acting.step(application, "amend", actor=actor, now=now, facts="修改申报", state=back, **columns)
    _claim(application, row.judged)
    files.store(application, good, actor=actor, now=now)
    changes: Changes = {
        item.label: [item.said(before.of(item)), item.said(row.numbers.of(item))]
        for item in Item
        if before.of(item) != row.numbers.of(item)
    }
    verb = "application.submitted" if back else "application.amended"
    acting.finish(verb, application, summary="修改准入申报", actor=actor, now=now, was=was, changes=changes)
    return application


@transaction.atomic
def send_back(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> Application:
    """退回补正."""
    [application] = acting.taken(seen, _keeps, "return", actor)
    reason = acting.need(reason, "写清缺什么、改什么，如“缺能评意见，亩均税收口径不对”。")
    was = application.label
    acting.step(application, "return", actor=actor, now=now, words=reason, facts="退回补正")
    acting.finish("application.returned", application, summary="退回准入申请", actor=actor, now=now, was=was,
                  changes={"理由": ["", reason]})  # fmt: skip
    return application


@transaction.atomic
def withdraw(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> Application:
    """撤回申请: by those who applied."""
    [application] = acting.taken(seen, policy.can_change, "withdraw", actor)
    reason = acting.need(reason, "写一句为什么撤回，如“企业改在外区选址”。")
    was = application.label
    acting.step(application, "withdraw", actor=actor, now=now, words=reason, facts="撤回申请")
    acting.finish("application.withdrawn", application, summary="撤回准入申请", actor=actor, now=now, was=was,
                  changes={"理由": ["", reason]})  # fmt: skip
    return application


@transaction.atomic
def send_for_opinions(
    seen: Seen, units: Sequence[Unit], *, actor: Actor, now: datetime, words: str = ""
) -> Application:
    """送部门答复: accepted; each unit has its own clock from now. Units asked before keep theirs."""
    [application] = acting.taken(seen, _keeps, "send", actor)
    if not units:
        raise Refused([RowProblem(0, "units", "选要请哪些单位答复。")])
    refuse(wrong_units(units))
    held = set(application.opinions.values_list("unit", flat=True))
    new = [unit for unit in units if unit.pk not in held]
    if not new:
        raise Refused([RowProblem(0, "units", "所选单位都已经在答复，请选还没请过的。")])
    limit, was = terms_now(application.territory).opinion_days, application.label
    due = calendar().deadline(now, limit)
    opinions = [
        Opinion(application=application, unit=unit, asked_at=now, limit_days=limit, due_at=due)
        for unit in new
    ]
    insert_all(opinions)
    facts = f"送{'、'.join(str(unit) for unit in new)}答复，限{limit}个工作日"
    acting.step(application, "send", actor=actor, now=now, words=words, facts=facts)
    rows = [RowChange(one, str(one), {"征求意见": ["", str(one.unit)]}) for one in opinions]
    acting.finish("application.sent", application, summary="准入征求意见", actor=actor, now=now, was=was,
                  changes={"征求": ["", "、".join(str(unit) for unit in new)]}, rows=rows)  # fmt: skip
    return application


@transaction.atomic
def judge(
    seen: Seen, verdicts: Mapping[Measure, bool | None], *, actor: Actor, now: datetime, words: str = ""
) -> Application:
    """核定主导产业、环境准入、违约责任: whether each holds; None: not judged."""
    [application] = acting.taken(seen, _keeps, "judge", actor)
    was = application.label
    before = application.judged
    changes: Changes = {}
    for measure, holds in verdicts.items():
        if measure not in JUDGED:
            raise Refused([RowProblem(0, "verdicts", f"{measure.label}按申报的数算，不用核定。")])
        Claim.objects.update_or_create(application=application, measure=measure, defaults={"holds": holds})
        old = before.get(measure, Judged()).holds
        if old != holds:
            changes[measure.label] = [_verdict(old), _verdict(holds)]
    facts = "、".join(f"{label}{pair[1]}" for label, pair in changes.items()) or "核定不变"
    acting.step(application, "judge", actor=actor, now=now, words=words, facts=facts)
    acting.finish("application.judged", application, summary="核定准入", actor=actor, now=now, was=was,
                  changes=changes, owes=False)  # fmt: skip
    return application


def _verdict(holds: bool | None) -> str:
    return {True: "符合", False: "不符合", None: "未核定"}[holds]


@transaction.atomic
def renew_criteria(seen: Seen, *, actor: Actor, now: datetime) -> Application:
    """改用新门槛: the version that is in force now; Refused where it is measured by that already."""
    [application] = acting.taken(seen, _keeps, "renew", actor)
    newest = set_for(application.industry, local_day(now).year, application.territory)
    if newest is None or newest.pk == application.criteria_id:
        raise Refused([RowProblem(0, "criteria", f"“{application}”用的已经是现行的{application.criteria}。")])
    was, old = application.label, str(application.criteria)
    acting.step(application, "renew", actor=actor, now=now, facts=f"改用{newest}", criteria=newest)
    acting.finish("application.renewed", application, summary="准入改用新门槛", actor=actor, now=now, was=was,
                  changes={"门槛": [old, str(newest)]}, owes=False)  # fmt: skip
    return application


@transaction.atomic
def put_on(seen: Seen, sitting: Sitting, *, actor: Actor, now: datetime) -> list[Application]:
    """排会次: Refused where the sitting is none that this person sees, or is another district's."""
    held = acting.taken(seen, _keeps, "sit", actor)
    if actor.by and not Sitting.objects.visible_to(actor.by).filter(pk=sitting.pk).exists():
        raise Refused([RowProblem(0, "sitting", "这一次会审不在了，请刷新再选。")])
    here = sitting.district
    for i, application in enumerate(held):
        if here and not application.territory.path.startswith(here.path):
            said = (
                f"{sitting}是{here}的，排不了{application.territory}的申请，请选那个区的或几个区共用的会次。"
            )
            raise Refused([RowProblem(i, "sitting", said)])
    changes: dict[int, Changes] = {}
    for application in held:
        changes[application.pk] = {"会次": [str(application.sitting or ""), str(sitting)]}
        acting.step(application, "sit", actor=actor, now=now, facts=f"排到{sitting}", sitting=sitting)
    acting.finish_all("application.scheduled", held, summary=f"准入排到{sitting}", actor=actor, now=now, was={},
                      changes=changes, owes=False)  # fmt: skip
    return held


@transaction.atomic
def resume(seen: Seen, *, actor: Actor, now: datetime, words: str = "") -> Application:
    """恢复会审: a deferred one is looked at again."""
    [application] = acting.taken(seen, _keeps, "resume", actor)
    was = application.label
    acting.step(application, "resume", actor=actor, now=now, words=words, facts="恢复会审", sitting=None)
    acting.finish("application.resumed", application, summary="恢复准入会审", actor=actor, now=now, was=was)
    return application


def _keeps(user: User, _: Application) -> bool:
    return policy.can_keep(user)
