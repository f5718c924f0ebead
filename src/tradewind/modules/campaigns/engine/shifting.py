"""How the budget of a pool is shared among its campaigns: by the probability that each brings the most goals for money.

Goals are counted events in money spent, so what is known of a campaign's goals per dollar is a Gamma posterior; it
begins at the pool's average, worth one goal. The probability that a campaign's rate is the highest (Thompson sampling,
computed instead of drawn) is its share of what is left, with a floor for everyone and within each one's limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np

AlternativeName = Literal["as_it_was", "equal", "all_to_the_best"]
MICRO = 1_000_000
LEAST_GOALS = 30
"""Of fewer goals in the days that are looked at, nothing is concluded: shares stay as they are."""
_POINTS = 4_001
_SPREAD = 12.0
_ROUNDS = 100
_WORTH_IT = 200
_ERROR = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A campaign of a pool: goals and what they cost (micro-USD) in the last days, what is spent of this period."""

    campaign_id: UUID
    name: str
    goals: int
    cost: int
    spent: int
    share: float
    min_share: float
    max_share: float
    locked: bool = False
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What a campaign gets: `allotted` micro-USD of the period, as a share of the pool before and after.

    `chance` is that it is the best, None if it was not compared.
    """

    standing: Standing
    chance: float | None
    allotted: int
    before: float
    share: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """What else could have been, and the goals it would be expected to bring with what is left."""

    name: AlternativeName
    allotted: Mapping[UUID, int]
    goals: float


@dataclass(frozen=True, slots=True)
class Shift:
    """A decision. `code` says why nothing moves, or that something does."""

    moved: bool
    code: str
    parts: tuple[Part, ...]
    goals: float
    alternatives: tuple[Alternative, ...]


def decide(amount: int, standings: Sequence[Standing], floor: float) -> Shift:
    """Share `amount` (micro-USD a period) among campaigns. Together they never get more than `amount` or what is spent.

    A locked one keeps its share; one that does not run gets no more than it has spent.
    """
    compared = [one for one in standings if one.runs and not one.locked]
    code = _why_not(amount, standings, compared)
    present = allot(amount, standings, {one.campaign_id: one.share for one in standings})
    chances: dict[UUID, float] = {}
    allotted = present
    if code is None:
        found = best_chances([(one.goals, one.cost) for one in compared])
        chances = {one.campaign_id: chance for one, chance in zip(compared, found, strict=True)}
        least = min(floor, 1 / len(compared))
        wanted = {key: least + (1 - least * len(compared)) * chance for key, chance in chances.items()}
        allotted = allot(amount, standings, wanted, remaining=True)
        apart = max(abs(allotted[key] - present[key]) for key in present)
        code = "moved" if apart * _WORTH_IT > amount else "kept"
    rates = expected_rates([(one.goals, one.cost) for one in standings])
    parts = tuple(
        Part(one, chances.get(key), allotted[key], present[key] / amount, allotted[key] / amount)
        for one in standings
        for key in [one.campaign_id]
    )
    others: dict[AlternativeName, dict[UUID, int]] = {"as_it_was": present}
    if compared:
        even = {one.campaign_id: 1 / len(compared) for one in compared}
        best = max(compared, key=lambda one: rates[list(standings).index(one)])
        others["equal"] = allot(amount, standings, even, remaining=True)
        others["all_to_the_best"] = allot(amount, standings, {best.campaign_id: 1.0}, remaining=True)
    alternatives = tuple(Alternative(name, given, _goals(standings, rates, given)) for name, given in others.items())
    return Shift(code == "moved", code, parts, _goals(standings, rates, allotted), alternatives)


def allot(
    amount: int, standings: Sequence[Standing], wanted: Mapping[UUID, float], *, remaining: bool = False
) -> dict[UUID, int]:
    """Give each the part it is wanted to get (of all, or of what `remaining`), as near to it as the limits allow.

    Nobody gets less than is spent already; what all get together is at most `amount`, if it was not passed before.
    """
    spent = {one.campaign_id: one.spent for one in standings}
    left = amount - sum(spent.values())
    if left <= 0:
        return spent
    low, high, aim = {}, {}, {}
    for one in standings:
        key = one.campaign_id
        fixed = round(one.share * amount) if one.locked else None
        least = fixed if fixed is not None else round(one.min_share * amount) if one.runs else 0
        most = fixed if fixed is not None else round(one.max_share * amount) if one.runs else 0
        low[key], high[key] = max(one.spent, least), max(one.spent, most)
        aim[key] = wanted.get(key, 0.0) * (left if remaining else amount) + (one.spent if remaining else 0)
    gaps = sum(low.values()) - sum(spent.values())
    if gaps >= left:
        # More was promised than is left: the least shares shrink alike.
        return {key: spent[key] + (low[key] - spent[key]) * left // gaps for key in spent}
    total = min(amount, sum(high.values()))

    def moved(by: float) -> dict[UUID, float]:
        return {key: min(max(aim[key] + by, low[key]), high[key]) for key in aim}

    below, above = -2.0 * amount, 2.0 * amount
    for _ in range(_ROUNDS):
        middle = (below + above) / 2
        below, above = (middle, above) if sum(moved(middle).values()) < total else (below, middle)
    # Rounded down, but for what is no more than the search's own error: never too much.
    return {key: max(spent[key], int(value + _ERROR)) for key, value in moved(below).items()}


def best_chances(rates: Sequence[tuple[int, int]]) -> list[float]:
    """For each (goals, cost in micro-USD): the probability that it brings the most goals for money."""
    if len(rates) == 1:
        return [1.0]
    shapes, costs = _posteriors(rates)
    top = max((shape + _SPREAD * shape**0.5) / cost for shape, cost in zip(shapes, costs, strict=True))
    # Finer near zero, where campaigns stand that bring little.
    grid = top * np.linspace(0, 1, _POINTS)[1:] ** 2
    width = np.gradient(grid)
    densities, cumulative = [], []
    for shape, cost in zip(shapes, costs, strict=True):
        logs = (shape - 1) * np.log(grid) - cost * grid
        density = np.exp(logs - logs.max()) * width
        density /= density.sum()
        densities.append(density)
        cumulative.append(np.cumsum(density) - density / 2)
    chances = [
        float((density * np.prod([each for other, each in enumerate(cumulative) if other != place], axis=0)).sum())
        for place, density in enumerate(densities)
    ]
    total = sum(chances)
    return [chance / total for chance in chances]


def expected_rates(rates: Sequence[tuple[int, int]]) -> list[float]:
    """Goals per dollar of each, in the mean of the posterior; zeros where no money was spent at all."""
    if not sum(cost for _, cost in rates):
        return [0.0] * len(rates)
    return [shape / cost for shape, cost in zip(*_posteriors(rates), strict=True)]


def _posteriors(rates: Sequence[tuple[int, int]]) -> tuple[list[float], list[float]]:
    """Shape and rate of each Gamma posterior, in dollars; the prior is one goal at the average price of all."""
    goals, dollars = sum(one[0] for one in rates), sum(one[1] for one in rates) / MICRO
    price = dollars / max(1, goals)
    return [1.0 + one[0] for one in rates], [price + one[1] / MICRO for one in rates]


def _why_not(amount: int, standings: Sequence[Standing], compared: Sequence[Standing]) -> str | None:
    """What keeps a pool from being shared anew."""
    if sum(one.spent for one in standings) >= amount:
        return "used_up"
    if len(compared) < 2:
        return "nothing_to_compare"
    if sum(one.cost > 0 for one in compared) < 2:
        return "no_cost"
    if sum(one.goals for one in compared) < LEAST_GOALS:
        return "too_few"
    return None


def _goals(standings: Sequence[Standing], rates: Sequence[float], allotted: Mapping[UUID, int]) -> float:
    return sum(
        rate * (allotted[one.campaign_id] - one.spent) / MICRO for one, rate in zip(standings, rates, strict=True)
    )
