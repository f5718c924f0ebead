"""The hours of the week at which people answer: how much is to be believed of them, and the best one in a window.

What is known of a person is drawn towards what is known of the organisation's people, and that towards all hours alike.
How strongly, the answers say themselves:

- person → organisation: answers of one person fall into the same hour more often than those of two; by how much is the
  intraclass correlation ρ of a Dirichlet-multinomial, its moment estimate (Mosimann, Biometrika 49, 1962) the strength
  κ = (1 - ρ) / ρ: so many answers of one's own weigh as much as what everybody does;
- organisation → flat: the strength that minimises the expected squared error of multinomial cells, (N² - Σn²) / Σ(n -
  N/168)² (Fienberg and Holland, Journal of the American Statistical Association 68, 1973).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tradewind.modules.campaigns.engine.steps import BestWait

HOURS = 168
"""Hours of a week; 0 is Monday, midnight to one."""
BEST, OTHER = "hour:best", "hour:other"
"""What a draw of an hour is logged as; no variant of a split can be called so."""
DECIDED = ("best_own", "best_all", "best_explored", "best_unknown", "best_none")
"""Why an hour was taken: one's own answers, everybody's, chance, because nothing is known, or none was allowed."""
LEAST_ANSWERS, LEAST_PEOPLE = 50, 10
"""Of fewer answers, or fewer people, an organisation's hours say nothing yet."""
_LEAST_PAIRS = 200
_SIGMAS = 2.0
_LEAST_STRENGTH = 1.0
_LATER = 10
_zone = lru_cache(maxsize=600)(ZoneInfo)


@dataclass(frozen=True)
class Rhythm:
    """When an organisation's people answer, by hour of the week.

    `own_pairs` counts pairs of answers of one person, `own_same` those of them in the same hour (each pair twice).
    """

    answers: tuple[int, ...]
    people: int
    own_same: int = 0
    own_pairs: int = 0

    @cached_property
    def total(self) -> int:
        """Answers in all."""
        return sum(self.answers)

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.total >= LEAST_ANSWERS and self.people >= LEAST_PEOPLE

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """The share of answers that each hour is believed to get; they add up to 1."""
        return shrunk_to_flat(self.answers)

    @cached_property
    def strength(self) -> float | None:
        """So many answers of one's own weigh as much as the organisation's; None where people do not surely differ."""
        return strength_between(self.answers, self.own_same, self.own_pairs)


def shrunk_to_flat(counts: Sequence[int]) -> tuple[float, ...]:
    """Shares of cells, drawn towards all alike as strongly as the counts themselves ask for."""
    total, cells = sum(counts), len(counts)
    apart = sum((count - total / cells) ** 2 for count in counts)
    if total == 0 or apart == 0:
        return (1 / cells,) * cells
    strength = (total**2 - sum(count**2 for count in counts)) / apart
    return tuple((count + strength / cells) / (total + strength) for count in counts)


def strength_between(counts: Sequence[int], own_same: int, own_pairs: int) -> float | None:
    """How strongly a person is drawn towards all: from how much oftener two answers of one fall into the same hour."""
    total = sum(counts)
    # Pairs of two different people: all pairs without those of one person.
    other_pairs = total**2 - (own_pairs + total)
    if own_pairs < _LEAST_PAIRS or other_pairs <= 0:
        return None
    same = (sum(count**2 for count in counts) - (own_same + total)) / other_pairs
    if not 0 <= same < 1:
        return None
    excess = own_same / own_pairs - same
    if excess <= _SIGMAS * math.sqrt(same * (1 - same) / (own_pairs / 2)):
        return None
    correlation = excess / (1 - same)
    return max(_LEAST_STRENGTH, (1 - correlation) / correlation)


def own_share(rhythm: Rhythm, habit: Mapping[int, int], answers: int, hour: int) -> float:
    """The share of a person's answers that an hour is believed to get: the mean of the posterior."""
    if rhythm.strength is None:
        return rhythm.shares[hour]
    return (habit.get(hour, 0) + rhythm.strength * rhythm.shares[hour]) / (answers + rhythm.strength)


class Slot(NamedTuple):
    """An hour of the week that comes, as far as it is allowed."""

    hour: int
    begins: datetime
    ends: datetime


class Choice(NamedTuple):
    """When somebody goes on, why, and as what the draw is logged: nothing where chance decided nothing."""

    at: datetime
    why: Mapping[str, Any]
    variant: str | None = None
    propensity: float = 0.0


