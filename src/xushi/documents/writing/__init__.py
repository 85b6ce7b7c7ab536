"""公文写成文件：同一棵树，.docx、PDF、图片、网页四种样子，字字相同。"""

from xushi.documents.writing.docx import write_docx
from xushi.documents.writing.fonts import NoFont
from xushi.documents.writing.html import write_html, write_html_file
from xushi.documents.writing.sources import figures_annex, with_figures_annex
from xushi.documents.writing.text import text_of
from xushi.documents.writing.typeset import Unset, write_pdf, write_pictures

__all__ = [
    "NoFont", "Unset", "figures_annex", "text_of", "with_figures_annex", "write_docx", "write_html", "write_html_file",
    "write_pdf", "write_pictures",
]  # fmt: skip
