"""Whose turn it is: meetings go round in proportion to weights, with the words that say why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A host who is free. `counted` is what already came to them by turn, with what a newcomer is credited."""

    user_id: UUID
    number: int
    weight: int
    priority: int
    counted: float
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is next and why, as people read it."""

    user_id: UUID
    because: str


def next_turn(free: Sequence[Candidate]) -> Turn:
    """Who of the free hosts takes the next meeting: the highest priority, then the smallest share for the weight.

    Hosts of weight 0 come only when nobody else is free, so that what is shown can always be booked.
    """
    if len(free) == 1:
        return Turn(free[0].user_id, "The only host who is free then")
    weighted = [one for one in free if one.weight > 0] or list(free)
    top = max(one.priority for one in weighted)
    candidates = [one for one in weighted if one.priority == top]
    if len(candidates) == 1:
        why = "first by priority" if len(weighted) > 1 else "the others have weight 0"
        return Turn(candidates[0].user_id, f"Of {len(free)} free hosts {why}")
    # Dividing what somebody would have after this meeting keeps everyone within one meeting of their share.
    chosen = min(candidates, key=lambda one: (_share(one), one.last_at or _NEVER, one.number))
    return Turn(
        chosen.user_id,
        f"Next in turn of {len(candidates)} free hosts: {_meetings(chosen.counted)} so far, at weight {chosen.weight}",
    )


def newcomer_credit(weight: int, others: Sequence[Candidate]) -> float:
    """What somebody new is counted as having had, so that they take turns at once but are not flooded."""
    loads = [one.counted / one.weight for one in others if one.weight > 0]
    return round(min(loads) * weight, 3) if loads else 0.0


def _share(one: Candidate) -> float:
    return (one.counted + 1) / max(one.weight, 1)


def _meetings(count: float) -> str:
    return "1 meeting" if count == 1 else f"{count:g} meetings"