def choose(
    settings: BestWait,
    at: datetime,
    zone: str,
    habit: Mapping[int, int],
    rhythm: Rhythm | None,
    draws: tuple[float, float, float],
) -> Choice:
    """The moment at which somebody who comes at `at` goes on, within the allowed hours of the days that are allowed.

    `habit` is how often the person answered, by hour of the week. `draws` (0 ≤ d < 1) decide whether to explore, which
    hour is taken then, and where within the hour it is: so not everybody's message leaves at the full hour.
    """
    coming = slots(settings, at, zone)
    if not coming:
        first = _first_later(settings, at, zone)
        return Choice(first.begins, {"code": "best_none", "hour": first.hour, "at": first.begins.isoformat()})
    if rhythm is None or not rhythm.enough:
        first = coming[0]
        answers = rhythm.total if rhythm is not None else 0
        told = {"code": "best_unknown", "hour": first.hour, "answers": answers, "at": first.begins.isoformat()}
        return Choice(first.begins, told)
    answers = sum(habit.values())
    # Of equal ones the first: max keeps it.
    best = max(range(len(coming)), key=lambda place: own_share(rhythm, habit, answers, coming[place].hour))
    count = len(coming)
    place = int(draws[1] * count) if draws[0] < settings.explore else best
    chosen = coming[place]
    seconds = int(draws[2] * (chosen.ends - chosen.begins).total_seconds())
    moment = chosen.begins + timedelta(seconds=seconds)
    if not _allowed(settings, moment, zone):
        moment = chosen.begins
    own = rhythm.strength is not None and answers > 0
    why: dict[str, Any] = {
        "code": "best_explored" if place != best else "best_own" if own else "best_all", "hour": chosen.hour,
        "own": habit.get(chosen.hour, 0), "of": answers, "all": round(rhythm.shares[chosen.hour], 4),
        "weight": round(answers / (answers + rhythm.strength), 3) if rhythm.strength is not None and answers else 0.0,
        "slots": count, "at": moment.isoformat(),
    }  # fmt: skip
    if settings.explore == 0 or count == 1:
        return Choice(moment, why)
    for_best = 1 - settings.explore * (count - 1) / count
    why["propensity"] = round(for_best if place == best else 1 - for_best, 4)
    return Choice(moment, why, BEST if place == best else OTHER, for_best if place == best else 1 - for_best)


def slots(settings: BestWait, at: datetime, zone: str) -> list[Slot]:
    """The allowed hours from `at` on, at most `within_days` later, in the order of time; none may be left."""
    limit = at + timedelta(days=settings.within_days)
    day = at.astimezone(_zone(zone)).date()
    told = (settings.earliest, settings.latest, tuple(settings.weekdays))
    found = []
    for slot in _of_days(*told, day, settings.within_days + 2, zone):
        begins, ends = max(slot.begins, at), min(slot.ends, limit)
        if begins < ends:
            found.append(Slot(slot.hour, begins, ends))
    return found


def _first_later(settings: BestWait, at: datetime, zone: str) -> Slot:
    """The first allowed hour after days that hold none: clocks were put forward over it, or a day left out."""
    day = at.astimezone(_zone(zone)).date() + timedelta(days=settings.within_days)
    told = (settings.earliest, settings.latest, tuple(settings.weekdays))
    return next(slot for slot in _of_days(*told, day, _LATER, zone) if slot.begins > at)


@lru_cache(maxsize=2_000)
def _of_days(
    earliest: str, latest: str, weekdays: tuple[int, ...], first: date, days: int, zone: str
) -> tuple[Slot, ...]:
    """The allowed hours of so many days in a zone; hours that clocks skip are left out, those twice there come once."""
    place = _zone(zone)
    opens, closes = _minutes(earliest), _minutes(latest)
    found = []
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        if weekdays and day.weekday() not in weekdays:
            continue
        for hour in range(opens // 60, (closes + 59) // 60):
            begins, ends = max(opens, hour * 60), min(closes, hour * 60 + 60)
            starts = _moment(day, begins, place)
            if starts is not None:
                found.append(Slot(day.weekday() * 24 + hour, starts, starts + timedelta(minutes=ends - begins)))
    return tuple(found)


def _moment(day: date, minutes: int, place: ZoneInfo) -> datetime | None:
    """A minute of a local day; None where clocks skip it."""
    local = datetime.combine(day, time(minutes // 60, minutes % 60), place)
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def _allowed(settings: BestWait, moment: datetime, zone: str) -> bool:
    local = moment.astimezone(_zone(zone))
    inside = settings.earliest <= f"{local:%H:%M}" < settings.latest
    return inside and (not settings.weekdays or local.weekday() in settings.weekdays)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
