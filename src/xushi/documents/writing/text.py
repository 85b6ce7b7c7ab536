"""公文的纯文字：一行一段，表一行一行、格与格之间一个制表符。"""

from collections.abc import Iterator

from xushi.documents.tree import Blank, Document, Runs, Table
from xushi.documents.writing.flow import Gap, Imprint, Line, blank_words, flow
from xushi.documents.writing.grid import words_of


def text_of(document: Document) -> str:
    """What is printed, without page numbers and watermark."""
    return "\n".join(_lines(document))


def _lines(document: Document) -> Iterator[str]:
    for item in flow(document):
        match item:
            case Line():
                yield said(item.runs) + said(item.body)
            case Blank():
                yield item.lead + blank_words(item)
            case Table():
                for row in (*item.head, *item.rows):
                    yield "\t".join(words_of(cell) for cell in row)
            case Gap():
                yield ""
            case Imprint():
                if item.copies:
                    yield f"抄送：{item.copies}"
                yield f"{item.printed_by}\t{item.printed_on}"
            case _:
                continue


def said(runs: Runs) -> str:
    return "".join(run.words for run in runs)
