"""The ports that modules above implement: who people are, and whether a person or a program clicked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email.contracts_rendering import Engagement, MailField, PersonFacts


class PeopleSource(Protocol):
    """Knows people by their id. Answers as the session's actor may see: out of sight means not there."""

    async def facts(self, session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, PersonFacts]:
        """What templates may say about these people, in one query."""
        ...

    async def fields(self, session: AsyncSession) -> list[MailField]:
        """All that may be said about anybody."""
        ...


class EngagementJudge(Protocol):
    """Tells people from programs."""

    def __call__(self, rendered_at: datetime, links: int, seen: Sequence[Engagement]) -> list[float]:
        """The probability (0–1) of a person for each of what happened to one mail with so many links."""
        ...


class _Nobody:
    async def facts(self, session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, PersonFacts]:
        return {}

    async def fields(self, session: AsyncSession) -> list[MailField]:
        return []


def _believes(rendered_at: datetime, links: int, seen: Sequence[Engagement]) -> list[float]:
    return [1.0] * len(seen)


_people: PeopleSource = _Nobody()
_judge: EngagementJudge = _believes


def provide_people(source: PeopleSource) -> None:
    """Make the module known that knows people."""
    global _people
    _people = source


def provide_judge(judge: EngagementJudge) -> None:
    """Make the module known that tells people from programs."""
    global _judge
    _judge = judge


def people() -> PeopleSource:
    """Who knows people."""
    return _people


def judge() -> EngagementJudge:
    """Who tells people from programs."""
    return _judge
