"""认数：按写的样子认出亿元、万元、个、项、%、个百分点、成、倍、第几，连同“近、超、多”和四舍五入容许的范围。

Offsets are those of the text as given: every normalisation is one character for one character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xushi.documents.checking.units import ARABIC_ONLY, COUNTERS, LENGTHS, NOT_UNITS, UNIT, Kind, scaled_unit

__all__ = ["Kind", "Quantity", "numeral", "plain", "quantities"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number with its unit as printed; low and high bound what it may stand for."""

    start: int
    end: int
    text: str
    kind: Kind
    unit: str
    value: Decimal
    low: Decimal
    high: Decimal
    hedged: bool = False

    @property
    def exact(self) -> bool:
        return self.low == self.high


_FULL = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_KEPT = {ord(mark): None for mark in "，；：（）！？"}
_WIDE = {full: half for full, half in _FULL.items() if full not in _KEPT}
_MARKS = {
    ord(","): "，",
    ord(";"): "；",
    ord("("): "（",
    ord(")"): "）",
    ord("?"): "？",
    ord("!"): "！",
    0x3000: " ",
}
_MARKS |= {ord(dash): "—" for dash in "–－~～―‐‑−"} | {ord("﹪"): "%", ord("\t"): "\t", 0xA0: " "}
_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_COLON = re.compile(r"(?<!\d):|:(?!\d{1,2})")


def plain(text: str) -> str:
    """Full-width digits made half-width, marks made Chinese; of the same length, so that offsets hold."""
    regular = text.translate(_WIDE).translate(_MARKS)
    regular = _COLON.sub("：", regular)
    return _THOUSANDS.sub(",", regular)


_DIGIT = {
    mark: number
    for number, marks in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for mark in marks
}
_TENS = {"十": 10, "百": 100, "千": 1000}


def numeral(text: str) -> Decimal:
    """二十七 → 27, 一百零五 → 105, 三万 → 30000, 半 → 0.5."""
    if text == "半":
        return Decimal("0.5")
    total = section = digit = 0
    for mark in text:
        if mark in _DIGIT:
            digit = _DIGIT[mark]
        elif mark in _TENS:
            section += (digit or (0 if section else 1)) * _TENS[mark] or _TENS[mark]
            digit = 0
        else:  # 万
            total += (section + digit or 1) * 10_000
            section = digit = 0
    return Decimal(total + section + digit)


def number_in(written: str) -> int:
    """12 → 12, 十二 → 12."""
    return int(written) if written.isdecimal() else int(numeral(written))


ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.\d{1,8})?"  # longer runs are codes, not quantities
CHINESE = r"[零〇一二两三四五六七八九十百千万]{1,12}"
BEFORE = (
    r"(?P<before>将近|接近|不足|不到|大约|超过|突破|刚过|略超|(?<![最附邻])近|(?<![签节合契违履预公制])约|超|逾"
    r"|至少|不少于|不低于|不超过)?"
)
MID = r"(?P<mid>多|余)?"
DEED = (
    "(?:开工|完成|签约|竣工|投入|办结|引进|实现|化解|销号|出)"  # 比去年的248个多开工33个: the 多 is of these
)
_AFTER_COUNTER = r"(?![百月]|方面|多月)"
_NOT_AFTER = r"(?<![\d.A-Za-z第〔\-—/:零〇一二两三四五六七八九])"

