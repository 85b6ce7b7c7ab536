"""议程里截短了的事项：在停顿处截，印出来、点开看要整句，从问题、督办单、批示的原文里取。"""

from collections.abc import Iterable

from xushi.core.text import tidy
from xushi.problems.models import Problem
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.models_meetings import AgendaItem

CUT, STOPS = "…", "。；;！!？?\n"
PAUSES = f"{STOPS}，,、："
AT_MOST, AT_LEAST = 60, 20  # characters of a title cut, and before the pause it is cut at
SOURCES = {
    Problem._meta.label_lower: (Problem, "words"),
    SupervisionOrder._meta.label_lower: (SupervisionOrder, "demand"),
}


def whole_titles(items: Iterable[AgendaItem]) -> dict[int, str]:
    """{item: its title, whole where it was cut}; at most three queries, none where nothing was."""
    held = list(items)
    found = {one.pk: one.title for one in held}
    for kind, (model, words) in SOURCES.items():
        cut = [one for one in held if one.subject_kind == kind and one.title.endswith(CUT)]
        if not cut:
            continue
        rows = model._default_manager.filter(pk__in={one.subject_id for one in cut})
        told = dict(rows.values_list("pk", words))
        found |= {one.pk: _whole(one.title, told.get(one.subject_id or 0, "")) for one in cut}
    return found | _instructed(held)


def cut_short(words: str) -> str:
    """The words where they are short; else what fits of them up to a pause, and "…" for the rest."""
    said = tidy(words)
    if len(said) <= AT_MOST:
        return said
    places = [place for place, one in enumerate(said[:AT_MOST]) if one in PAUSES and place >= AT_LEAST]
    return f"{said[: places[-1] if places else AT_MOST - 1]}{CUT}"


def _instructed(items: Iterable[AgendaItem]) -> dict[int, str]:
    """{item: every word of its 批示} of those cut, however they were; none where it has become confidential."""
    kind = Instruction._meta.label_lower
    cut = [one for one in items if one.subject_kind == kind and _may_be_cut(one.title)]
    if not cut:
        return {}
    rows = Instruction.objects.filter(pk__in={one.subject_id for one in cut}, confidential=False)
    told = {pk: tidy(words) for pk, words in rows.values_list("pk", "words")}
    found = {one.pk: (one.title, told.get(one.subject_id or 0, "")) for one in cut}
    return {
        pk: words for pk, (title, words) in found.items() if words.startswith(tidy(title.removesuffix(CUT)))
    }


def _may_be_cut(title: str) -> bool:
    """Those of earlier agendas end without a mark, at the last character that had room."""
    return title.endswith(CUT) or len(title) == AT_MOST


def _whole(title: str, words: str) -> str:
    """The sentence of the words that the title is the beginning of; the title where they have been changed since."""
    begun, first = title.removesuffix(CUT), words.strip()
    for stop in STOPS:
        first = first.split(stop)[0]
    first = tidy(first)
    return first if begun and first.startswith(begun) else title
