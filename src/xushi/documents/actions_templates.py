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
from xushi.documents.policy_templates import can_keep_templates
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse, said_in_words
from xushi.units.districts import denied
from xushi.units.models import User

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
    _ask_keeper(actor)
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
    _ask_keeper(actor)
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
def add_template(like: Template, name: str, *, actor: Actor, now: datetime) -> Template:
    """照一份添一份: another template of the same kind, its first version a copy of the newest."""
    _ask_keeper(actor)
    words = tidy(name)
    if not words:
        raise Refused([RowProblem(0, "name", "给新模板起个名字。")])
    if len(words) > LONGEST_NAME:
        raise Refused([RowProblem(0, "name", f"名字有{len(words)}字，最多{LONGEST_NAME}字。")])
    if Template.objects.filter(name=words).exists():
        raise Refused([RowProblem(0, "name", f"已有一份叫“{words}”，请换个名字。")])
    last = Template.objects.aggregate(place=Max("place"), pk=Max("pk"))
    made = Template.objects.create(
        code=f"own-{(last['pk'] or 0) + 1}", name=words, kind=like.kind, subject=like.subject,
        about=f"照“{like.name}”添的", place=(last["place"] or 0) + 1,
    )  # fmt: skip
    _add(made, _newest(like).source, f"照“{like.name}”添的第1版", actor=actor, now=now)
    record(
        "documents.template.added", actor=actor, now=now, subject=made, subject_name=made.name,
        summary=f"照“{like.name}”添了模板“{made.name}”",
    )  # fmt: skip
    return made


@transaction.atomic
def keep_draft(template: Template, user: User, row: VersionInput, *, now: datetime) -> None:
    """收着没存的改动: one a person and template, over the one before; what is no change is no draft."""
    if not can_keep_templates(user):
        raise PermissionDenied(denied(user, "模板由区重大办改。"))
    if cleaned(row.source) == _newest(template).source and not row.reason.strip():
        drop_draft(template, user)
        return
    TemplateDraft.objects.update_or_create(
        template=template, user=user,
        defaults={
            "base": row.base, "source": cleaned(row.source)[:MOST_SOURCE], "reason": row.reason.strip()[:LONGEST_REASON],
            "at": now,
        },
    )  # fmt: skip


def drop_draft(template: Template, user: User) -> None:
    """不要没存的改动了."""
    TemplateDraft.objects.filter(template=template, user=user).delete()


def cleaned(source: str) -> str:
    """One kind of line ends, none of the characters that mark figures."""
    return source.replace("\r\n", "\n").translate(_UNSEEN)


def _ask_keeper(actor: Actor) -> None:
    if actor.by is None or not can_keep_templates(actor.by):
        raise PermissionDenied(denied(actor.by, "模板由区重大办改，您的角色可以看各版。"))


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
