"""Intervals of what was counted."""

from math import sqrt

_Z = 1.959964


def wilson(hits: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, hits of count, 0 to 1: Wilson's score interval (JASA 22, 1927). All without any."""
    if not count:
        return 0.0, 1.0
    share, spread = hits / count, _Z * _Z / count
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, middle - reach), min(1.0, middle + reach)
