"""公文测试共用：报告里的两段原文（两个率是错的），起一份稿，读一份 Word。"""

from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn

from tests.factories import NOW
from xushi.documents.actions import PaperInput, begin_paper
from xushi.documents.issuing import LetterheadInput, set_letterhead
from xushi.documents.marking import Marked
from xushi.documents.models import Paper
from xushi.journal.actions import Actor
from xushi.units.models import User

TEXT = """# 一、全区重大产业项目推进情况
## （一）省市重大项目推进情况。2018年，我区共27个项目列入省市重大项目计划，当年实施项目24个，总投资1734.9亿元，\
当年计划投资228.7亿元。\
1—8月份，已开工23个，开工率95.8%；累计完成投资153.7亿元，完成年度投资计划的67.2%，达超序时进度。\
其中，重大产业项目24个，当年实施项目21个，总投资1586.1亿元，当年计划投资195.2亿元。1—8月份，已开工20个，开工率95.2%；\
累计完成投资114亿元，完成年度投资计划的67.1%，达超序时进度。
## （二）区重点项目推进情况。今年，全区共安排区级重点项目450个，当年实施项目364个，总投资2955.4亿元，\
当年计划投资612.8亿元。\
1—8月份，已开工300个，开工率84.2%；累计完成投资412亿元，完成年度投资计划的67.2%，达超序时进度。
## （三）产业项目竣工情况。上半年参加市集中竣工仪式亿元以上产业项目19个，完成投资176.3亿元。"""
RIGHT = """## （一）开工情况。当年实施项目364个，已开工300个，开工率82.4%。
江浦街道进度滞缓，请抓紧。"""
HEAD = LetterheadInput(
    head="浦口区重大项目推进办公室文件", signed="浦口区重大项目推进办公室", word="浦重大办"
)


def begin(by: User, text: str = TEXT, **given: Any) -> Paper:
    """A draft of the office's, with its letterhead set."""
    assert by.unit is not None
    set_letterhead(by.unit, HEAD, actor=Actor(by=by), now=NOW)
    row = {
        "kind": "bulletin",
        "title": "关于重大项目推进情况的通报",
        "office": by.unit,
        "draft": Marked(text),
    }
    return begin_paper(PaperInput(**{**row, **given}), actor=Actor(by=by), now=NOW)


def two_files(paper: Paper) -> dict[str, bytes]:
    return {"docx": f"docx {paper.number}".encode(), "pdf": f"%PDF {paper.number}".encode()}


def words_of(data: bytes) -> str:
    """All that a Word file says."""
    body = docx.Document(BytesIO(data)).element.body
    return "".join(one.text or "" for one in body.iter(qn("w:t")))
