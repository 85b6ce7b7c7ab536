"""列对照：表头怎么对到字段，单位、日期怎么写，空格填什么；MAP.toml 和每个来表单位存下的对照都成为它。"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xushi.core.readings import UNIT_YUAN
from xushi.exchange.kinds import KINDS, Kind
from xushi.exchange.sheets import Refused

SHIPPED = Path(__file__).parent / "maps"
_SECTIONS = {
    "kind",
    "sender",
    "sheet",
    "amount_unit",
    "date_formats",
    "latest_by",
    "columns",
    "constants",
    "defaults",
    "values",
    "create",
    "double_names",
}


@dataclass(frozen=True, slots=True)
class SheetMap:
    """How one sender's sheet is to be read.

    columns: header → field ("" leaves it out). constants hold for every row, defaults where a cell is blank.
    values: field → {as written: as meant}, "*" for anything else. create: what may be added when unknown
    ("territory": a kind of unit; "root": the district's name; "category": true).
    double_names "append_code": two codes with one name become two projects. latest_by: keep each project's last row.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    create: Mapping[str, Any] = field(default_factory=dict)
    amount_unit: str = ""
    date_formats: tuple[str, ...] = ()
    sender: str = ""
    sheet: str = ""
    latest_by: str = ""
    double_names: str = ""
    only_mapped: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "defaults": dict(self.defaults),
            "values": {name: dict(known) for name, known in self.values.items()},
            "create": dict(self.create),
            "amount_unit": self.amount_unit,
            "date_formats": list(self.date_formats),
            "latest_by": self.latest_by,
            "double_names": self.double_names,
            "only_mapped": self.only_mapped,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "SheetMap":
        known = {name: value for name, value in kept.items() if name in cls.__dataclass_fields__}
        known["date_formats"] = tuple(known.get("date_formats", ()))
        return cls(**known)


def load_map(path: Path, kind: Kind | None = None) -> tuple[Kind, SheetMap]:
    """Read a MAP.toml; Refused names what is wrong in it."""
    try:
        told = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as problem:
        raise Refused(f"读不到列对照文件“{path.name}”，请核对路径。") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Refused(f"列对照文件“{path.name}”不是正确的 TOML：{problem}") from problem
    unknown = sorted(set(told) - _SECTIONS)
    if unknown:
        raise Refused(f"列对照里不认识“{unknown[0]}”，可用：{'、'.join(sorted(_SECTIONS))}。")
    named = kind or KINDS.get(told.get("kind", ""))
    if named is None:
        raise Refused(f"列对照要写明 kind，可用：{'、'.join(KINDS)}。")
    _check(told, named)
    return named, SheetMap(
        columns=told.get("columns", {}),
        constants=_texts(told.get("constants", {})),
        defaults=_texts(told.get("defaults", {})),
        values={name: _texts(known) for name, known in told.get("values", {}).items()},
        create=told.get("create", {}),
        amount_unit=told.get("amount_unit", ""),
        date_formats=tuple(told.get("date_formats", ())),
        sender=told.get("sender", ""),
        sheet=told.get("sheet", ""),
        latest_by=told.get("latest_by", ""),
        double_names=told.get("double_names", ""),
        only_mapped=True,
    )


def shipped_map(name: str) -> Path:
    """A map that comes with the product, e.g. nyc."""
    return SHIPPED / f"{name}.toml"


def _check(told: Mapping[str, Any], kind: Kind) -> None:
    fields = "、".join(sorted(kind.names))
    for section in ("columns", "constants", "defaults", "values"):
        part = told.get(section, {})
        if not isinstance(part, dict):
            raise Refused(f"列对照的 [{section}] 要写成一节。")
        names = part.values() if section == "columns" else part.keys()
        for name in names:
            if name and name not in kind.names:
                raise Refused(f"列对照的 [{section}] 里没有“{name}”这个字段，{kind.label}可用：{fields}。")
    unit = told.get("amount_unit", "")
    if unit and unit not in UNIT_YUAN:
        raise Refused(f"amount_unit 不认识“{unit}”，可用：{'、'.join(UNIT_YUAN)}。")
    if told.get("latest_by") and told["latest_by"] not in kind.names:
        raise Refused(f"latest_by 不认识“{told['latest_by']}”，{kind.label}可用：{fields}。")
    if told.get("double_names", "") not in ("", "append_code"):
        raise Refused("double_names 只能写 append_code。")


def _texts(part: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in part.items()}
