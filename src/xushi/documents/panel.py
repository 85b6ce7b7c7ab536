"""勾稽页右边的一栏：每处写了多少、算得多少、由哪几个数来、能怎么改；左边的提纲；正文里的标记。"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xushi.documents.checking import Finding, Severity
from xushi.documents.checking.judging import Checked, Claim, Claimed, shown
from xushi.documents.checking.quantities import Kind, Quantity
from xushi.documents.laying import Line, Span, laid
from xushi.documents.marking import Mark
from xushi.documents.mending import mend_of, swapped
from xushi.documents.models import FindingAnswer
from xushi.documents.review import Reviewed, key_of
from xushi.documents.sourced import Sourced

NAMES = {
    Claimed.MEAN: "平均数", Claimed.SUM: "合计", Claimed.WITHIN: "“其中”的数", Claimed.DIFFERENCE: "相差",
    Claimed.GROWTH: "增减幅度", Claimed.DIRECTION: "升降", Claimed.RANK: "位次", Claimed.DATE: "日期",
    Claimed.SERIAL: "编号", Claimed.TWICE: "前后两处", Claimed.TABLE: "表里的合计", Claimed.DATABASE: "这个数",
    Claimed.ADJECTIVE: "这句话",
}  # fmt: skip
SIGNS = {
    Claimed.RATIO: "两数相除",
    Claimed.MEAN: "总数除以个数",
    Claimed.SUM: "各部分相加",
    Claimed.DIFFERENCE: "两数相减",
}
_LEAD = re.compile(
    r"^(?:[个项家件条户路座](?:项目)?[中里]?|[一二三四五六七八九十]是)+"
)  # 364个中已开工, 二是全区…
_RATE = re.compile(r"[\u4e00-\u9fff]{1,4}率(?=[^率，。；]{0,4}$)")
_EDGE = re.compile(r"[，。；：、（），,;:()\s\d%]|亿元|万元|其中|月份")
_DUE = re.compile(r"^序时(?P<rate>[\d.]+)%$")
_PERCENT = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*%")
MOST_OTHERS = 3
NAMELESS = "这个数"


@dataclass(frozen=True, slots=True)
class Operand:
    """A number that the claim is made of; href opens its rows where it has a source."""

    label: str
    printed: str
    anchor: str = ""
    href: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from, in words, and the address of its rows."""

    words: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """What was printed beside what is so, on a line of 0–100."""

    claimed: Decimal
    computed: Decimal
    due: Decimal | None


@dataclass(frozen=True, slots=True)
class Card:
    """One finding as the panel shows it."""

    number: int
    key: str
    finding: Finding
    title: str
    operands: tuple[Operand, ...]
    sign: str
    fine: str
    allowed: str
    bar: Bar | None
    leaning: str
    otherwise: str
    hint: str
    mend: str
    others: tuple[str, ...]
    answer: FindingAnswer | None

    @property
    def anchor(self) -> str:
        return f"f{self.number}"

    @property
    def warning(self) -> bool:
        return self.finding.severity is Severity.WARNING


@dataclass(frozen=True, slots=True)
class Section:
    """A heading in the outline, with how many wrong numbers stand below it."""

    words: str
    anchor: str
    deep: bool
    wrong: int


@dataclass(frozen=True, slots=True)
class Page:
    """The draft with its marks, the outline, the cards and the counts."""

    lines: list[Line]
    outline: list[Section]
    cards: list[Card]
    held: int
    wrong: int
    warned: int
    settled: int
    unlinked: tuple[Operand, ...]
    confirmed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> int:
        return self.held + self.confirmed + self.wrong + self.warned

    @property
    def left(self) -> int:
        return self.wrong - self.settled


def page_of(text: str, reviewed: Reviewed, marks: Sequence[Mark], figures: Mapping[str, Sourced]) -> Page:
    """Everything the check page shows of one draft."""
    checked = reviewed.checked
    sources = _sources(checked, marks, figures)
    claims = {(claim.start, claim.kind): claim for claim in checked.claims if not claim.held}
    ordered = sorted(checked.findings, key=lambda one: (one.severity is Severity.WARNING, one.start))
    cards = [
        _card(number, one, claims.get((one.start, one.kind)), text, checked, sources, reviewed.answers)
        for number, one in enumerate(ordered, 1)
    ]
    lines = laid(text, list(_spans(text, cards, checked, marks, figures)))
    held = sum(claim.held for claim in checked.by_text)
    wrong = [card for card in cards if not card.warning]
    return Page(
        lines=lines, outline=list(_outline(lines, cards)), cards=cards, held=held, wrong=len(wrong),
        warned=len(cards) - len(wrong), settled=sum(card.answer is not None for card in wrong),
        unlinked=tuple(
            Operand(label_of(text, one.start).replace(NAMELESS, ""), one.text, f"u{one.start}")
            for one in checked.unlinked
            if one.start >= 0
        ),
        confirmed=sum(claim.held for claim in checked.by_database), notes=checked.notes,
    )  # fmt: skip


