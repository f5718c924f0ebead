"""SQL of visitors that follow their leads."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection

_OF_LEADS = "select id from visitors where organisation_id = $1 and lead_id = any($2::uuid[])"
_GONE = f"""
    with gone as (
      select i.kind, i.value, i.since, i.until from visitor_identifiers i where i.visitor_id in ({_OF_LEADS}))
"""
# In this order: identifiers are what the others are found by.
_FORGET = (
    f"""{_GONE} delete from events e using gone where e.organisation_id = $1
        and ((gone.kind = 'user' and e.user_id = gone.value)
          or (gone.kind = 'anonymous' and e.anonymous_id = gone.value and e.user_id is null
            and e.occurred_at >= gone.since and e.occurred_at < gone.until))""",
    f"""{_GONE} delete from visitor_sessions s using gone where s.organisation_id = $1 and s.device_kind = gone.kind
        and s.device = gone.value and s.started_at < gone.until and s.last_at >= gone.since""",
    f"""{_GONE} delete from visitor_marks m using gone where m.organisation_id = $1
        and m.kind = gone.kind and m.value = gone.value""",
    f"""{_GONE} delete from visitor_links l using gone where l.organisation_id = $1
        and ((l.left_kind = gone.kind and l.left_value = gone.value and l.left_kind <> 'anonymous')
          or (l.right_kind = gone.kind and l.right_value = gone.value))""",
    f"delete from visitors where id in ({_OF_LEADS})",
)


async def give_leads(session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """Give the visitors of some leads to another one; the address they were found by stays noted."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update visitors set lead_id = $2 where organisation_id = $1 and lead_id = any($3::uuid[])",
        actor_of(session).organisation_id,
        winner_id,
        list(loser_ids),
    )


async def emails_of(session: AsyncSession, lead_id: UUID) -> set[str]:
    """The addresses by which a lead's visitors were found."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select distinct lead_email from visitors where organisation_id = $1 and lead_id = $2 "
        "and lead_email is not null",
        actor_of(session).organisation_id,
        lead_id,
    )
    return {row[0] for row in rows}


async def give_back(session: AsyncSession, winner_id: UUID, lead_of: Mapping[str, UUID]) -> None:
    """Give visitors of a lead to those that have the addresses these were found by."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update visitors v set lead_id = w.lead_id from unnest($3::text[], $4::uuid[]) as w(email, lead_id) "
        "where v.organisation_id = $1 and v.lead_id = $2 and v.lead_email = w.email",
        actor_of(session).organisation_id,
        winner_id,
        list(lead_of),
        list(lead_of.values()),
    )


async def forget(session: AsyncSession, lead_ids: Sequence[UUID]) -> None:
    """Remove the visitors of leads with all that was collected of them; browsers go on as strangers."""
    connection = await asyncpg_connection(session)
    for statement in _FORGET:
        await connection.execute(statement, actor_of(session).organisation_id, list(lead_ids))
