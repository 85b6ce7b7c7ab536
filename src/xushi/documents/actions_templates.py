"""改模板：存成新的一版、回到旧的一版、照一份添一份；没存的改动先收着。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from xushi.core.text import tidy
from xushi.documents.builtin import REASON, shipped
from xushi.documents.language import MOST_SOURCE, problems_of
from xushi.documents.language_checking import Known
from xushi.documents.marking import BETWEEN, OPEN, SHUT
from xushi.documents.models_templates import Template, TemplateDraft, TemplateVersion
from xushi.documents.policy_templates import adds_for, can_keep_template, can_keep_templates
from xushi.journal.actions import Actor, record
from xushi.kit.one_each import keep_one
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse, said_in_words
from xushi.units.districts import denied
from xushi.units.models import User

READ_ONLY = "模板由区重大办改，您的角色可以看各版。"
LONGEST_REASON, LONGEST_NAME = 200, 60
_UNSEEN = str.maketrans({OPEN: None, BETWEEN: None, SHUT: None, "\r": None})


@dataclass(frozen=True, slots=True)
class VersionInput:
    """What was typed: source, why, and the version it was typed over."""

    source: str
    reason: str
    base: int


@transaction.atomic
def preload(*, actor: Actor, now: datetime) -> list[TemplateVersion]:
    """预置: what is shipped and not there yet, and anew where it is shipped otherwise and nobody has changed it."""
    made = []
    for place, one in shipped():
        held, fresh = Template.objects.get_or_create(
            code=one.code,
            defaults={
                "name": one.name,
                "kind": one.kind,
                "subject": one.subject,
                "about": one.about,
                "place": place,
            },
        )
        newest = None if fresh else _newest(held)
        if newest is not None and (newest.by_id is not None or newest.source == one.source):
            continue
        version = _add(held, one.source, "随程序更新" if newest else REASON, actor=actor, now=now)
        record(
            "documents.template.changed" if newest else "documents.template.added", actor=actor, now=now,
            subject=held, subject_name=held.name, summary=f"{version}随程序带来",
        )  # fmt: skip
        made.append(version)
    return made


@transaction.atomic
def save_version(
    template: Template, row: VersionInput, known: Known, *, actor: Actor, now: datetime
) -> TemplateVersion:
    """存成新的一版. Refused names every problem with its line; Conflict where somebody saved one meanwhile."""
    _ask_keeper(actor, template)
    held = _locked(template)
    newest = _newest(held)
    if row.base != newest.number:
        who = newest.by.name if newest.by else "系统"
        raise Conflict(f"{who}刚存了第{newest.number}版，您的改动还在下面；请对照新的一版，再存一次。")
    reason = said_in_words(row.reason, "写一句为什么改，以后查得到。", "reason", most=LONGEST_REASON)
    source = cleaned(row.source)
    refuse(_source_problems(source, newest.source, known))
    made = _add(held, source, reason, actor=actor, now=now)
    TemplateDraft.objects.filter(template=held, user=actor.by).delete()
    record(
        "documents.template.changed", actor=actor, now=now, subject=held, subject_name=held.name,
        summary=f"{held.name}改成第{made.number}版：{reason}", changes={"版本": [newest.number, made.number]},
    )  # fmt: skip
    return made


def _source_problems(source: str, before: str, known: Known) -> Iterable[RowProblem]:
    if not source.strip():
        yield RowProblem(0, "source", "模板是空的，写几个字再存。")
    elif len(source) > MOST_SOURCE:
        yield RowProblem(0, "source", f"模板有{len(source):,}个字，最多{MOST_SOURCE:,}个。")
    elif source == before:
        yield RowProblem(0, "source", "和现在的一版一样，没有改动可存。")
    else:
        yield from (RowProblem(0, "source", str(one)) for one in problems_of(source, known))


@transaction.atomic
def go_back(template: Template, number: int, *, base: int, actor: Actor, now: datetime) -> TemplateVersion:
    """回到旧的一版: a new version that copies it; what came between stays."""
    _ask_keeper(actor, template)
    held = _locked(template)
    newest = _newest(held)
    if base != newest.number:
        raise Conflict(f"刚有人存了第{newest.number}版，请看过再决定回到哪一版。")
    old = TemplateVersion.objects.filter(template=held, number=number).first()
    if old is None or old.number == newest.number:
        raise Refused([RowProblem(0, "number", f"没有可以回去的第{number}版，请从各版里选。")])
    made = _add(held, old.source, f"回到第{old.number}版", actor=actor, now=now)
    record(
        "documents.template.restored", actor=actor, now=now, subject=held, subject_name=held.name,
        summary=f"{held.name}回到第{old.number}版，存为第{made.number}版",
        changes={"版本": [newest.number, made.number]},
    )  # fmt: skip
    return made


@transaction.atomic
def add_template(
    like: Template, name: str, *, actor: Actor, now: datetime, in_its_place: bool = False
) -> Template:
    """照一份添一份: another template of the same kind, its first version a copy of the newest.

    An office of one district adds it for that district; in_its_place: there it stands for the one it is a copy of.
    """
    if actor.by is None or not can_keep_templates(actor.by):
        raise PermissionDenied(READ_ONLY)
    district = adds_for(actor.by)
    words = tidy(name)
    if not words:
        raise Refused([RowProblem(0, "name", "给新模板起个名字。")])
    if len(words) > LONGEST_NAME:
        raise Refused([RowProblem(0, "name", f"名字有{len(words)}字，最多{LONGEST_NAME}字。")])
    beside = Template.objects.beside(district).filter(name=words)
    if beside.exists():
        raise Refused([RowProblem(0, "name", f"已有一份叫“{words}”，请换个名字。")])
    last = Template.objects.aggregate(place=Max("place"), pk=Max("pk"))
    made = Template.objects.create(
        code=f"own-{(last['pk'] or 0) + 1}", name=words, kind=like.kind, subject=like.subject,
        about=f"照“{like.name}”添的", place=(last["place"] or 0) + 1, district=district,
    )  # fmt: skip
    _add(made, _newest(like).source, f"照“{like.name}”添的第1版", actor=actor, now=now)
    record(
        "documents.template.added", actor=actor, now=now, subject=made, subject_name=made.name,
        summary=f"照“{like.name}”添了{f'{district.name}的' if district else ''}模板“{made.name}”",
    )  # fmt: skip
    if in_its_place:
        stand_for(made, like, actor=actor, now=now)
    return made


@transaction.atomic
def stand_for(template: Template, common: Template | None, *, actor: Actor, now: datetime) -> None:
    """在本区代替一份共用的, or with None 不再代替: papers of the district are then written from the common one again."""
    _ask_keeper(actor, template)
    held = _locked(template)
    if held.district is None:
        raise Refused([RowProblem(0, "name", "各区共用的模板不代替别的；要改就存成新的一版。")])
    if common is not None and (common.district_id is not None or common.subject != held.subject):
        raise Refused([RowProblem(0, "name", "只能代替一份各区共用的、写同一样东西的模板。")])
    before = held.stands_for
    if before == common:
        return
    if common and Template.objects.filter(district=held.district, stands_for=common).exists():
        raise Refused([RowProblem(0, "name", f"本区已有一份代替“{common.name}”，先让它不再代替。")])
    held.stands_for = template.stands_for = common
    held.save(update_fields=["stands_for"])
    says = f"代替“{common.name}”" if common else f"不再代替“{before.name}”" if before else ""
    record(
        "documents.template.placed", actor=actor, now=now, subject=held, subject_name=held.name,
        summary=f"{held.district.name}的模板“{held.name}”{says}",
        changes={"代替": [before.name if before else "", common.name if common else ""]},
    )  # fmt: skip


@transaction.atomic
def keep_draft(template: Template, user: User, row: VersionInput, *, now: datetime) -> None:
    """收着没存的改动: one a person and template, over the one before; what is no change is no draft."""
    if not can_keep_template(user, template):
        raise PermissionDenied(denied(user, "模板由区重大办改。"))
    if cleaned(row.source) == _newest(template).source and not row.reason.strip():
        drop_draft(template, user)
        return
    values = {
        "base": row.base,
        "source": cleaned(row.source)[:MOST_SOURCE],
        "reason": row.reason.strip()[:LONGEST_REASON],
        "at": now,
    }
    keep_one(TemplateDraft.objects, template=template, user=user, values=values)


def drop_draft(template: Template, user: User) -> None:
    """不要没存的改动了."""
    TemplateDraft.objects.filter(template=template, user=user).delete()


def cleaned(source: str) -> str:
    """One kind of line ends, none of the characters that mark figures."""
    return source.replace("\r\n", "\n").translate(_UNSEEN)


def _ask_keeper(actor: Actor, template: Template) -> None:
    if actor.by is None:
        raise PermissionDenied(READ_ONLY)
    if not can_keep_template(actor.by, template):
        raise PermissionDenied(denied(actor.by, READ_ONLY))


def _locked(template: Template) -> Template:
    held: Template = Template.objects.select_for_update().get(pk=template.pk)
    return held


def _newest(template: Template) -> TemplateVersion:
    return TemplateVersion.objects.select_related("by").filter(template=template).order_by("-number")[0]


def _add(template: Template, source: str, reason: str, *, actor: Actor, now: datetime) -> TemplateVersion:
    last = TemplateVersion.objects.filter(template=template).aggregate(last=Max("number"))["last"] or 0
    return TemplateVersion.objects.create(
        template=template, number=last + 1, source=source, reason=reason, by=actor.by, at=now
    )
