"""哪些是公布的，哪些是示例：体系说明自己写着依据，这里数一数，说成一句。"""

from xushi.indicators.checks import children_of
from xushi.indicators.spec import Pending, Spec


def sources_words(spec: Spec) -> str:
    """92个目标值里91个、97项的满分和扣分办法是示例，没有公布; "" where the specification calls nothing made up."""
    groups = children_of(spec)
    leaves = [code for code in spec.nodes if code not in groups]
    given = [
        code for code in leaves
        if (value := spec.nodes[code].references.get("target")) is not None and not isinstance(value, Pending)
    ]  # fmt: skip
    targets = sum(spec.made_up(code, "target") for code in given)
    rules = sum(spec.made_up(code, "marks") or spec.made_up(code, "score") for code in leaves)
    said = []
    if targets:
        said.append(f"{len(given)}个目标值里{targets}个" if targets < len(given) else f"{len(given)}个目标值")
    if rules:
        said.append(f"{rules}项的满分和记分办法")
    return f"标“示例”的没有公布，用前照上级的办法改：{'、'.join(said)}" if said else ""
