"""SQL of clicks and opens."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

# Whoever replays a link fills no table with it.
_MOST_OF_ONE_MESSAGE = 200

_ADD = f"""
    INSERT INTO mail_engagements (id, organisation_id, kind, message_id, person_id, version_id, link, links, url,
      rendered_at, at, user_agent, network)
    SELECT :id, :organisation_id, :kind, :message_id, :person_id, :version_id, :link, :links, :url,
      :rendered_at, :at, :user_agent, :network
    WHERE (SELECT count(*) FROM mail_engagements WHERE message_id = :message_id) < {_MOST_OF_ONE_MESSAGE}
"""


async def add(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Note a click or an open; False where there are too many of the message already."""
    result = await session.execute(text(_ADD), dict(values))
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def unjudged_messages(session: AsyncSession, before: datetime, limit: int) -> list[UUID]:
    """Messages with something that nobody has judged, from before a moment."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT DISTINCT message_id FROM mail_engagements WHERE human IS NULL AND at < $1 LIMIT $2", before, limit
    )
    return [row["message_id"] for row in rows]


async def of_messages(session: AsyncSession, message_ids: Collection[UUID]) -> Sequence[Mapping[str, Any]]:
    """All that happened to these messages, in the order of time; locked, so that nobody judges at the same time."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        """
        SELECT id, organisation_id, kind, message_id, person_id, version_id, link, links, url, rendered_at, at,
          user_agent, network, human
        FROM mail_engagements WHERE message_id = any($1::uuid[]) ORDER BY message_id, at, id FOR UPDATE
        """,
        list(message_ids),
    )


async def set_human(session: AsyncSession, judged: Mapping[UUID, float]) -> None:
    """Write the probabilities of a person."""
    if judged:
        connection = await asyncpg_connection(session)
        await connection.execute(
            """
            UPDATE mail_engagements SET human = judged.human
            FROM unnest($1::uuid[], $2::real[]) AS judged (id, human) WHERE mail_engagements.id = judged.id
            """,
            list(judged),
            list(judged.values()),
        )


async def messages_of_clicks(session: AsyncSession, click_ids: Collection[UUID]) -> list[UUID]:
    """The messages that these clicks are in."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT DISTINCT message_id FROM mail_engagements WHERE id = any($1::uuid[])", list(click_ids)
    )
    return [row["message_id"] for row in rows]


async def claim(
    session: AsyncSession, browsers: Mapping[UUID, str], *, since: datetime, likely_human: float
) -> Sequence[Mapping[str, Any]]:
    """Give clicks of people to the first browser that brings them, within a time: id, person_id, at."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        """
        UPDATE mail_engagements SET browser = claimed.browser
        FROM unnest($1::uuid[], $2::text[]) AS claimed (id, browser)
        WHERE mail_engagements.id = claimed.id AND kind = 'click' AND person_id IS NOT NULL AND at >= $3 AND human >= $4
          AND (mail_engagements.browser IS NULL OR mail_engagements.browser = claimed.browser)
        RETURNING mail_engagements.id, person_id, at
        """,
        list(browsers),
        list(browsers.values()),
        since,
        likely_human,
    )


async def forget(session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Take away what people did who are gone for good."""
    connection = await asyncpg_connection(session)
    await connection.execute("DELETE FROM mail_engagements WHERE person_id = any($1::uuid[])", list(person_ids))
