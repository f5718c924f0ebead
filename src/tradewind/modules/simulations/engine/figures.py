"""What repeated trials say about an agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from tradewind.kernel.intervals import wilson


@dataclass(frozen=True, slots=True)
class Reliability:
    """The chance that a case passes `k` times in a row, over all cases, with its 95 % interval; 0 to 1."""

    k: int
    pass_k: float
    low: float
    high: float


def reliability(passes: Sequence[tuple[int, int]], k: int) -> Reliability:
    """pass^k from (passed, tried) of each case: the mean of C(passed, k) / C(tried, k), each case at least k times.

    After Yao et al. 2024, “τ-bench” (arXiv 2406.12045), §4. The interval is Wilson's for the mean over the cases,
    which are few and stand for all that visitors may want. Raises ValueError without cases, or for too few trials.
    """
    if not passes or any(tried < k for _, tried in passes):
        raise ValueError("pass^k needs at least one case, and k trials of each")
    mean = sum(comb(passed, k) / comb(tried, k) for passed, tried in passes) / len(passes)
    low, high = wilson(mean * len(passes), len(passes))
    return Reliability(k, mean, low, high)
