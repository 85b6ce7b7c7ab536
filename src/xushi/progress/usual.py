"""平常一个月：月报的表单和数据异常的预警问的是同一个数。"""

from collections.abc import Iterable
from fractions import Fraction
from statistics import median

NEEDS = 3  # 有数的月份满三个，才说得出平常


def usual_month(cumulatives: Iterable[tuple[int, int]]) -> Fraction | None:
    """平常一个月: the median (元) of the year's earlier months in which something was invested; None under three.

    cumulatives: (month number, cumulative since 1 January) of the months that are known. What was invested over months
    that nobody reported is spread evenly over them. One odd month does not move the median.
    """
    amounts: list[Fraction] = []
    before_number, before = 0, 0
    for number, cumulative in sorted(cumulatives):
        months = number - before_number
        amounts += [Fraction(cumulative - before, months)] * months
        before_number, before = number, cumulative
    invested = [amount for amount in amounts if amount > 0]
    return median(invested) if len(invested) >= NEEDS else None
