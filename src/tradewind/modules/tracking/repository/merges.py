"""SQL of what joined the identifiers of visitors."""

from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.tracking.models.visitors import VisitorLink

# Of an alias one of two links has no browser behind it, and one with events names no former user.
_REAL = """
    (l.left_kind = 'anonymous') = exists (select from visitor_sessions s where s.organisation_id = l.organisation_id
        and s.device_kind = 'anonymous' and s.device = l.left_value) or (l.left_kind = 'user' and l.how <> 'alias')
"""
_SHOWN = """
    l.id, l.left_kind, l.left_value, l.right_kind, l.right_value, l.how, l.first_at, l.undone_at, l.undone_by_name,
    (select max(s.user_agent) from visitor_sessions s where l.left_kind = 'anonymous'
        and s.organisation_id = l.organisation_id and s.device_kind = 'anonymous' and s.device = l.left_value)
        as user_agent,
    (select count(*)::int from (select from events e where e.organisation_id = l.organisation_id and
        case l.left_kind when 'anonymous' then e.anonymous_id = l.left_value and e.user_id is null
        else e.user_id = l.left_value end limit 1000) as counted) as events
"""


async def of_lead(session: AsyncSession, lead_id: UUID, limit: int) -> list[asyncpg.Record]:
    """Links between identifiers of the lead's visitors, in force or undone, newest first."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        f"""
        with own as (
          select distinct i.kind, i.value from visitors v join visitor_identifiers i on i.visitor_id = v.id
          where v.organisation_id = $1 and v.lead_id = $2),
        found as (
          select l.id from own join visitor_links l on l.organisation_id = $1 and l.right_kind = own.kind
            and l.right_value = own.value
          union
          select l.id from own join visitor_links l on l.organisation_id = $1 and l.left_kind = own.kind
            and l.left_value = own.value where own.kind = 'user')
        select {_SHOWN} from found join visitor_links l on l.id = found.id where {_REAL}
        order by l.first_at desc, l.id limit $3
        """,
        actor_of(session).organisation_id,
        lead_id,
        limit,
    )


async def one(session: AsyncSession, link_id: UUID) -> asyncpg.Record:
    """A link as it is shown."""
    connection = await asyncpg_connection(session)
    row = await connection.fetchrow(f"select {_SHOWN} from visitor_links l where l.id = $1", link_id)
    assert row is not None
    return row


async def locked(session: AsyncSession, link_id: UUID) -> VisitorLink | None:
    """A link, locked."""
    query = select(VisitorLink).where(VisitorLink.id == link_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def same_alias(session: AsyncSession, link: VisitorLink) -> list[VisitorLink]:
    """All links in force between the same two values: an alias makes two."""
    query = select(VisitorLink).where(
        VisitorLink.left_value == link.left_value,
        VisitorLink.right_kind == link.right_kind,
        VisitorLink.right_value == link.right_value,
        (VisitorLink.id == link.id) | (VisitorLink.how == "alias"),
        VisitorLink.undone_at.is_(None),
    )
    return list((await session.scalars(query)).all())
