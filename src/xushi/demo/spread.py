"""把一个整数分给许多份：各有上下限，加起来一分不差。"""

from collections.abc import Sequence


def spread(total: int, weights: Sequence[float], low: Sequence[int], high: Sequence[int]) -> list[int]:
    """Integers within [low, high] that sum to total, as near to the weights as the bounds allow.

    ValueError where the bounds cannot hold the total.
    """
    if not sum(low) <= total <= sum(high):
        raise ValueError(f"分不开：{total}不在{sum(low)}与{sum(high)}之间")
    parts = list(low)
    left = total - sum(parts)
    while left:
        open_ = [i for i in range(len(parts)) if parts[i] < high[i]]
        weight = sum(weights[i] for i in open_)
        given = 0
        for i in open_:
            piece = min(high[i] - parts[i], int(left * weights[i] / weight))
            parts[i] += piece
            given += piece
        if given == 0:  # 剩下的零头，一份一个
            for i in open_[:left]:
                parts[i] += 1
                given += 1
        left -= given
    return parts
