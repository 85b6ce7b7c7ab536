"""数字与来源：一份公文里印出来的每个数，是什么、口径、截止月、在哪里数的。"""

from dataclasses import replace

from xushi.documents.sourced import Sourced
from xushi.documents.tree import Annex, Cell, Document, Run, Table
from xushi.documents.writing.flow import Line, flow

TITLE = "数字与来源"
HEAD = ("序号", "数字", "是什么", "口径", "截止", "怎么数")
WIDTHS = (10, 17, 20, 20, 19, 30)


def printed_figures(document: Document) -> tuple[Sourced, ...]:
    """The figures whose words stand in the document, each once, in the order they are read."""
    keys = [run.figure for item in flow(document) for run in _runs(item) if run.figure]
    return tuple(document.figures[key] for key in dict.fromkeys(keys) if key in document.figures)


def _runs(item: object) -> list[Run]:
    if isinstance(item, Line):
        return [*item.runs, *item.body]
    if isinstance(item, Table):
        return [run for row in (*item.head, *item.rows) for cell in row for run in cell.runs]
    return []


def figures_annex(document: Document) -> Annex:
    """附件“数字与来源”: one row a figure; a month not closed yet is said to be so."""
    rows = tuple(_row(number, one) for number, one in enumerate(printed_figures(document), 1))
    head = (tuple(Cell((Run(words),), label=True) for words in HEAD),)
    return Annex(TITLE, (Table(head, rows, WIDTHS),))


def with_figures_annex(document: Document) -> Document:
    return replace(document, annexes=(*document.annexes, figures_annex(document)))


def _row(number: int, one: Sourced) -> tuple[Cell, ...]:
    words = (str(number), one.printed, one.label, one.scope, one.when, one.meaning or "—")
    return tuple(
        Cell((Run(said),), align="center" if place == 0 else "left") for place, said in enumerate(words)
    )
