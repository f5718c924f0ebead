"""Which version to use next: Thompson sampling over what people thought of each, with known probabilities.

Each version's share of good judgements is uncertain by a beta distribution. A version is chosen as often as it comes
out best of draws from these, and never less than `LEAST_SHARE`: what is rarely shown could not be weighed later.
Reference: Russo et al., A Tutorial on Thompson Sampling (2018), section 3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_SHARE = 0.02
_DRAWS = 2_000
# Half of the standard normal distribution's middle 95 %.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Judged:
    """How often a version was judged, and the sum of the judgements (each 0 … 1)."""

    judged: int
    reward: float


def chances_of_being_best(versions: Sequence[Judged], random: np.random.Generator) -> np.ndarray:
    """How likely (n, sum 1) each version is the best, as far as draws tell."""
    good = np.array([1 + one.reward for one in versions])
    bad = np.array([1 + one.judged - one.reward for one in versions])
    draws = random.beta(good, bad, size=(_DRAWS, len(versions)))
    return np.bincount(draws.argmax(axis=1), minlength=len(versions)) / _DRAWS


def shares(versions: Sequence[Judged], random: np.random.Generator) -> np.ndarray:
    """The probabilities (n, sum 1) that the next choice is made with."""
    return LEAST_SHARE + (1 - len(versions) * LEAST_SHARE) * chances_of_being_best(versions, random)


def choose(versions: Sequence[Judged], random: np.random.Generator) -> tuple[int, float]:
    """Place of the version to use, and the probability it was chosen with."""
    given = shares(versions, random)
    place = int(random.choice(len(versions), p=given))
    return place, float(given[place])


def interval(one: Judged) -> tuple[float, float] | None:
    """Where the true mean judgement lies with 95 % certainty (Wilson); None without a judgement."""
    if not one.judged:
        return None
    mean, extra = one.reward / one.judged, _Z**2 / one.judged
    middle = (mean + extra / 2) / (1 + extra)
    half = _Z / (1 + extra) * math.sqrt(mean * (1 - mean) / one.judged + extra / (4 * one.judged))
    return max(0.0, middle - half), min(1.0, middle + half)