def _sources(checked: Checked, marks: Sequence[Mark], figures: Mapping[str, Sourced]) -> dict[int, Source]:
    """Where the number that begins at a place comes from: what printed it, else what the database says is the same."""
    told = {
        claim.start: Source(f"{claim.source.label}，{claim.source.when}", claim.source.rows)
        for claim in checked.by_database
        if claim.held and claim.source
    }
    printed = {mark.start: figures[mark.key] for mark in marks if mark.key in figures}
    return told | {start: Source(f"{one.label}，{one.when}", one.rows) for start, one in printed.items()}


def label_of(text: str, start: int) -> str:
    """What a number is of, by the words before it: 累计完成投资, 当年实施项目."""
    before = text[max(0, start - 16) : start].replace("**", "")
    edges = [found.end() for found in _EDGE.finditer(before)]
    words = _LEAD.sub("", before[edges[-1] if edges else 0 :].split("\n")[-1])
    return words.strip("的为达是约近共#| 　") or NAMELESS


def _card(
    number: int,
    finding: Finding,
    claim: Claim | None,
    text: str,
    checked: Checked,
    sources: Mapping[int, Source],
    answers: Mapping[str, FindingAnswer],
) -> Card:
    mend = mend_of(text, finding)
    key = key_of(finding)
    turned = swapped(finding.claimed, finding.computed)
    return Card(
        number=number, key=key, finding=finding, title=_title(finding, text),
        operands=tuple(_operands(finding, claim, text, sources)), sign=SIGNS.get(finding.kind, "算得"),
        fine=_fine(claim), allowed="—".join(dict.fromkeys(finding.allowed or ())), bar=_bar(finding, checked),
        leaning=_leaning(finding), otherwise=_otherwise(finding, claim, text),
        hint=f"像是“{turned}”两位写颠倒。" if turned else "", mend=mend.label if mend else "",
        others=tuple(_others(finding, claim, checked)), answer=answers.get(key),
    )  # fmt: skip


def _title(finding: Finding, text: str) -> str:
    name = NAMES.get(finding.kind, "")
    if finding.kind is Claimed.RATIO:
        before = text[max(0, finding.start - 24) : finding.start]
        clause = re.split(r"[，。；：,;:]", before)[-1]
        rate = _RATE.search(clause)
        name = (
            rate.group() if rate else "完成率" if "完成" in clause else "占比" if "占" in clause else "比率"
        )
    found = "库里" if finding.kind is Claimed.DATABASE else "算得"
    computed = f"，{found}{finding.computed}" if finding.computed else ""
    return f"{name}写{finding.claimed}{computed}"


def _operands(
    finding: Finding, claim: Claim | None, text: str, sources: Mapping[int, Source]
) -> Iterator[Operand]:
    if finding.source is not None:
        yield Operand(
            finding.source.label, finding.source.printed, "", finding.source.rows, finding.source.when
        )
        return
    if claim is None:
        yield from (Operand("", words) for words in finding.operands if not _DUE.match(words))
        return
    for one in claim.operands:
        source = sources.get(one.start)
        yield Operand(
            label_of(text, one.start) if one.start >= 0 else "", one.text, f"o{one.start}" if one.start >= 0 else "",
            source.rows if source else "", source.words if source else "",
        )  # fmt: skip
    yield from (Operand("", words) for words in claim.named if not _DUE.match(words))


def _fine(claim: Claim | None) -> str:
    """The computed value with two places more than is printed."""
    if claim is None or claim.computed is None or claim.kind not in SIGNS:
        return ""
    return f"{claim.computed:.2f}%" if claim.unit == "%" else shown(claim.computed, claim.unit, claim.printed)


def _bar(finding: Finding, checked: Checked) -> Bar | None:
    claimed, computed = _PERCENT.search(finding.claimed), _PERCENT.search(finding.computed)
    if finding.kind is not Claimed.RATIO or claimed is None or computed is None:
        return None
    leaning = {start for start, _, _ in finding.dependents}
    named = [words for claim in checked.claims if claim.start in leaning for words in claim.named]
    due = next((found["rate"] for words in named if (found := _DUE.match(words))), None)
    values = Decimal(claimed["value"]), Decimal(computed["value"])
    return Bar(*values, Decimal(due) if due else None) if max(values) <= 100 else None


