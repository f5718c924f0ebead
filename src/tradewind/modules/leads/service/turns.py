"""Whose turn it is: round robin, weights, fewest open leads, or always the same person."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be given a lead."""

    user_id: UUID
    name: str
    weight: int = 1


@dataclass(slots=True)
class Turns:
    """The order of one rule while leads are handed out; `people` are its active members, at least one.

    `rotation` counts the turns ever taken, `last` is who had the latest, `load` how many open leads each has.
    """

    strategy: str
    people: Sequence[Person]
    rotation: int = 0
    last: UUID | None = None
    load: dict[UUID, int] = field(default_factory=dict)
    _cycle: list[int] = field(default_factory=list)
    _heap: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.strategy == "weights":
            self._cycle = smooth_cycle([person.weight for person in self.people])
        elif self.strategy == "load":
            self._heap = [(self.load.get(person.user_id, 0), place) for place, person in enumerate(self.people)]
            heapq.heapify(self._heap)
        else:
            self._cycle = list(range(len(self.people)))

    def take(self) -> tuple[Person, str]:
        """The next person and why, in words. Counts as a turn."""
        person, reason = self._next()
        self.rotation += 1
        self.last = person.user_id
        return person, reason

    def _next(self) -> tuple[Person, str]:
        if self.strategy == "fixed":
            return self.people[0], f"always {self.people[0].name}"
        if self.strategy == "load":
            count, place = heapq.heappop(self._heap)
            heapq.heappush(self._heap, (count + 1, place))
            return self.people[place], f"fewest open leads ({count})"
        person = self.people[self._cycle[self.rotation % len(self._cycle)]]
        if self.strategy == "weights":
            total = sum(each.weight for each in self.people)
            return person, f"turn by weight, {person.weight} of {total}"
        before = next((each.name for each in self.people if each.user_id == self.last), None)
        if len(self.people) == 1:
            return person, "the only member in turn"
        return person, f"next in round robin after {before}" if before else "first in round robin"


def smooth_cycle(weights: Sequence[int]) -> list[int]:
    """One cycle of turns in which each index comes as often as its weight, spread evenly (smooth round robin)."""
    current = [0] * len(weights)
    total = sum(weights)
    cycle = []
    for _ in range(total):
        for index, weight in enumerate(weights):
            current[index] += weight
        chosen = max(range(len(weights)), key=lambda index: (current[index], -index))
        current[chosen] -= total
        cycle.append(chosen)
    return cycle