_DATES = re.compile(
    r"\d{4}\s*—\s*\d{4}\s*年|\d{4}\s*年(?:度)?(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?(?!来)|\d{1,2}\s*月\s*\d{1,2}\s*日"
    r"|\d{1,2}\s*[—\-至到]\s*\d{1,2}\s*月份?|\d{1,2}\s*月份?(?=[^\u4e00-\u9fff]|[\u4e00-\u9fff])"
    r"|〔\d{4}〕\s*\d+\s*号|\d{1,2}:\d{2}(?::\d{2})?|[一二三四]季度|\d{4}[—-]\d{7,}"
)
_QUOTED = re.compile(r"[“\"『「][^”\"』」]{1,12}[”\"』」]")
_THRESHOLD = re.compile(
    rf"(?P<number>{ARABIC}|{CHINESE})?\s*(?P<unit>亿元|万元|亿|万)(?:及)?(?P<after>以上|以下|以内|级)"
    rf"|(?P<number2>{ARABIC}|{CHINESE})\s*(?P<unit2>亩|平方米|个|%|天|个月)(?:及)?(?P<after2>以上|以下|以内)(?=的|项目|企业)"
    rf"|\d{{1,6}}\s*(?:亿元?|万元?)?\s*—\s*\d{{1,6}}\s*(?:亿元?|万元)(?=的|（|项目|\s*\d)"
    rf"|(?<=超)(?:百|千|十)?[万亿]元(?=的)"
)
_RANK = re.compile(
    rf"第\s*(?P<number>{ARABIC}|{CHINESE})\s*(?P<unit>名|位|批|次|季度|期|轮|号|条|章|步|届|个|产业|一)?"
)
_RANKED = re.compile(
    r"(?:排名|排位|位次|名次|位居|列|居|排|升至|降至|升到|降到|提升至|上升至|下降至|滑至|跌至|进到|滑落至|退至|落至|跃升至|前移至|后移至|由|从)[^，。；、]{0,10}$"
)
_FRACTION = re.compile(
    rf"{BEFORE}(?:百分之(?P<hundredths>{ARABIC}|{CHINESE}(?:点{CHINESE})?)|(?P<lower>{CHINESE})分之(?P<upper>{CHINESE})|(?P<half>一半|半数))(?P<mid>多)?"
)
_TENTHS = re.compile(
    rf"{BEFORE}(?P<tens>[一二两三四五六七八九])成(?P<ones>[一二三四五六七八九])(?![个项家户人名年月天])(?P<mid>多|左右)?"
)
_SPAN = re.compile(
    rf"{_NOT_AFTER}(?P<from>{ARABIC})\s*(?P<unit0>%|亿元?|万元|个)?\s*[—\-至到]\s*(?P<to>{ARABIC})\s*(?P<unit>{UNIT})"
)
_NUMBER = re.compile(
    rf"{BEFORE}{_NOT_AFTER}(?P<number>{ARABIC}|{CHINESE})\s*{MID}\s*(?P<unit>{UNIT})(?:/(?:立方米|平方米|公里|小时|升|亩|吨))?{_AFTER_COUNTER}(?P<mid2>(?:多|余)(?!\s*\d)(?!{DEED}[^，。；]{{0,2}}\d))?(?P<after>左右|上下|以上|以下|以内)?"
)
_NAMES_BEFORE = ("每", "某", "这", "那", "几", "数", "各", "同", "另", "前")  # 每个, 前20名

_TIME_BEFORE = ("目前", "当前", "日前", "此前", "月前", "年前")


def quantities(text: str) -> list[Quantity]:
    """Every quantity of a text that `plain` has made regular, in order; dates, names in quotes and codes are none."""
    taken = _masked(text)
    found: list[Quantity] = []
    for reader in (_thresholds, _tenths, _fractions, _ranks, _spans, _numbers):
        for quantity in reader(text):
            if not any(taken[quantity.start : quantity.end]):
                found.append(quantity)
                for place in range(quantity.start, quantity.end):
                    taken[place] = 1
    return sorted(found, key=lambda one: one.start)


def _masked(text: str) -> bytearray:
    taken = bytearray(len(text))
    for pattern in (_DATES, _QUOTED):
        for match in pattern.finditer(text):
            if (
                pattern is _DATES
                and match.group().endswith("月")
                and text[match.end() : match.end() + 1] in ("之",)
            ):
                continue
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    return taken