def _leaning(finding: Finding) -> str:
    """What falls with the wrong number: “达超序时进度”不成立，比序时慢8.3个百分点."""
    said = [part for part in finding.words.split("；") if "不成立" in part]
    return "；".join(said)


def _otherwise(finding: Finding, claim: Claim | None, text: str) -> str:
    """What the part would have to be if the printed rate were right."""
    claimed = _PERCENT.search(finding.claimed)
    if claim is None or claimed is None or claim.kind is not Claimed.RATIO or len(claim.operands) != 2:
        return ""
    part, whole = claim.operands
    if part.kind is not Kind.MONEY:
        return ""
    would = shown(whole.value * Decimal(claimed["value"]) / 100, "元", _one_place(part.text))
    return f"若{finding.claimed}无误，{label_of(text, part.start)}应为{would}。"


def _one_place(printed: str) -> str:
    return printed if "." in printed else re.sub(r"(\d)(?=\D*$)", r"\1.0", printed, count=1)


def _others(finding: Finding, claim: Claim | None, checked: Checked) -> Iterator[str]:
    """The same part divided by the other numbers of its kind nearby: perhaps another whole was meant."""
    if claim is None or claim.kind is not Claimed.RATIO or len(claim.operands) != 2:
        return
    part, whole = claim.operands
    seen, told = {whole.value}, 0
    for one in sorted(_like(part, checked), key=lambda other: abs(other.start - claim.start)):
        if one.value in seen or one.start == part.start or one.value <= part.value:
            continue
        seen.add(one.value)
        rate = part.value / one.value * 100
        yield f"{part.text} ÷ {one.text} = {rate:.2f}%"
        told += 1
        if told == MOST_OTHERS:
            return


def _like(part: Quantity, checked: Checked) -> Iterator[Quantity]:
    for claim in checked.claims:
        yield from (one for one in claim.operands if one.kind is part.kind and one.unit == part.unit)
    yield from (one for one in checked.unlinked if one.kind is part.kind and one.unit == part.unit)


def _spans(
    text: str, cards: Sequence[Card], checked: Checked, marks: Sequence[Mark], figures: Mapping[str, Sourced]
) -> Iterator[Span]:
    for card in cards:
        finding = card.finding
        kind = "warned" if card.warning else "wrong"
        if finding.start >= 0:
            yield Span(finding.start, finding.end, kind, card.number, f"t{card.number}", title=card.title)
        for start, end in finding.spans:
            yield Span(start, end, "operand", card.number, f"o{start}", title=label_of(text, start))
        for start, end, _ in finding.dependents:
            yield Span(start, end, "leaning", card.number, title=card.leaning)
    yield from figure_spans(marks, figures)
    for claim in checked.by_database:
        if claim.held and claim.source:
            told = f"{claim.source.label}{claim.source.printed}，{claim.source.when}，{claim.source.standing}"
            yield Span(claim.start, claim.end, "figure", 0, "", claim.source.rows, told)
    for one in checked.unlinked:
        if one.start >= 0:
            yield Span(one.start, one.end, "unlinked", 0, f"u{one.start}", title="稿里没有别的数可比")


def figure_spans(marks: Sequence[Mark], figures: Mapping[str, Sourced]) -> Iterator[Span]:
    """Numbers that have a source: each opens its rows."""
    for mark in marks:
        if source := figures.get(mark.key):
            told = f"{source.label}，{source.scope}，截至{source.when}"
            yield Span(mark.start, mark.end, "figure", 0, "", source.rows, told)


def _outline(lines: Sequence[Line], cards: Sequence[Card]) -> Iterator[Section]:
    """Headings of the first two levels; a chapter counts what stands in its sections too."""
    heads = [line for line in lines if line.kind in ("h1", "h2")]
    if not heads:
        return
    places = [card.finding.start for card in cards if not card.warning and card.finding.start >= 0]
    if any(place < heads[0].start for place in places) or lines[0] is not heads[0]:
        yield Section("标题与抬头", "s0", deep=False, wrong=sum(place < heads[0].start for place in places))
    for number, line in enumerate(heads):
        ends = (other.start for other in heads[number + 1 :] if other.kind == "h1" or line.kind == "h2")
        end = next(ends, None)
        wrong = sum(line.start <= place and (end is None or place < end) for place in places)
        yield Section(_heading(line), line.anchor, deep=line.kind == "h2", wrong=wrong)


def _heading(line: Line) -> str:
    return "".join(piece.words for piece in line.pieces if piece.bold)[:24] or line.words[:24]
