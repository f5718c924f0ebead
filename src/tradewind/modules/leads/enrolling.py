"""The port that the module above implements which takes people into journeys: bulk actions drive it."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import NotFound


class Journeys(Protocol):
    """Takes people into a journey, by hand."""

    async def name(self, session: AsyncSession, journey_id: UUID) -> str:
        """What a journey that takes people is called. Raises an AppError that says why it takes none."""
        ...

    async def put_in(
        self, session: AsyncSession, journey_id: UUID, lead_ids: Sequence[UUID], *, key: str
    ) -> tuple[int, Mapping[str, int]]:
        """Take people in, once by a key: how many came in, and of the others how many why not. Raises as `name`."""
        ...


class _Nowhere:
    async def name(self, session: AsyncSession, journey_id: UUID) -> str:
        raise NotFound("There are no journeys here.")

    async def put_in(
        self, session: AsyncSession, journey_id: UUID, lead_ids: Sequence[UUID], *, key: str
    ) -> tuple[int, Mapping[str, int]]:
        raise NotFound("There are no journeys here.")


_journeys: Journeys = _Nowhere()


def provide_journeys(source: Journeys) -> None:
    """Make the module known that takes people into journeys."""
    global _journeys
    _journeys = source


def journeys() -> Journeys:
    """Who takes people into journeys."""
    return _journeys
