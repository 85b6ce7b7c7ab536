"""标记随改稿走：没动过的数还认得，动过的、旁边添了数字的认不得了。"""

import time

import pytest

from xushi.documents.marking import Marked, carried, unwrapped, wrapped


def printed(marked: Marked) -> list[tuple[str, str]]:
    return [(mark.key, marked.text[mark.start : mark.end]) for mark in marked.marks]


DRAFT = unwrapped(
    f"全区{wrapped('a', '364个')}，开工{wrapped('b', '300个')}。\n完成{wrapped('c', '412亿元')}。"
)


def test_what_a_template_wrapped_is_found() -> None:
    assert printed(DRAFT) == [("a", "364个"), ("b", "300个"), ("c", "412亿元")]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("新的一段。\n" + DRAFT.text, "abc"),
        (DRAFT.text.replace("全区", "今年以来全区共有"), "abc"),
        (DRAFT.text.replace("364个", "365个"), "bc"),
        (DRAFT.text.replace("364个", "1364个"), "bc"),
        (DRAFT.text.replace("412亿元", "412亿元5"), "ab"),
        (DRAFT.text.replace("开工300个", "开工约300个"), "abc"),
        ("全新的一篇", ""),
    ],
)
def test_marks_stay_on_what_nobody_touched(text: str, kept: str) -> None:
    told = dict(printed(DRAFT))
    assert printed(carried(DRAFT, text)) == [(key, told[key]) for key in kept]


def test_a_very_long_draft_is_carried_in_no_time() -> None:
    lines = [f"第{n}段，{wrapped(f'k{n}', f'{n}个')}项目有序推进。" for n in range(8000)]
    long = unwrapped("\n".join(lines))
    began = time.perf_counter()
    found = carried(long, long.text.replace("第4000段，4000个", "第4000段，改了4001个"))
    assert time.perf_counter() - began < 5
    assert len(found.marks) == 7999
    whole = unwrapped("".join(lines))  # one line of 8000 sentences
    assert len(carried(whole, whole.text.replace("第4000段，4000个", "第4000段，改了4001个")).marks) == 7999
    assert time.perf_counter() - began < 10
