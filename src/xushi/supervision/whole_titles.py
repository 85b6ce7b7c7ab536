"""议程里截短了的事项，印出来要整句：从问题、督办单的原文里取。"""

from collections.abc import Iterable

from xushi.core.text import tidy
from xushi.problems.models import Problem
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem

CUT, STOPS = "…", "。；;！!？?\n"
SOURCES = {
    Problem._meta.label_lower: (Problem, "words"),
    SupervisionOrder._meta.label_lower: (SupervisionOrder, "demand"),
}


def whole_titles(items: Iterable[AgendaItem]) -> dict[int, str]:
    """{item: its title, whole where it was cut}; at most two queries, none where nothing was."""
    held = list(items)
    found = {one.pk: one.title for one in held}
    for kind, (model, words) in SOURCES.items():
        cut = [one for one in held if one.subject_kind == kind and one.title.endswith(CUT)]
        if not cut:
            continue
        rows = model._default_manager.filter(pk__in={one.subject_id for one in cut})
        told = dict(rows.values_list("pk", words))
        found |= {one.pk: _whole(one.title, told.get(one.subject_id or 0, "")) for one in cut}
    return found


def _whole(title: str, words: str) -> str:
    """The sentence of the words that the title is the beginning of; the title where they have been changed since."""
    begun, first = title.removesuffix(CUT), words.strip()
    for stop in STOPS:
        first = first.split(stop)[0]
    first = tidy(first)
    return first if begun and first.startswith(begun) else title
