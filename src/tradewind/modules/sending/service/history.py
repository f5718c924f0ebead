"""What a person got and did not get, and why."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ownership import Former, give_back, reassign
from tradewind.modules.sending.contracts import MessageSummary
from tradewind.modules.sending.models import Intent
from tradewind.modules.sending.service import settling
from tradewind.modules.sending.written import decision_from

_TABLES = {"send_intents": "person_id"}


async def recent_for(session: AsyncSession, person_id: UUID, *, limit: int) -> list[MessageSummary]:
    """Messages to a person, newest first."""
    rows = await session.scalars(
        select(Intent).where(Intent.person_id == person_id).order_by(Intent.id.desc()).limit(limit)
    )
    return [summary(row) for row in rows]


async def last_for(session: AsyncSession, person_id: UUID, journey_ids: Collection[UUID]) -> dict[UUID, MessageSummary]:
    """The newest message of each of these journeys to a person; see `api.last_for`."""
    newest = select(Intent).where(
        Intent.organisation_id == actor_of(session).organisation_id, Intent.person_id == person_id,
        Intent.journey_id.in_(journey_ids),
    )  # fmt: skip
    rows = await session.scalars(
        newest.ext(distinct_on(Intent.journey_id)).order_by(Intent.journey_id, Intent.id.desc())
    )
    return {row.journey_id: summary(row) for row in rows if row.journey_id is not None}


async def merge_people(session: AsyncSession, *, into: UUID, merged: Sequence[UUID]) -> dict[str, Former]:
    """Give messages to the person that stays; see `api.merge_people`."""
    return await reassign(session, _TABLES, into, merged)


async def part_people(session: AsyncSession, *, holder: UUID, moves: Mapping[str, Former]) -> None:
    """Give messages back; see `api.part_people`."""
    await give_back(session, _TABLES, holder, moves)


async def forget_people(session: AsyncSession, person_ids: Sequence[UUID]) -> None:
    """Take away what is known of people; see `api.forget_people`."""
    await settling.withdraw(session, "people", list(person_ids), reason="The person is gone.")
    theirs = update(Intent).where(Intent.person_id.in_(person_ids))
    # One that is being sent right now needs its address for a moment; the daily clearing takes it.
    over = theirs.where(Intent.state != "attempting")
    await session.execute(over.values(address_sealed=None, content={}, time_zone=None, country=None))
    await session.execute(theirs.values(person_id=None))


def summary(row: Intent) -> MessageSummary:
    """A row as other modules see it."""
    return MessageSummary(
        id=row.id, channel=row.channel, purpose=row.purpose, campaign_id=row.campaign_id, journey_id=row.journey_id,
        step_key=row.step_key, state=row.state,  # pyright: ignore[reportArgumentType]
        decision=decision_from(row.decision), not_before=row.not_before, created_at=row.created_at,
        sent_at=row.sent_at, outcome=row.outcome,
    )  # fmt: skip