def _thresholds(text: str) -> Iterator[Quantity]:
    for match in _THRESHOLD.finditer(text):
        start, end = match.span()
        yield Quantity(start, end, match.group(), Kind.THRESHOLD, "", Decimal(0), Decimal(0), Decimal(0))


def _tenths(text: str) -> Iterator[Quantity]:
    """九成五 → 95 of a hundred."""
    for match in _TENTHS.finditer(text):
        value, slack = Decimal(_DIGIT[match["tens"]] * 10 + _DIGIT[match["ones"]]), Decimal("0.5")
        before, mid = match["before"] or "", match["mid"] or ""
        low, high = _hedged(value, slack, before, mid, Decimal(1))
        yield _made(match, Kind.PERCENT, "%", value, low, high, bool(before or mid))


def _ranks(text: str) -> Iterator[Quantity]:
    for match in _RANK.finditer(text):
        unit = match["unit"] or ""
        ranked = unit in ("名", "位") or (
            not unit and _RANKED.search(text[max(0, match.start() - 14) : match.start()])
        )
        value = _value(match["number"])
        kind, unit = (Kind.RANK, "名") if ranked else (Kind.SERIAL, unit)
        yield Quantity(match.start(), match.end(), match.group().strip(), kind, unit, value, value, value)


def _fractions(text: str) -> Iterator[Quantity]:
    for match in _FRACTION.finditer(text):
        if match["hundredths"]:
            value, slack = _spoken(match["hundredths"])
        elif match["half"]:
            value, slack = Decimal(50), Decimal(2)
        else:
            lower = numeral(match["lower"])
            if not lower:
                continue
            value, slack = numeral(match["upper"]) / lower * 100, Decimal("2.5")
        before, mid = match["before"] or "", match["mid"] or ""
        low, high = _hedged(value, slack, before, mid, Decimal(10), narrow=not match["hundredths"])
        if not match["hundredths"] and text.startswith("以上", match.end()):
            low, high = (
                Decimal(0),
                Decimal(100),
            )  # 三分之二以上 is no number: the words are held to the two beside them
        yield _made(match, Kind.PERCENT, "%", value, low, high, bool(before or mid))


def _spans(text: str) -> Iterator[Quantity]:
    for match in _SPAN.finditer(text):
        kind, unit, factor = scaled_unit(match["unit"])
        first, last = (Decimal(match[name].replace(",", "")) * factor for name in ("from", "to"))
        if first < last:
            yield _made(match, kind, unit, (first + last) / 2, first, last, hedged=True)


def _numbers(text: str) -> Iterator[Quantity]:
    place = 0
    while match := _NUMBER.search(text, place):
        place = match.start() + 1
        written = match["number"]
        kind, unit, factor = scaled_unit(match["unit"])
        if _no_quantity(text, match, written, "亿" if match["unit"] == "亿" else unit):
            continue
        place = match.end()
        value = _value(written)
        slack = _slack(written, match["unit"], kind, unit, factor)
        if match["unit"] == "成":
            value *= 10
        before, mid = match["before"] or "", match["mid"] or match["mid2"] or match["after"] or ""
        low, high = _hedged(value, slack, before, mid, _step(written, match["unit"]))
        yield _made(match, kind, unit, value * factor, low * factor, high * factor, bool(before or mid))


def _slack(written: str, printed: str, kind: Kind, unit: str, factor: Decimal) -> Decimal:
    """Half of the last digit where a number may have been rounded; a plain count has none."""
    places = len(written.partition(".")[2])
    if printed == "成":
        return Decimal("2.5")
    if not places and factor == 1 and (kind is Kind.COUNT or (kind is Kind.OTHER and unit not in LENGTHS)):
        return Decimal(0)
    return Decimal(5).scaleb(-places - 1)


