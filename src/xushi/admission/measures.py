"""准入的数和门槛：企业报哪几个数，从中算出哪几项，各按什么单位、几位小数。"""

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from xushi.core.money import half_up, plain

MOST = 10**15
MILLI = 1000  # thresholds are stored in thousandths


class Item(StrEnum):
    """申报的数; stored as a whole number of the smallest part: 元, 0.01亩, 0.01吨标煤."""

    INVESTMENT = "investment"
    LAND = "land"
    OUTPUT = "output"
    TAX = "tax"
    ENERGY = "energy"
    RND = "rnd"

    @property
    def label(self) -> str:
        return _ITEMS[self][0]

    @property
    def unit(self) -> str:
        return _ITEMS[self][1]

    @property
    def scale(self) -> int:
        """How many stored parts make one of the unit that people write."""
        return _ITEMS[self][2]

    @property
    def at_most(self) -> bool:
        """Land and energy are promised not to be exceeded."""
        return self in (Item.LAND, Item.ENERGY)

    @property
    def yearly(self) -> bool:
        """Promised for each year once in full production; investment and land are reached once."""
        return self not in (Item.INVESTMENT, Item.LAND)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in cls]

    def said(self, amount: int) -> str:
        """62,000万元, 88亩."""
        return f"{self.number(amount)}{self.unit}"

    def number(self, amount: int) -> str:
        whole, _, part = plain(Decimal(amount) / self.scale).partition(".")
        grouped = f"{int(whole):,}"
        return f"{grouped}.{part}" if part else grouped

    def amount_of(self, text: str) -> int:
        """What was typed as stored parts; ValueError with a sentence where it is no such amount."""
        try:
            parts = Decimal(text.strip().replace(",", "").replace("，", "")) * self.scale
        except InvalidOperation:
            raise ValueError(f"“{text[:20]}”不是数，{self.label}请只填数字，单位是{self.unit}。") from None
        if not parts.is_finite() or parts < 0 or parts > MOST:
            raise ValueError(f"“{text[:20]}”不合理，请核对{self.label}，单位是{self.unit}。")
        if parts != parts.to_integral_value():
            finest = plain(Decimal(1) / self.scale)
            raise ValueError(f"{self.label}最细填到{finest}{self.unit}，请核对“{text[:20]}”。")
        return int(parts)


_ITEMS = {
    Item.INVESTMENT: ("固定资产投资", "万元", 10_000),
    Item.LAND: ("用地", "亩", 100),
    Item.OUTPUT: ("达产年产值", "万元", 10_000),
    Item.TAX: ("达产年税收", "万元", 10_000),
    Item.ENERGY: ("年能耗", "吨标煤", 100),
    Item.RND: ("年研发投入", "万元", 10_000),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """企业的数, in stored parts of each item."""

    investment: int
    land: int
    output: int
    tax: int
    energy: int
    rnd: int

    def of(self, item: Item) -> int:
        found: int = getattr(self, item.value)
        return found

    def worth(self, item: Item) -> Decimal:
        """In the unit people write."""
        return Decimal(self.of(item)) / item.scale

    def having(self, item: Item, amount: int) -> "Numbers":
        return replace(self, **{item.value: amount})


class Measure(StrEnum):
    """门槛项: five are computed of the numbers, three are judged in words."""

    INVESTMENT_PER_MU = "investment_per_mu"
    OUTPUT_PER_MU = "output_per_mu"
    TAX_PER_MU = "tax_per_mu"
    ENERGY_PER_OUTPUT = "energy_per_output"
    RND_SHARE = "rnd_share"
    FIT = "fit"
    ENVIRONMENT = "environment"
    BREACH = "breach"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_computed(self) -> bool:
        return self in _COMPUTED

    @property
    def formula(self) -> "Formula":
        """Only of a computed one."""
        return _COMPUTED[self]

    @property
    def unit(self) -> str:
        return _COMPUTED[self].unit if self.is_computed else ""

    @property
    def at_most(self) -> bool:
        return self.is_computed and _COMPUTED[self].at_most

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(measure.value, measure.label) for measure in cls]

    def said(self, value: Decimal | None) -> str:
        """The value as it is printed, half-up to the measure's own places."""
        return "—" if value is None else f"{half_up(value, self.formula.places):,}"


@dataclass(frozen=True, slots=True)
class Formula:
    """top ÷ bottom × times, in unit; places are those printed, a comparison is of the unrounded value."""

    top: Item
    bottom: Item
    unit: str
    places: int
    at_most: bool = False
    times: int = 1


_COMPUTED = {
    Measure.INVESTMENT_PER_MU: Formula(Item.INVESTMENT, Item.LAND, "万元/亩", 0),
    Measure.OUTPUT_PER_MU: Formula(Item.OUTPUT, Item.LAND, "万元/亩", 0),
    Measure.TAX_PER_MU: Formula(Item.TAX, Item.LAND, "万元/亩", 1),
    Measure.ENERGY_PER_OUTPUT: Formula(Item.ENERGY, Item.OUTPUT, "吨标煤/万元", 3, at_most=True),
    Measure.RND_SHARE: Formula(Item.RND, Item.OUTPUT, "%", 1, times=100),
}
_LABELS = {
    Measure.INVESTMENT_PER_MU: "投资强度",
    Measure.OUTPUT_PER_MU: "亩均产出",
    Measure.TAX_PER_MU: "亩均税收",
    Measure.ENERGY_PER_OUTPUT: "产值能耗",
    Measure.RND_SHARE: "研发投入占比",
    Measure.FIT: "主导产业",
    Measure.ENVIRONMENT: "环境准入",
    Measure.BREACH: "违约责任",
}
COMPUTED = tuple(_COMPUTED)
JUDGED = tuple(measure for measure in Measure if measure not in _COMPUTED)


def threshold_of(measure: Measure, text: str) -> int:
    """A threshold as typed, in thousandths; ValueError with a sentence where it is none."""
    try:
        parts = Decimal(text.strip().replace(",", "")) * MILLI
    except InvalidOperation:
        raise ValueError(f"“{text[:20]}”不是数，{measure.label}的门槛单位是{measure.unit}。") from None
    if not parts.is_finite() or parts <= 0 or parts > MOST or parts != parts.to_integral_value():
        raise ValueError(f"{measure.label}的门槛要大于0，最多三位小数，请核对“{text[:20]}”。")
    return int(parts)


def threshold_text(milli: int) -> str:
    """A threshold as it is typed: 500, 0.1, 35."""
    return plain(Decimal(milli) / MILLI)
