"""The port that the module above implements whose journeys follow scores: a preview tells what they would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class ScoreEntrance:
    """A way into a journey: one of these bands, or so many points."""

    bands: frozenset[str]
    at_least: int | None

    def is_open(self, band: str | None, score: int | None) -> bool:
        """Whether it lets in somebody of this band and score."""
        return band in self.bands if self.at_least is None else score is not None and score >= self.at_least


@dataclass(frozen=True, slots=True)
class FollowingJourney:
    """A live journey that asks for the primary score, at its `entrances` or elsewhere."""

    name: str
    entrances: Sequence[ScoreEntrance]


class Journeys(Protocol):
    """Knows the journeys of an organisation."""

    async def following(self, session: AsyncSession) -> Sequence[FollowingJourney]:
        """Live journeys that ask for the primary score, by name."""
        ...


class _None:
    async def following(self, session: AsyncSession) -> Sequence[FollowingJourney]:
        return ()


_journeys: Journeys = _None()


def provide_journeys(source: Journeys) -> None:
    """Make the module known that has journeys."""
    global _journeys
    _journeys = source


def journeys() -> Journeys:
    """Who knows the journeys."""
    return _journeys
