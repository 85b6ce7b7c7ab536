"""模板写错了怎么说：第几行、哪里错、怎么改。"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError

TAGS = ("if", "elif", "else", "endif", "for", "endfor", "set")
_ENDS = {"if": "endif", "for": "endfor", "set": "endset"}
_TOKENS = {
    "end of print statement": "}}", "end of statement block": "%}", "end of template": "模板末尾", "=": "=",
    "name": "一个名字", "in": "in", "assign": "=",
}  # fmt: skip
_UNCLOSED = re.compile(r"The innermost block that needs to be closed is '(\w+)'")
_TAG = re.compile(r"Encountered unknown tag '(.*?)'")
_CHARACTER = re.compile(r"unexpected char '(.+)' at")
_EXPECTED = re.compile(r"expected token '(.+?)', got '(.+?)'", re.IGNORECASE)
_UNEXPECTED = re.compile(r"[Uu]nexpected '(.+?)'|got '(.+?)'")
_WHOLE = {
    "Missing end of comment": "注释 {# 没有用 #} 收尾。",
    "expression": "{{ }} 或 {% %} 里少写了名字。",
    "end of template, expected": "{{ 没有用 }} 收尾。",
    "expected name or number": "点号后面少写了名字。",
}
_FULL_WIDTH = {
    "，": ",",
    "（": "(",
    "）": ")",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "＝": "=",
    "｜": "|",
    "．": ".",
}


class TemplateProblem(Exception):
    """What is wrong with a template, as a Chinese sentence; line counts from 1, 0 where it belongs to no line."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        self.sentence, self.line = sentence, line
        super().__init__(str(self))

    def __str__(self) -> str:
        return f"第{self.line}行：{self.sentence}" if self.line else self.sentence

    def at(self, line: int) -> "TemplateProblem":
        """The same problem, where its line was not known before."""
        return self if self.line or not line else TemplateProblem(self.sentence, line)


def unknown(what: str, name: str, known: Iterable[str], before: str = "") -> str:
    """没有叫“figures.district.start_rat”的数，是不是“figures.district.start_rate”？ before stands in front of both."""
    choices = list(known)
    close = next(iter(get_close_matches(name, choices, n=1, cutoff=0.5)), "")
    if not close:
        ending = [one for one in choices if one.rsplit(".", 1)[-1] == name.rsplit(".", 1)[-1]]
        close = ending[0] if ending else ""
    hint = f"，是不是“{before}{close}”？" if close else f"，能用的有：{_some(choices)}。"
    return f"没有叫“{before}{name[:80]}”的{what}{hint if choices else '。'}"


def _some(names: list[str], most: int = 8) -> str:
    return "、".join(names[:most]) + ("……" if len(names) > most else "")


def said(problem: TemplateSyntaxError) -> TemplateProblem:
    """Jinja's own complaint in words an office understands."""
    return TemplateProblem(_sentence(problem.message or ""), problem.lineno)


def _sentence(message: str) -> str:
    if tag := _TAG.search(message):
        return _of_tag(tag[1], _UNCLOSED.search(message))
    if open_one := _UNCLOSED.search(message):
        return f"前面的 {{% {open_one[1]} … %}} 没有收尾，要补上 {{% {_ENDS.get(open_one[1], 'end')} %}}。"
    if character := _CHARACTER.search(message):
        return _of_character(character[1])
    if expected := _EXPECTED.search(message):
        return _of_token(*(_TOKENS.get(one, one) for one in expected.groups()))
    known = next((words for part, words in _WHOLE.items() if part in message), "")
    return known or _of_rest(_UNEXPECTED.search(message))


def _of_token(wanted: str, got: str) -> str:
    if got == "=":
        return "比较相等要写两个等号：==。"
    return f"这里应该是“{wanted}”，写的是“{got}”；一对 {{{{ }}}} 里只写一个名字或算式。"


def _of_rest(found: "re.Match[str] | None") -> str:
    word = next((one for one in found.groups() if one), "") if found else ""
    if word == "end of template":
        return "{{ 没有用 }} 收尾。"
    if word:
        return f"“{_TOKENS.get(word, word)}”前面没有写完，括号和引号都要成对。"
    return "这一行看不懂，请对照右边的写法改。"


def _of_tag(tag: str, unclosed: "re.Match[str] | None") -> str:
    if unclosed:
        return f"{{% {tag} %}} 对不上：前面的 {{% {unclosed[1]} … %}} 还没有用 {{% {_ENDS[unclosed[1]]} %}} 收尾。"
    if tag in TAGS:
        return f"{{% {tag} %}} 前面没有对应的 {{% {'for' if 'for' in tag else 'if'} … %}}。"
    return f"不认得 {{% {tag[:30]} %}}，能用的是 {'、'.join(TAGS)}。"


def _of_character(character: str) -> str:
    if character in _FULL_WIDTH:
        return f"{{{{ }}}} 和 {{% %}} 里有全角的“{character}”，要写半角的 {_FULL_WIDTH[character]}。"
    if character in "'\"":
        return "引号只有一半，要成对。"
    return f"{{{{ }}}} 和 {{% %}} 里不能有“{character}”。"
