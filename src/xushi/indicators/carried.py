"""从一套体系说明得出街场园区的：只留分下去的指标，目标是各自的；少了的权重照体系自己的办法由留下的担起来。"""

from collections.abc import Mapping
from typing import Any

from .checks import children_of
from .reading import spec_of
from .spec import PerUnit, Reference, Spec

Carried = Mapping[str, Mapping[str, float]]
"""By indicator and unit: the target that was handed down."""
HANDED_DOWN = "分解"
"""Where the target of a territory comes from, whatever the specification says of the district's."""
OF_DISTRICTS = ("period", "columns", "cohort", "uncertainty")
"""What the head says of the districts and their table; territories have a table and a cohort of their own."""


def below(spec: Spec, carried: Carried) -> Spec | None:
    """The specification that units below are scored by; None where it has none of what they carry."""
    children = children_of(spec)
    kept = {
        code for code, node in spec.nodes.items() if code not in children and (node.data or code) in carried
    }
    for code in tuple(kept):
        parent = spec.nodes[code].parent
        while parent is not None:
            kept.add(parent)
            parent = spec.nodes[parent].parent
    if not kept:
        return None
    tree = {key: value for key, value in spec.model_dump(mode="json", exclude_unset=True).items()
            if key not in OF_DISTRICTS}  # fmt: skip
    tree["nodes"] = {code: body for code, body in tree["nodes"].items() if code in kept}
    for code, body in tree["nodes"].items():
        if code not in children:
            _own(spec, code, body, carried[spec.nodes[code].data or code])
        elif not kept.issuperset(children[code]):
            _fewer(spec, code, body)
    _without_attributes(tree)
    _head(spec, tree, kept)
    return spec_of(tree)


def _own(spec: Spec, code: str, body: dict[str, Any], targets: Mapping[str, float]) -> None:
    """Its own target for each; who carries none is not judged by it, so what stands for the others moves nobody."""
    was: Reference | None = spec.nodes[code].references.get("target")
    if isinstance(was, PerUnit):
        was = was.others
    others = float(was) if isinstance(was, int | float) else next(iter(targets.values()))
    references = body.setdefault("references", {})
    references["target"] = {"units": dict(targets), "others": others}
    said = {what: spec.source_of(code, what) for what in ("marks", "weight", "score", *references)}
    body["source"] = said | {"target": HANDED_DOWN}


def _fewer(spec: Spec, code: str, body: dict[str, Any]) -> None:
    """A group of which some members stay: weights in proportion, and in a sum its marks are those of its members."""
    node = spec.nodes[code]
    form = (node.combine or spec.defaults.combine).form
    if form == "sum":
        body.pop("marks", None)
    elif form not in ("minimum", "maximum") and (node.weighting or spec.defaults.weighting) == "given":
        body["weighting"] = "relative"


def _without_attributes(tree: dict[str, Any]) -> None:
    """Territories are one cohort and have no attributes to be grouped by."""
    for body in (tree.get("defaults") or {}, *tree["nodes"].values()):
        body.pop("cohort", None)
        if isinstance(body.get("impute"), dict):
            body["impute"].pop("group", None)


def _head(spec: Spec, tree: dict[str, Any], kept: set[str]) -> None:
    """Ranks without attributes and by what is kept; adjustments that are not of a named district."""
    if "rank" in tree:
        tree["rank"].pop("within", None)
        tree["rank"].pop("tie_breaker", None)
        if breakers := [one for one in spec.rank.breakers if one in kept]:
            tree["rank"]["tie_breaker"] = breakers
    if "adjustments" in tree:
        tree["adjustments"] = [
            one.model_dump(mode="json", exclude_unset=True)
            for one in spec.adjustments
            if one.unit is None and one.node in kept and (one.gate is None or one.gate in kept)
        ]
