"""What chance each variant of a split gets: fixed shares, or Thompson sampling with a floor.

Thompson sampling draws a variant as often as it is probably the best one. That probability is computed here (instead
of sampled once a draw), so that each draw's chance is known exactly, can be logged, and the draw itself can be a
function of the person: the same in a run, after a crash and in a rehearsal.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tradewind.modules.campaigns.engine.steps import SplitSettings

Counts = Mapping[str, tuple[int, int]]
"""By variant: how often it was drawn, and how often the goal was reached after it."""
_POINTS = 4_001
_Z_95 = 1.959964


def shares(settings: SplitSettings, counts: Counts) -> dict[str, float]:
    """The chance of each variant at the next draw; they add up to 1, and those of no weight are 0."""
    total = sum(one.weight for one in settings.variants)
    fixed = {one.key: one.weight / total for one in settings.variants}
    if settings.method == "fixed":
        return fixed
    learning = [one.key for one in settings.variants if not one.holdout]
    left = 1 - sum(fixed[one.key] for one in settings.variants if one.holdout)
    best = best_chances([counts.get(key, (0, 0)) for key in learning])
    spare = 1 - settings.floor * len(learning)
    given = {key: left * (settings.floor + spare * chance) for key, chance in zip(learning, best, strict=True)}
    return {one.key: given.get(one.key, fixed[one.key]) for one in settings.variants}


def best_chances(counts: Sequence[tuple[int, int]]) -> list[float]:
    """For each (drawn, rewarded): the probability that its rate is the highest, from uniform priors."""
    # The grid is fine where the posteriors are: rates are often a few percent.
    grid = np.linspace(0, 1, _POINTS)[1:-1] ** 2
    width = np.gradient(grid)
    densities, cumulative = [], []
    for drawn, rewarded in counts:
        won, lost = 1 + rewarded, 1 + max(0, drawn - rewarded)
        logs = (won - 1) * np.log(grid) + (lost - 1) * np.log1p(-grid)
        density = np.exp(logs - logs.max()) * width
        density /= density.sum()
        densities.append(density)
        cumulative.append(np.cumsum(density) - density / 2)
    chances = []
    for place, density in enumerate(densities):
        others = [cumulative[other] for other in range(len(counts)) if other != place]
        chances.append(float((density * np.prod(others, axis=0)).sum()) if others else 1.0)
    total = sum(chances)
    return [chance / total for chance in chances]


def interval(drawn: int, rewarded: int) -> tuple[float, float]:
    """95 % Wilson interval of a rate; `drawn` is not 0."""
    rate, z = rewarded / drawn, _Z_95
    middle = rate + z * z / (2 * drawn)
    spread = z * math.sqrt(rate * (1 - rate) / drawn + z * z / (4 * drawn * drawn))
    scale = 1 + z * z / drawn
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def difference(drawn: int, rewarded: int, base_drawn: int, base_rewarded: int) -> tuple[float, float]:
    """95 % interval of a rate over another one (Newcombe 1998, hybrid score); neither was drawn 0 times."""
    rate, base = rewarded / drawn, base_rewarded / base_drawn
    low, high = interval(drawn, rewarded)
    base_low, base_high = interval(base_drawn, base_rewarded)
    apart = rate - base
    return apart - math.hypot(rate - low, base_high - base), apart + math.hypot(high - rate, base - base_low)


def pick(chances: Mapping[str, float], draw: float) -> tuple[str, float]:
    """The variant at `draw` (0 ≤ draw < 1) on the line of all chances, and its chance."""
    below = 0.0
    chosen = ""
    for key, chance in chances.items():
        if chance <= 0:
            continue
        chosen = key
        below += chance
        if draw < below:
            break
    return chosen, chances[chosen]
