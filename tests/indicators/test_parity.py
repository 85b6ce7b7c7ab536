"""与 COINr 1.1.14 的 ASEM 结果逐步对照：每一步相对误差不过 1e-9，位次全同。"""

import csv
from typing import Any

import numpy as np
import pytest

from tests.indicators.making import ASEM, asem_spec, asem_table, published, with_asem
from xushi.indicators.engine import Result, build
from xushi.indicators.reading import spec_of
from xushi.indicators.sensitivity import sensitive
from xushi.indicators.uncertainty import Study, study_of, uncertain

pytestmark = with_asem

# the csv keeps 15 digits: figures that R held apart in the 16th are one figure here, and so share a place
TIED_IN_THE_CSV = {("BGR", "TolMin"), ("CZE", "TolMin"), ("NOR", "TolMin")}
VARIANTS = [
    ("zscore_amean", {"form": "zscore", "mean": 10, "deviation": 2}, "arithmetic"),
    ("dist2max_amean", "distance", "arithmetic"),
    ("minmax1_100_gmean", {"form": "minmax", "low": 1}, "geometric"),
    ("minmax1_100_hmean", {"form": "minmax", "low": 1}, "harmonic"),
]
PLACES = [("rank_amean", "place", 1.0), ("borda_amean", "borda", 1.0), ("prank_amean", "percentile", 0.02)]


def scored(**wishes: Any) -> Result:
    spec = spec_of(asem_spec(**wishes))
    return build(spec, asem_table(spec))


def alike(found: np.ndarray, name: str, result: Result, codes: tuple[str, ...]) -> None:
    expected = published(name, result.plan.table.units, codes)
    assert np.isfinite(expected).any(), name
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-9, atol=1e-15, err_msg=name)


def test_each_stage() -> None:
    result = scored()
    stages, leaves = result.stages, result.plan.leaves
    alike(stages.derived[0], "dset_Denominated.csv", result, leaves)
    alike(stages.imputed[0], "dset_Imputed.csv", result, leaves)
    alike(stages.treated[0], "dset_Treated.csv", result, leaves)
    alike(stages.scored[0], "dset_Normalised.csv", result, leaves)
    alike(result.scores[0], "dset_Aggregated.csv", result, result.plan.codes)


def test_every_rank() -> None:
    result = scored()
    groups = tuple(group.code for group in result.plan.groups)
    at = [result.plan.codes.index(code) for code in groups]
    expected = published("results_ranks_aggs.csv", result.plan.table.units, groups)
    assert not np.isnan(expected).any()
    assert (result.ranks[0][:, at] == expected).all()


@pytest.mark.parametrize(("name", "score", "combine"), VARIANTS)
def test_variants(name: str, score: Any, combine: str) -> None:
    result = scored(score=score, combine=combine)
    alike(result.scores[0], f"variant_agg_{name}.csv", result, result.plan.codes)
    alike(result.scores[0][:, -1:], "variants_index_scores.csv", result, (name,))


@pytest.mark.parametrize(("name", "by", "step"), PLACES)
def test_variants_by_place(name: str, by: str, step: float) -> None:
    """The three ties are one place off in R, and nothing else is."""
    result = scored(score={"form": "rank", "by": by})
    leaves, units = result.plan.leaves, result.plan.table.units
    off = np.abs(result.stages.scored[0] - published(f"variant_norm_{name}.csv", units, leaves))
    cells = {(units[unit], leaves[leaf]) for unit, leaf in np.argwhere(off > 1e-9)}
    assert cells <= TIED_IN_THE_CSV
    assert off.max() <= step + 1e-9
    index = result.scores[0][:, -1] - published("variants_index_scores.csv", units, (name,))[:, 0]
    assert np.abs(index).max() < step / 10
    untouched = [at for at, unit in enumerate(units) if (unit, "TolMin") not in TIED_IN_THE_CSV]
    assert np.abs(index[untouched]).max() < 1e-9


def test_copeland_at_the_top() -> None:
    tree = asem_spec()
    tree["nodes"]["Index"]["combine"] = "copeland"
    spec = spec_of(tree)
    result = build(spec, asem_table(spec))
    alike(result.scores[0], "variant_agg_copeland_top.csv", result, result.plan.codes)


def study(seed: int) -> Study:
    choices = [
        {"name": "Winmax", "path": "defaults.treat.winsorise", "values": [1, 2, 3, 4, 5]},
        {"name": "Normalisation", "path": "defaults.score",
         "values": [{"form": "minmax", "low": 1}, {"form": "zscore", "mean": 10, "deviation": 2}]},
        {"name": "Aggregation", "path": "defaults.combine", "values": ["arithmetic", "geometric"]},
    ]  # fmt: skip
    spec = spec_of(asem_spec(score={"form": "minmax", "low": 1}, uncertainty={"choices": choices}))
    table = asem_table(spec)
    codes = build(spec, table).plan.codes
    weights = np.ones((100, len(codes)))
    with (ASEM / "noisy_weights_100.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            weights[int(row["Rep"]) - 1, codes.index(row["iCode"])] = float(row["Weight"])
    return study_of(spec, table, seed=seed, noise=weights, every=True)


def test_ranks_under_uncertainty() -> None:
    """1,000 rebuilds, each with its own treatment: the means within what chance allows, the nominal ranks equal."""
    with (ASEM / "UA1000_rankstats.csv").open(encoding="utf-8") as lines:
        theirs = {row["uCode"]: row for row in csv.DictReader(lines)}
    for row in uncertain(study(3), draws=1000):
        other = theirs[str(row["unit"])]
        assert row["nominal"] == float(other["Nominal"]), row
        spread = max(float(other["Q95"]) - float(other["Q5"]), 1)
        assert abs(float(str(row["mean"])) - float(other["Mean"])) < spread * 0.08, row
        assert abs(float(str(row["median"])) - float(other["Median"])) <= 1, row


def test_sobol_indices_within_their_bounds() -> None:
    with (ASEM / "SA1000_sensitivity.csv").open(encoding="utf-8") as lines:
        theirs = {row["Variable"].lower(): row for row in csv.DictReader(lines)}
    for index in sensitive(study(3), base=1000):
        other = theirs[index.factor.lower()]
        assert float(other["STi_q5"]) <= index.total <= float(other["STi_q95"]), index
        assert float(other["Si_q5"]) <= index.first <= float(other["Si_q95"]), index
