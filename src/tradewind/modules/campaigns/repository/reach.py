"""SQL of reach: an audience, and who of it is left out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.conditions import Compiled

FIRST = 7
"""Number of the first placeholder of conditions here."""
_PAGE = 200_000
_ADDRESSES = {"email": "leads.email_key", "chat": "leads.id::text"}
# Without days that count, nobody wrote lately; a page of everybody is one statement.
_REACH = """
    WITH everybody AS (
        SELECT leads.id, {address} AS address, concat(leads.time_zone, '|', leads.country) AS place,
            {unwanted} AS excluded,
            $4::timestamptz IS NOT NULL AND EXISTS (
                SELECT FROM send_intents i WHERE i.organisation_id = $3 AND i.person_id = leads.id
                AND i.campaign_id IS NOT NULL AND i.campaign_id <> $5
                AND i.state IN ('held', 'scheduled', 'attempting', 'sent', 'unknown')
                AND coalesce(i.sent_at, i.not_before) > $4) AS recent
        FROM leads WHERE leads.deleted_at IS NULL AND ($1::uuid IS NULL OR leads.id > $1) AND ({wanted})
        ORDER BY leads.id LIMIT $2
    )
    SELECT count(*) AS people, count(*) FILTER (WHERE excluded) AS excluded,
        count(*) FILTER (WHERE NOT excluded AND recent) AS recent,
        count(*) FILTER (WHERE $6 AND NOT excluded AND NOT recent AND address IS NULL) AS no_address,
        array_agg(address) FILTER (WHERE $6 AND NOT excluded AND NOT recent AND address IS NOT NULL) AS addresses,
        array_agg(place) FILTER (WHERE $6 AND NOT excluded AND NOT recent AND address IS NOT NULL) AS places,
        (array_agg(id ORDER BY id DESC))[1] AS last
    FROM everybody
"""


@dataclass(slots=True)
class ReachPage:
    """Counts of a page of an audience; `last` where more follow.

    `addresses` of those who may be written to, with the `places` they are at: zone and country, with a | between.
    """

    people: int
    excluded: int
    recent: int
    no_address: int
    addresses: list[str]
    places: list[str]
    last: UUID | None


async def page(
    session: AsyncSession,
    wanted: Compiled,
    unwanted: Compiled | None,
    *,
    campaign_id: UUID,
    recent_days: int | None,
    channel: str | None,
    after: UUID | None,
) -> ReachPage:
    """The next page of the people `wanted` holds for, without counting anybody twice."""
    connection = await asyncpg_connection(session)
    since = now() - timedelta(days=recent_days) if recent_days else None
    statement = _REACH.format(
        address=_ADDRESSES.get(channel or "", "NULL::text"),
        unwanted=f"({unwanted.sql})" if unwanted else "false",
        wanted=wanted.sql,
    )
    row = await connection.fetchrow(
        statement, after, _PAGE, actor_of(session).organisation_id, since, campaign_id, channel in _ADDRESSES,
        *wanted.values, *(unwanted.values if unwanted else ()),
    )  # fmt: skip
    assert row is not None
    last = row["last"] if row["people"] == _PAGE else None
    return ReachPage(
        row["people"], row["excluded"], row["recent"], row["no_address"], row["addresses"] or [], row["places"] or [],
        last,
    )  # fmt: skip
