"""勾稽多快：一百页、五百页的稿子，和专门为难它的字，各要几秒。

`python -m bench.checking` prints seconds; a page is 620 characters, as official documents are set (22 lines of 28).
"""

import sys
import time
from collections.abc import Iterator

from xushi.documents.checking import check

PAGE = 620
UNEVEN = 1.3  # how much longer than five times a hundred pages five hundred may take
_PARAGRAPH = (
    "（{n}）区级重点项目推进情况。今年，全区共安排区级重点项目450个，当年实施项目364个，总投资2955.4亿元，当年计划投资612.8亿元。"
    "1—8月份，已开工300个，开工率82.4%；累计完成投资412亿元，完成年度投资计划的67.2%，达超序时进度。其中，重点产业项目97个，"
    "当年实施项目76个，已开工62个，开工率81.6%；完成投资184.3亿元，完成年度计划投资的66.8%。工业固投增幅由上半年的10.7%下降至"
    "1—7月的6.5%，回落4.2个百分点；第{n}批问题事项110个，已解决99个，办结率90%，其余11个限期办结。\n"
)


def pages(number: int) -> str:
    """So many pages of text like that of a report."""
    text = ""
    count = 0
    while len(text) < number * PAGE:
        count += 1
        text += _PARAGRAPH.format(n=count)
    return text[: number * PAGE]


def nasty() -> Iterator[tuple[str, str]]:
    """What makes a careless reader slow: no marks, no end, nothing but numbers, nothing but 其中."""
    yield "十万个数字", "7" * 100_000
    yield "十万个汉字数字", "十" * 100_000
    yield "没有标点的数", "已开工300个" * 15_000
    yield "没有标点的率", "完成84.2%" * 15_000
    yield "层层其中", "其中" * 50_000
    yield "其中套数", "其中3个" * 25_000
    yield "括号套括号", "（其中" * 30_000 + "3个"
    yield "全是由", "由" * 100_000
    yield "全是分别", "分别1个、" * 20_000
    yield "全是合计", "1个、合计2个" * 12_000
    yield "全是从到", "从1个到2个增加1个" * 8_000
    yield "一行表", "1\t" * 50_000
    yield "竖线", "|1" * 50_000
    yield "千张小表", "甲\t1\n乙\t2\n合计\t3\n\n" * 3_000
    yield "长表", "名称\t数\n" + "甲\t1\n" * 30_000 + "合计\t30000\n"
    yield "许多合计行", "名称\t数\n" + "合计\t1\n" * 20_000
    yield "全是日子", "9月31日" * 20_000
    yield "全是编号", "1号至16号共16件" * 9_000
    yield "空白", " " * 100_000 + "\n" * 100_000


def timed(text: str) -> float:
    started = time.perf_counter()
    check(text)
    return time.perf_counter() - started


def main() -> None:
    timed(pages(1))  # the patterns are compiled once
    taken = {number: timed(pages(number)) for number in (100, 500)}
    for number, seconds in taken.items():
        print(f"{number}页：{seconds:.2f}秒，一页{seconds / number * 1000:.1f}毫秒")
    if taken[500] > 5 * taken[100] * UNEVEN:
        sys.exit("五百页比五个一百页慢得多：有哪种读法随文长平方地慢下去了，用cProfile看是哪一种。")
    for name, text in nasty():
        print(f"{name}（{len(text)}字）：{timed(text):.2f}秒")


if __name__ == "__main__":
    main()
