"""Score rules, treatments and ways of combining, as a specification writes them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

Ties = Literal["min", "dense", "average"]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value)]
"""Words; a bare number, such as a year, is taken as it is written."""
Decimals = Annotated[int, Field(ge=0, le=12)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Positive = Annotated[FiniteFloat, Field(gt=0)]
Anchor = FiniteFloat | str
"""A number, a reference of the node (target, base …), or of the cohort: min, max, mean, median, worst, best."""


class Part(BaseModel):
    """Immutable, and strict about its words: a key nobody knows is an error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def named(value: Any) -> Any:
    """`score: minmax` is short for `score: {form: minmax}`."""
    return {"form": value} if isinstance(value, str) else value


class Rule(Part):
    floor: FiniteFloat | None = None
    cap: FiniteFloat | None = None
    decimals: Decimals | None = None
    points: bool = False
    """True: the rule gives points; False: it gives per cent of the node's full marks, where it has any."""
    flat: FiniteFloat | None = None
    """The score of everybody where nobody differs, so that the rule has nothing to go by. Unset: refused."""


class Affine(Rule):
    """A straight line: `worst` scores `low`, `best` scores `high`."""

    form: Literal["affine"] = "affine"
    worst: Anchor = "worst"
    best: Anchor = "best"
    low: FiniteFloat = 0
    high: FiniteFloat = 100
    transform: Literal["none", "log"] = "none"
    shape: Literal["linear", "exponential"] = "linear"
    """exponential: low × (high ÷ low) to the share of the way, 指数型功效系数."""
    power: Positive = 1
    """The share of the way is raised to it."""


class MinMax(Affine):
    form: Literal["minmax"] = "minmax"  # type: ignore[assignment]


class Goalposts(Affine):
    """Between two given posts, and no further than they."""

    form: Literal["goalposts"] = "goalposts"  # type: ignore[assignment]
    worst: Anchor
    best: Anchor
    low: FiniteFloat = 0
    high: FiniteFloat = 1
    clamp: bool = True


class Efficacy(Affine):
    """功效系数: 60 + 40 × (x − 不允许值) ÷ (满意值 − 不允许值)."""

    form: Literal["efficacy"] = "efficacy"  # type: ignore[assignment]
    worst: Anchor = "disallowed"
    best: Anchor = "satisfactory"
    low: FiniteFloat = 60


class Distance(Affine):
    """距最优: the best scores `high`, and everybody else less by how far behind they are, as a share of the span."""

    form: Literal["distance"] = "distance"  # type: ignore[assignment]
    high: FiniteFloat = 1


class Deduct(Rule):
    """扣分: full, less `take` for each `per` short of `against`; 扣完为止."""

    form: Literal["deduct"] = "deduct"
    full: FiniteFloat = 100
    against: Anchor = "target"
    per: Positive = 1
    take: Annotated[FiniteFloat, Field(ge=0)]
    relative: bool = False
    whole: Literal["no", "down", "up"] = "no"
    floor: FiniteFloat | None = 0


class Bonus(Rule):
    """加分: base, plus `give` for each `per` beyond `against`, up to the cap."""

    form: Literal["bonus"] = "bonus"
    base: FiniteFloat = 0
    against: Anchor = "target"
    per: Positive = 1
    give: Annotated[FiniteFloat, Field(ge=0)]
    relative: bool = False
    whole: Literal["no", "down", "up"] = "no"
    floor: FiniteFloat | None = 0


class Step(Part):
    at: Anchor
    score: FiniteFloat


class Brackets(Rule):
    """分档: the score of the best step that is reached."""

    form: Literal["brackets"] = "brackets"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    otherwise: FiniteFloat = 0


class Pass(Rule):
    """达标得分，不达标不得分."""

    form: Literal["pass"] = "pass"
    at: Anchor = "target"
    score: FiniteFloat = 100
    otherwise: FiniteFloat = 0


class Interval(Rule):
    """区间: full inside, less `take` for each `per` outside."""

    form: Literal["interval"] = "interval"
    lower: Anchor
    upper: Anchor
    full: FiniteFloat = 100
    per: Positive = 1
    take: Annotated[FiniteFloat, Field(ge=0)]
    floor: FiniteFloat | None = 0


class Place(Rule):
    """位次: the first scores `first`, each place after it `step` less; or a table; or the place itself."""

    form: Literal["rank"] = "rank"
    by: Literal["steps", "table", "place", "borda", "percentile"] = "steps"
    first: FiniteFloat = 100
    step: Annotated[FiniteFloat, Field(ge=0)] = 5
    table: tuple[FiniteFloat, ...] = ()
    ties: Ties = "min"
    floor: FiniteFloat | None = 0


class ZScore(Rule):
    """mean + deviation × z; `ddof` 1 divides by n − 1, 0 by n."""

    form: Literal["zscore"] = "zscore"
    mean: FiniteFloat = 0
    deviation: Positive = 1
    ddof: Literal[0, 1] = 1


class Ratio(Rule):
    """times × x ÷ to; for a negative indicator times × to ÷ x."""

    form: Literal["ratio"] = "ratio"
    to: Anchor = "target"
    times: FiniteFloat = 100


class Curve(Rule):
    """Straight lines between given points, level beyond the last."""

    form: Literal["curve"] = "curve"
    points_at: Annotated[tuple[tuple[FiniteFloat, FiniteFloat], ...], Field(min_length=2)]


class Value(Rule):
    """The value itself is the score."""

    form: Literal["value"] = "value"
    times: FiniteFloat = 1


Score = Annotated[
    Affine | MinMax | Distance | Goalposts | Efficacy | Deduct | Bonus | Brackets | Pass | Interval
    | Place | ZScore | Ratio | Curve | Value,
    Field(discriminator="form"),
    BeforeValidator(named),
]  # fmt: skip


class Treat(Part):
    """Where |skew| and kurtosis both pass their trigger: winsorise point by point, else transform."""

    winsorise: Annotated[int, Field(ge=0, le=100)] = 5
    skew: FiniteFloat = 2
    kurtosis: FiniteFloat = 3.5
    then: Literal["log", "boxcox", "keep"] = "log"
    always: Literal["no", "log", "boxcox"] = "no"
    quantiles: tuple[Share, Share] | None = None
    """Figures beyond these two quantiles are drawn in to them, before anything else."""


class Impute(Part):
    """A value for what is missing: the mean or median of the cohort, or of those that share an attribute."""

    by: Literal["mean", "median", "number"] = "mean"
    group: str | None = None
    number: FiniteFloat | None = None


class Derive(Part):
    """What is judged: the level, its growth, the share of a target, the value per something else."""

    form: Literal["level", "growth", "difference", "completion", "per", "time_share"] = "level"
    against: Text | None = None
    by: str | None = None
    years: Annotated[FiniteFloat, Field(gt=0)] | None = None
    """Growth a year, where what it is compared with lies several years back."""
    elapsed: Annotated[FiniteFloat, Field(gt=0, le=1)] | None = None
    times: FiniteFloat | None = None


class Combine(Part):
    form: Literal[
        "sum", "arithmetic", "geometric", "harmonic", "power", "penalty", "copeland", "minimum", "maximum"
    ] = "arithmetic"
    p: FiniteFloat = 1
    sign: Literal[-1, 1] = -1
    ddof: Literal[0, 1] = 0


Combining = Annotated[Combine, BeforeValidator(named)]
Deriving = Annotated[Derive, BeforeValidator(named)]
