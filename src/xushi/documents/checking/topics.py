"""说的是谁：稿里走到哪一句，讲的是省市重大项目还是区级重点项目；讲到街道、园区、别的市，就不是库里这几个口径了。"""

import re
from bisect import bisect_left

from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention

_TOPICS = (
    ("joint_industrial", r"省、?市(?:级)?重大产业项目"),
    ("joint", r"省、?市(?:级)?(?:重大|重点)?项目"),
    ("provincial", r"省级(?:重大|重点)?项目|省重大项目"),
    ("municipal", r"市级(?:重大|重点)?项目|(?<!省)市重大项目"),
    ("district_industrial", r"区级?重点产业项目"),
    ("district", r"区级?重点项目|区级项目"),
    ("industrial", r"(?:重大|重点)?产业(?:类)?项目"),
    ("manufacturing", r"先进制造业(?:类)?(?:重点|重大)?项目"),
    ("services", r"现代服务业(?:类)?(?:重点|重大)?项目"),
    ("infrastructure", r"基础设施(?:类)?(?:重点|重大)?项目"),
    ("livelihood", r"民生(?:和?社会事业)?(?:类)?项目|社会事业(?:类)?项目"),
    ("environment", r"(?:环境整治|生态环境)(?:类)?项目"),
    ("elsewhere", r"[\u4e00-\u9fff]{2,4}(?:街道|镇|园区|开发区|片区|板块|集团|公司|高新区)|条线"),
    ("aside", r"全[市省国]|竣工仪式|签约|上会|去年|上年"),
    ("whole", r"全区|我区"),
)  # fmt: skip
_PATTERN = re.compile("|".join(f"(?P<t{place}>{words})" for place, (_, words) in enumerate(_TOPICS)))
_PARENT = {"joint": "joint_industrial", "provincial": "provincial_industrial", "municipal": "municipal_industrial",
           "district": "district_industrial"}  # fmt: skip
_INDUSTRIAL = {child: parent for parent, child in _PARENT.items()}
_REACH = 600  # characters that a topic holds for within its paragraph


def _next(topic: str, shut: str, name: str) -> tuple[str, str]:
    """(scope spoken of, why not) after one more name: a unit's own shuts the paragraph, 全市 the sentence, 全区 opens."""
    if name in ("elsewhere", "aside"):
        return topic, shut if shut == "elsewhere" else name
    if name == "whole":
        return topic, ""
    if name == "industrial":
        return _PARENT.get(topic, topic if topic in _INDUSTRIAL else ""), shut
    return name, shut


class Topics:
    """The scopes that a text speaks of, by place."""

    def __init__(self, text: Text) -> None:
        self._found: list[tuple[int, str]] = []
        self._lines = [match.start() for match in re.finditer("\n", text.regular)]
        topic, line, sentence, shut = "", -1, -1, ""
        ends = [match.start() for match in re.finditer("[。；\n]", text.regular)]
        for match in _PATTERN.finditer(text.regular):
            here, clause = bisect_left(self._lines, match.start()), bisect_left(ends, match.start())
            if here != line:
                topic = shut = ""
            if clause != sentence and shut == "aside":
                shut = ""
            line, sentence = here, clause
            name = _TOPICS[int((match.lastgroup or "t0")[1:])][0]
            topic, shut = _next(topic, shut, name)
            self._found.append((match.start(), "" if shut else topic))

    def of(self, mention: Mention) -> list[str]:
        """The scopes a number may be of, the likeliest first: the one spoken of, then the one that holds it."""
        start = mention.quantity.start
        place = bisect_left(self._found, (start, "")) - 1
        topic = ""
        if place >= 0 and self._same_line(self._found[place][0], start):
            topic = self._found[place][1]
        told = _PATTERN.search(mention.tail)
        if not topic and told and told.lastgroup and place < 0:
            topic = _TOPICS[int(told.lastgroup[1:])][0]
        return [topic, _INDUSTRIAL[topic]] if topic in _INDUSTRIAL else [topic] if topic else []

    def _same_line(self, one: int, other: int) -> bool:
        return other - one < _REACH and bisect_left(self._lines, one) == bisect_left(self._lines, other)
