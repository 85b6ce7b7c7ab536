"""没算的公式：加减乘除、括号、SUM 和本表的格子，算得出就提个数，由人点头；别的不碰。"""

import ast
import operator
import re
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation

from xushi.core.cells import Understood, read_amount
from xushi.exchange.sheets import Sheet, position

_OPERATORS: dict[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,6}):\$?([A-Z]{1,3})\$?(\d{1,6})")
_CELL = re.compile(r"\$?\b([A-Z]{1,3})\$?(\d{1,6})\b")
_SUM = re.compile(r"SUM\(([^()]*)\)", re.IGNORECASE)
MOST_CELLS = 2000


def evaluate(formula: str, sheet: Sheet) -> Decimal | None:
    """The value of a plain formula over this sheet's own cells; None for any other."""
    try:
        text = _SUM.sub(lambda found: str(_sum(found[1], sheet)), formula.lstrip("="))
        text = _CELL.sub(lambda found: str(_number(sheet, *position(found[1] + found[2]))), text)
        return _value(ast.parse(text, mode="eval").body) if len(text) < 300 else None
    except (ValueError, SyntaxError, InvalidOperation, DivisionByZero, RecursionError, KeyError):
        return None


def _sum(arguments: str, sheet: Sheet) -> Decimal:
    total = Decimal(0)
    for part in arguments.split(","):
        found = _RANGE.fullmatch(part.strip())
        if not found:
            total += _number(sheet, *position(part.strip().replace("$", "")))
            continue
        (top, left), (bottom, right) = position(found[1] + found[2]), position(found[3] + found[4])
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise ValueError(part)
        for row in range(top, bottom + 1):
            total += sum((_number(sheet, row, column) for column in range(left, right + 1)), Decimal(0))
    return total


def _number(sheet: Sheet, row: int, column: int) -> Decimal:
    if (row, column) in sheet.formulas:
        raise ValueError("另一个没算的公式")
    reading = read_amount(sheet.cell(row, column), unit="元", negative=True)
    if not isinstance(reading, Understood):
        raise ValueError("不是数")
    cell = sheet.cell(row, column)
    return Decimal(repr(cell)) if isinstance(cell, int | float) else Decimal(reading.value or 0)


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Decimal(repr(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError("看不懂的式子")
