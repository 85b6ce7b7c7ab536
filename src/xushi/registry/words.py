"""词表：类别、产业链、标签的添与改；用着的不删。"""

from datetime import datetime

from django.db import models, transaction

from xushi.core.text import name_key, tidy
from xushi.journal.actions import Actor, record
from xushi.registry.actions import Refused, RowProblem
from xushi.registry.models import Category, IndustryChain, Tag

TABLES: dict[str, type[models.Model]] = {"category": Category, "chain": IndustryChain, "tag": Tag}


@transaction.atomic
def add_word(
    table: str, name: str, *, code: str = "", parent: Category | None = None, actor: Actor, now: datetime
) -> models.Model:
    """添一个词; a category needs a code of its own, since commands and exports speak of it by code."""
    name = _free(TABLES[table], name)
    word = _add_category(name, code, parent) if table == "category" else TABLES[table](name=name)
    if word.pk is None:
        word.save()
    record("registry.word.added", actor=actor, now=now, subject=word, summary=f"词表添“{name}”")
    return word


@transaction.atomic
def rename_word(word: Category | IndustryChain | Tag, name: str, *, actor: Actor, now: datetime) -> None:
    """改名; the journal keeps the old one. Refused where another word of the table has the name."""
    was, word.name = word.name, _free(type(word), name, apart_from=word.pk)
    word.save(update_fields=["name"])
    changes = {"名称": [was, word.name]}
    record(
        "registry.word.renamed",
        actor=actor,
        now=now,
        subject=word,
        summary=f"“{was}”改名“{word.name}”",
        changes=changes,
    )


def _free(table: type[models.Model], name: str, apart_from: int | None = None) -> str:
    """The name made regular; Refused where it is empty or taken, full-width forms and spaces apart."""
    tidied = tidy(name)
    if not tidied:
        raise Refused([RowProblem(0, "name", "名称是空的，请填上。")])
    for held in table._default_manager.exclude(pk=apart_from).values_list("name", flat=True):
        if name_key(held) == name_key(tidied):
            raise Refused([RowProblem(0, "name", f"“{held}”已经有了，全角半角和空格不同也算同名。")])
    return tidied


def _add_category(name: str, code: str, parent: Category | None) -> Category:
    if not code:
        raise Refused([RowProblem(0, "code", "类别要有代号（英文小写和下划线），导出和命令都认它。")])
    if Category.objects.filter(code=code).exists():
        raise Refused([RowProblem(0, "code", f"代号{code}已经用了，请换一个。")])
    head = parent.path if parent else ""
    last = Category.objects.filter(parent=parent).order_by("-path").values_list("path", flat=True).first()
    number = int(last[len(head) : -1]) + 1 if last else 1
    return Category.objects.create(name=name, code=code, parent=parent, path=f"{head}{number:04d}.")
