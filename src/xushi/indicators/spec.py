"""One immutable specification of an assessment. What each word means: docs/indicators-format.md."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, StringConstraints, model_validator

from .spec_rules import (
    Combine,
    Combining,
    Decimals,
    Derive,
    Deriving,
    Impute,
    MinMax,
    Part,
    Score,
    Share,
    Text,
    Ties,
    Treat,
)

Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^.@\s][^.@\n]*$")]
Missing = Literal["redistribute", "zero", "floor", "block"]
Weighting = Literal["given", "relative", "equal", "entropy", "critic"]
Direction = Literal["positive", "negative", "interval"]


class Pending(Part):
    """A reference that is not out yet, and who owes it."""

    pending: Annotated[str, StringConstraints(min_length=1)]


class PerUnit(Part):
    units: dict[str, FiniteFloat | Pending]
    others: FiniteFloat | Pending | None = None


class FromData(Part):
    """A reference that stands in the data: another column, another period, or what the cohort had there."""

    data: Text | None = None
    period: Text | None = None
    of: Literal["own", "min", "max", "mean", "median", "best", "worst"] = "own"
    times: FiniteFloat = 1
    plus: FiniteFloat = 0

    @model_validator(mode="after")
    def _another_figure(self) -> "FromData":
        if self.data is None and self.period is None and self.of == "own":
            raise ValueError("要写 data（哪一列）、period（哪一期）或 of（同组的什么）")
        return self


Reference = FiniteFloat | FromData | Pending | PerUnit
Sourcing = Text | dict[str, Text]
"""Where what is written of a node comes from: all of it, or its marks, its weight, its score and each reference."""
MADE_UP = "示例"
Within = Text | tuple[Text, ...]
"""An attribute, or several that are to be shared together."""


class Defaults(Part):
    """What a node takes where it says nothing itself."""

    direction: Direction = "positive"
    derive: Deriving = Derive()
    impute: Impute | None = None
    treat: Treat | None = None
    score: Score = MinMax()
    missing: Missing = "redistribute"
    combine: Combining = Combine()
    weighting: Weighting = "given"
    source: Sourcing = ""


class Node(Part):
    """A group where others name it as their parent, else an indicator. What is unset comes from the defaults."""

    name: Text = ""
    parent: Text | None = None
    weight: Annotated[FiniteFloat, Field(ge=0)] | None = None
    marks: Annotated[FiniteFloat, Field(gt=0)] | None = None
    data: Text | None = None
    direction: Direction | None = None
    interval: tuple[FiniteFloat, FiniteFloat] | None = None
    derive: Deriving | None = None
    impute: Impute | None = None
    treat: Treat | Literal["none"] | None = None
    score: Score | None = None
    missing: Missing | None = None
    combine: Combining | None = None
    weighting: Weighting | None = None
    references: dict[str, Reference] = {}
    range: tuple[FiniteFloat, FiniteFloat] | None = None
    cohort: Within | None = None
    coverage: Share | None = None
    decimals: Decimals | None = None
    adjust_cap: Annotated[FiniteFloat, Field(ge=0)] | None = None
    source: Sourcing | None = None


class Adjustment(Part):
    """加减分、封顶、一票否决: at a node, for one unit or for all, dated and with its evidence."""

    node: str
    unit: str | None = None
    points: FiniteFloat | None = None
    veto: FiniteFloat | None = None
    gate: str | None = None
    below: FiniteFloat | None = None
    limit: FiniteFloat | None = None
    period: Text | None = None
    on: date | None = None
    evidence: str = ""


class Cohort(Part):
    """Who is compared with whom: everybody, or those that share an attribute, or several; or the named ones only."""

    by: Within | None = None
    only: tuple[str, ...] = ()


class Columns(Part):
    """Which column of a wide table names the units (unset: `unit`, else the first); which are no figures."""

    unit: str | None = None
    attributes: tuple[str, ...] = ()


class Ranking(Part):
    ties: Ties = "min"
    decimals: Decimals | None = None
    tie_breaker: Text | tuple[Text, ...] | None = None
    within: tuple[Text, ...] = ()
    """Attributes among whose sharers the units are ranked besides."""

    @property
    def breakers(self) -> tuple[str, ...]:
        return (self.tie_breaker,) if isinstance(self.tie_breaker, str) else self.tie_breaker or ()


class Choice(Part):
    """Something that could have been decided otherwise: a path of the specification and its possible values."""

    name: Text = ""
    path: str
    values: Annotated[tuple[object, ...], Field(min_length=2)]


class Noise(Part):
    noise: Annotated[FiniteFloat, Field(gt=0, le=1)] = 0.25
    nodes: tuple[str, ...] = ()
    sets: Annotated[int, Field(ge=2, le=100_000)] = 100


class Uncertainty(Part):
    choices: tuple[Choice, ...] = ()
    weights: Noise | None = None
    intervals: bool = True
    gaps: bool = False
    """What is missing lies anywhere between the least and the most that its peers have."""
    reach: tuple[int, ...] = ()


class Spec(Part):
    name: Text
    version: Text = "1"
    stage: Text = ""
    period: Text | None = None
    vintages: tuple[Text, ...] = ()
    columns: Columns = Columns()
    cohort: Cohort = Cohort()
    defaults: Defaults = Defaults()
    nodes: Annotated[dict[Code, Node], Field(min_length=1)]
    adjustments: tuple[Adjustment, ...] = ()
    rank: Ranking = Ranking()
    uncertainty: Uncertainty = Uncertainty()

    def source_of(self, code: str, what: str) -> str:
        """Where the marks, weight, score or a reference of a node come from; "" where nobody has said."""
        for said in (self.nodes[code].source, self.defaults.source):
            if isinstance(said, str):
                return said
            if said is not None and what in said:
                return said[what]
        return ""

    def made_up(self, code: str, what: str) -> bool:
        """没有公布的: the specification itself says that this is only an example."""
        return self.source_of(code, what) == MADE_UP
