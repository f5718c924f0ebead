"""At which moment of its life a lead whose outcome is known is looked at in training.

A lead that reached the outcome is looked at somewhere between its arrival and the outcome, later moments likelier. One
that did not is looked at at an age drawn from the same ages, so that age says nothing about the outcome: without that,
leads that stayed open for long would show more visits only because there was more time for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Life:
    """From when to when a lead was open; `ended` is None where the moment of its outcome is not known."""

    id: UUID
    arrived: datetime
    ended: datetime | None
    reached: bool


def decision_times(lives: Sequence[Life], at: datetime) -> dict[UUID, datetime]:
    """The moment of decision of each lead, never after its outcome or `at`; the same at every call.

    Empty when no lead that reached the outcome says when: then there is no age to compare at.
    """
    ages = {
        life.id: _age(life, life.ended) * _draw(life.id, b"age") ** 0.5 for life in lives if life.reached and life.ended
    }
    if not ages:
        return {}
    typical = list(ages.values())
    moments = {}
    for life in lives:
        end = life.ended or at
        age = ages.get(life.id)
        if age is None:
            age = min(typical[int(len(typical) * _draw(life.id, b"other"))], _age(life, end))
        moments[life.id] = min(life.arrived + timedelta(seconds=age), end)
    return moments


def _age(life: Life, end: datetime) -> float:
    return max(0.0, (end - life.arrived).total_seconds())


def _draw(lead_id: UUID, purpose: bytes) -> float:
    """A number in [0, 1) that belongs to the lead."""
    return int.from_bytes(blake2b(lead_id.bytes, digest_size=8, person=purpose).digest()) / 2**64