def _made(
    match: "re.Match[str]", kind: Kind, unit: str, value: Decimal, low: Decimal, high: Decimal, hedged: bool
) -> Quantity:
    return Quantity(match.start(), match.end(), match.group().strip(), kind, unit, value, low, high, hedged)


def _no_quantity(text: str, match: "re.Match[str]", written: str, unit: str) -> bool:
    """A unit that is part of another word, a number that is part of a name."""
    after = text[match.end("unit") : match.end("unit") + 1]
    before = text[max(0, match.start() - 1) : match.start()]
    if text[max(0, match.start() - 2) : match.start()] in _TIME_BEFORE:
        before = ""  # 目前65个; 前20名 is a name
    if (after and after in NOT_UNITS.get(unit, "")) or _named(before, written):
        return True
    if unit == "次" and len(written) == 1 and written in _DIGIT:  # 二次创业
        return True
    slogan = text.startswith("国家级", match.end("unit"))  # 五个国家级
    return written[0] not in "0123456789" and (slogan or _no_numeral(written, unit))


def _named(before: str, written: str) -> bool:
    """每个, 这三个 count nothing; 这78个 tells a number again, 天数358天 and 合同124份 tell one."""
    return before in _NAMES_BEFORE and not (before in ("这", "那", "数", "同") and written[0] in "0123456789")


def _no_numeral(written: str, unit: str) -> bool:
    """A Chinese numeral that counts nothing: 一个, 万元, 一位, 三期."""
    if unit in ARABIC_ONLY:
        return True
    if unit == "组" and len(written) == 1:
        return True  # 一组查看18个，二组查看16个
    if unit in ("元", "亿", "年", "分", "米", "次", "天", "位", "人", "名") and len(written) == 1:
        return unit in ("元", "亿", "年", "分", "天") or written in "一万千百"
    if written in ("一", "万", "千", "百", "十") and unit != "%":
        return written != "十" or unit not in COUNTERS
    return False


def _value(written: str) -> Decimal:
    return Decimal(written.replace(",", "")) if written[0] in "0123456789" else numeral(written)


def _spoken(written: str) -> tuple[Decimal, Decimal]:
    """百分之六十七点二 → 67.2 with its rounding."""
    if written[0] in "0123456789":
        return Decimal(written.replace(",", "")), Decimal(5).scaleb(-len(written.partition(".")[2]) - 1)
    whole, _, rest = written.partition("点")
    digits = "".join(str(_DIGIT.get(mark, 0)) for mark in rest)
    return numeral(whole) + (Decimal(f"0.{digits}") if digits else 0), Decimal(5).scaleb(-len(digits) - 1)


def _step(written: str, unit: str) -> Decimal:
    """The size of the last digit that says something: 60 → 10, 100 → 100, 205.5 → 0.1."""
    if unit == "成":
        return Decimal(10)
    if "." in written:
        return Decimal(1).scaleb(-len(written.partition(".")[2]))
    number = int(_value(written))
    step = 1
    while number and number % (step * 10) == 0:
        step *= 10
    return Decimal(step)


def _hedged(
    value: Decimal, slack: Decimal, before: str, mid: str, step: Decimal, *, narrow: bool = False
) -> tuple[Decimal, Decimal]:
    """What a number with 近, 约, 超, 多 around it may stand for."""
    if mid in ("多", "余") or before in ("超过", "超", "逾", "突破", "刚过", "略超"):
        more = max(step, value * Decimal("0.1"))
        return value, value + (more if not narrow else Decimal(10))
    if before in ("近", "将近", "接近", "不足", "不到", "不超过"):
        return value - max(step, value * Decimal("0.12")), value
    if before in ("约", "大约") or mid in ("左右", "上下"):
        wide = max(slack, value * Decimal("0.05"))
        return value - wide, value + wide
    if before in ("至少", "不少于", "不低于") or mid == "以上":
        return value, value * 2
    if mid in ("以下", "以内"):
        return Decimal(0), value
    return value - slack, value + slack
