"""SQL of the ledger: messages written, taken, moved on and settled, always many in a statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

NO_LANE = UUID(int=0)
# States in which a message counts as got, or about to be got, by the person.
REACHING = ("attempting", "sent", "unknown")
PLANNED = (*REACHING, "scheduled")

_COLUMNS: Mapping[str, str] = {
    "id": "uuid", "key": "text", "channel": "text", "purpose": "text", "priority": "text", "person_id": "uuid",
    "contact_hash": "bytea", "address_sealed": "text", "time_zone": "text", "country": "text", "campaign_id": "uuid",
    "journey_id": "uuid", "lane_id": "uuid", "step_key": "text", "sender": "text", "content": "jsonb",
    "decision": "jsonb", "state": "text", "not_before": "timestamptz", "expires_at": "timestamptz",
    "approval_id": "uuid", "cost_microusd": "bigint", "created_at": "timestamptz", "finished_at": "timestamptz",
}  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
_INSERT = f"""
    INSERT INTO send_intents (organisation_id, {_NAMES}, shadow)
    SELECT $1, {_NAMES}, coalesce(string_to_array(nullif(noted, ''), ' '), '{{}}')
    FROM unnest({", ".join(f"${place}::{kind}[]" for place, kind in enumerate((*_COLUMNS.values(), "text"), 2))})
        AS rows({_NAMES}, noted)
    ON CONFLICT (organisation_id, key) DO NOTHING RETURNING id"""
_BY_KEYS = "SELECT id, key, state, decision FROM send_intents WHERE organisation_id = $1 AND key = ANY($2)"
_HISTORY = """
    SELECT coalesce(person_id::text, encode(contact_hash, 'hex')) AS subject, channel, purpose,
        coalesce(sent_at, not_before) AS at
    FROM send_intents
    WHERE organisation_id = $1 AND (person_id = ANY($2) OR (person_id IS NULL AND contact_hash = ANY($3)))
        AND state = ANY($4) AND purpose <> 'transactional' AND not_before > $5 AND id <> ALL($6)
    ORDER BY at"""
_CLAIM = """
    SELECT s.id, s.channel, s.purpose, s.priority, s.person_id, s.contact_hash, s.address_sealed, s.time_zone,
        s.country, s.campaign_id, s.journey_id, s.lane_id, s.step_key, s.sender, s.content, s.shadow, s.not_before,
        s.expires_at, s.attempts, s.broken_off, s.cost_microusd, s.created_at
    FROM unnest($2::uuid[]) AS lanes(lane_id) CROSS JOIN LATERAL (
        SELECT * FROM send_intents i
        WHERE i.organisation_id = $1 AND i.state = 'scheduled' AND i.channel = $3 AND i.priority = $4
            AND i.lane_id = lanes.lane_id AND i.not_before <= $5
        ORDER BY i.not_before LIMIT $6 FOR UPDATE SKIP LOCKED
    ) AS s LIMIT $7"""
_TAKE = """
    UPDATE send_intents i SET state = 'attempting', attempt_id = $2, attempts = i.attempts + 1, lease_until = $3,
        not_before = $4, exposed_at = NULL, decision = t.decision,
        shadow = coalesce(string_to_array(nullif(t.shadow, ''), ' '), '{}')
    FROM unnest($5::uuid[], $6::jsonb[], $7::text[]) AS t(id, decision, shadow)
    WHERE i.organisation_id = $1 AND i.id = t.id"""
_MOVE = """
    UPDATE send_intents i SET state = t.state, not_before = t.not_before,
        decision = coalesce(t.decision, i.decision),
        approval_id = coalesce(t.approval_id, i.approval_id), finished_at = t.finished_at
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::uuid[], $7::timestamptz[])
        AS t(id, state, not_before, decision, approval_id, finished_at)
    WHERE i.organisation_id = $1 AND i.id = t.id"""
_EXPOSE = """
    UPDATE send_intents i SET exposed_at = clock_timestamp()
    WHERE i.id = ANY($1) AND i.attempt_id = $2 AND i.state = 'attempting' AND NOT EXISTS (
        SELECT FROM sending_stops s WHERE s.scope = 'organisation'
            OR (s.scope = 'channel' AND s.subject = i.channel)
            OR (s.scope = 'campaign' AND s.subject = i.campaign_id::text)
            OR (s.scope = 'journey' AND s.subject = i.journey_id::text))
    RETURNING i.id"""
_RENEW = """
    UPDATE send_intents SET lease_until = $2 WHERE attempt_id = $1 AND state = 'attempting' AND id = ANY($3)"""
# An attempt's own word counts also when its lease ran out in the meantime and the message was called unknown.
_SETTLE = """
    UPDATE send_intents i SET state = o.state, not_before = coalesce(o.not_before, i.not_before),
        provider = coalesce(nullif(o.provider, ''), i.provider),
        provider_message_id = coalesce(o.message_id, i.provider_message_id),
        cost_microusd = coalesce(o.cost, i.cost_microusd), outcome = o.outcome,
        sent_at = CASE WHEN o.state = 'sent' THEN o.at END,
        finished_at = CASE WHEN o.state IN ('sent', 'refused', 'expired', 'cancelled') THEN o.at END,
        reconcile_at = o.reconcile_at, lease_until = NULL,
        broken_off = CASE WHEN o.broke_off THEN i.broken_off + 1 ELSE 0 END
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[],
                $8::jsonb[], $9::timestamptz[], $10::timestamptz[], $11::boolean[])
        AS o(id, attempt_id, state, not_before, provider, message_id, cost, outcome, at, reconcile_at, broke_off)
    WHERE i.id = o.id AND i.state IN ('attempting', 'unknown') AND i.attempt_id IS NOT DISTINCT FROM o.attempt_id
        AND (o.state <> 'unknown' OR i.state = 'attempting')
    RETURNING i.id, i.channel, i.purpose, i.person_id, i.campaign_id, i.journey_id, i.lane_id, i.step_key, i.state,
        i.cost_microusd"""
_FORGOTTEN = """
    SELECT id, attempt_id, exposed_at, broken_off FROM send_intents
    WHERE state = 'attempting' AND lease_until <= $1 ORDER BY lease_until LIMIT $2 FOR UPDATE SKIP LOCKED"""
_LEFT_OVER = """
    SELECT id, attempt_id, exposed_at, broken_off FROM send_intents
    WHERE attempt_id = $1 AND state = 'attempting' AND id = ANY($2) FOR UPDATE"""
_DOUBTFUL = """
    UPDATE send_intents SET reconciled = reconciled + 1,
        reconcile_at = CASE WHEN reconciled < $3 - 1 THEN $1 + make_interval(mins => (5 * 3 ^ reconciled)::int) END
    WHERE id IN (SELECT id FROM send_intents WHERE state = 'unknown' AND reconcile_at <= $1
                 ORDER BY reconcile_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING id, channel, purpose, priority, person_id, address_sealed, campaign_id, journey_id, step_key, sender,
        content, attempts, attempt_id, created_at, expires_at"""
_WITHDRAW = """
    UPDATE send_intents SET state = 'cancelled', finished_at = $2, outcome = $3
    WHERE organisation_id = $1 AND state IN ('held', 'scheduled') AND {condition}
    RETURNING id, channel, purpose, person_id, campaign_id, journey_id, lane_id, step_key, state"""
_CONDITIONS = {
    "campaign": "campaign_id = $4",
    "journey": "journey_id = $4",
    "keys": "key = ANY($4)",
    "ids": "id = ANY($4)",
    "people": "person_id = ANY($4)",
    "channel": "channel = $4",
    "all": "$4::text IS NULL",
}
_EXPIRE = """
    UPDATE send_intents SET state = 'expired', finished_at = $1, outcome = $2
    WHERE id IN (SELECT id FROM send_intents WHERE state = 'held' AND expires_at <= $1 ORDER BY expires_at LIMIT $3)
    RETURNING id, channel, purpose, person_id, campaign_id, journey_id, lane_id, step_key, state"""
_RELEASE = """
    UPDATE send_intents SET state = $2, not_before = greatest(not_before, $3), finished_at = $4, outcome = $5
    WHERE approval_id = $1 AND state = 'held'
    RETURNING id, channel, purpose, person_id, campaign_id, journey_id, lane_id, step_key, state"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a message becomes: its new state, and what is known of it. `outcome` is JSON text.

    It counts as long as `attempt_id` is the message's last attempt. `broke_off`: that ended without a word.
    """

    id: UUID
    attempt_id: UUID | None
    state: str
    at: datetime
    outcome: str
    not_before: datetime | None = None
    provider: str = ""
    message_id: str | None = None
    cost_microusd: int | None = None
    reconcile_at: datetime | None = None
    broke_off: bool = False


async def insert(session: AsyncSession, organisation_id: UUID, rows: Sequence[Mapping[str, Any]]) -> frozenset[UUID]:
    """Add messages; returns the ids of those whose key was not there. `shadow` is policy keys joined by spaces."""
    columns = [[row[name] for row in rows] for name in (*_COLUMNS, "shadow")]
    added = await (await asyncpg_connection(session)).fetch(_INSERT, organisation_id, *columns)
    return frozenset(plain(row["id"]) for row in added)


async def by_keys(session: AsyncSession, organisation_id: UUID, keys: Collection[str]) -> dict[str, asyncpg.Record]:
    """Messages that have these keys: id, key, state, decision."""
    rows = await (await asyncpg_connection(session)).fetch(_BY_KEYS, organisation_id, list(keys))
    return {row["key"]: row for row in rows}


async def history(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    people: Collection[UUID],
    strangers: Collection[bytes],
    states: Collection[str],
    since: datetime,
    without: Collection[UUID] = (),
) -> list[asyncpg.Record]:
    """Messages that people got or will get since a moment, in order: subject (id, or hash in hex), channel, …, at."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        _HISTORY, organisation_id, list(people), list(strangers), list(states), since, list(without)
    )


async def due(
    session: AsyncSession,
    organisation_id: UUID,
    lanes: Sequence[UUID],
    *,
    channel: str,
    priority: str,
    at: datetime,
    limit: int,
) -> list[asyncpg.Record]:
    """Lock what is due in these lanes, each giving its share, at most `limit` together."""
    share = -(-limit // max(1, len(lanes)))
    connection = await asyncpg_connection(session)
    return await connection.fetch(_CLAIM, organisation_id, list(lanes), channel, priority, at, share, limit)


async def take(
    session: AsyncSession,
    organisation_id: UUID,
    attempt_id: UUID,
    rows: Sequence[tuple[UUID, str, str]],
    *,
    at: datetime,
    lease_until: datetime,
) -> None:
    """Make messages this attempt's: (id, decision as JSON, shadow policies joined by spaces)."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection = await asyncpg_connection(session)
    await connection.execute(_TAKE, organisation_id, attempt_id, lease_until, at, *columns)


async def move(
    session: AsyncSession,
    organisation_id: UUID,
    rows: Sequence[tuple[UUID, str, datetime, str | None, UUID | None, datetime | None]],
) -> None:
    """Give messages a new state before any attempt: (id, state, not before, decision, approval, finished at)."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    await (await asyncpg_connection(session)).execute(_MOVE, organisation_id, *columns)


async def expose(connection: asyncpg.Connection, attempt_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Mark messages as about to leave; returns those that may."""
    return frozenset(plain(row["id"]) for row in await connection.fetch(_EXPOSE, list(ids), attempt_id))


async def renew(session: AsyncSession, attempt_id: UUID, ids: Collection[UUID], until: datetime) -> None:
    """Keep messages for longer."""
    await (await asyncpg_connection(session)).execute(_RENEW, attempt_id, until, list(ids))


async def settle(connection: asyncpg.Connection, rows: Sequence[Settlement]) -> list[asyncpg.Record]:
    """Move on messages that are under way or unknown, if the attempt is still their last; returns those it changed."""
    ordered = sorted(rows, key=lambda row: row.id)
    columns = zip(
        *((r.id, r.attempt_id, r.state, r.not_before, r.provider, r.message_id, r.cost_microusd, r.outcome, r.at,
           r.reconcile_at, r.broke_off) for r in ordered),
        strict=True,
    )  # fmt: skip
    return await connection.fetch(_SETTLE, *(list(column) for column in columns))


async def forgotten(session: AsyncSession, at: datetime, *, limit: int) -> list[asyncpg.Record]:
    """Lock messages whose lease has run out."""
    return await (await asyncpg_connection(session)).fetch(_FORGOTTEN, at, limit)


async def left_over(session: AsyncSession, attempt_id: UUID, ids: Collection[UUID]) -> list[asyncpg.Record]:
    """Lock messages of an attempt that has ended without a word about them."""
    return await (await asyncpg_connection(session)).fetch(_LEFT_OVER, attempt_id, list(ids))


async def doubtful(session: AsyncSession, at: datetime, *, times: int, limit: int) -> list[asyncpg.Record]:
    """Take unknown messages whose time to be asked about has come; each `times` times, after growing pauses."""
    return await (await asyncpg_connection(session)).fetch(_DOUBTFUL, at, limit, times)


async def withdraw(
    session: AsyncSession, organisation_id: UUID, by: str, value: Any, *, at: datetime, outcome: str
) -> list[asyncpg.Record]:
    """Cancel what waits, by campaign, journey, keys, people, ids, channel, or all of it; returns what it was."""
    connection = await asyncpg_connection(session)
    statement = _WITHDRAW.format(condition=_CONDITIONS[by])
    return await connection.fetch(statement, organisation_id, at, outcome, value)


async def expire_held(session: AsyncSession, at: datetime, *, outcome: str, limit: int) -> list[asyncpg.Record]:
    """End messages that waited for a person for too long."""
    return await (await asyncpg_connection(session)).fetch(_EXPIRE, at, outcome, limit)


async def release(
    session: AsyncSession, approval_id: UUID, *, state: str, at: datetime, outcome: str
) -> list[asyncpg.Record]:
    """Let held messages of an approval go, or end them."""
    finished = None if state == "scheduled" else at
    return await (await asyncpg_connection(session)).fetch(_RELEASE, approval_id, state, at, finished, outcome)


def plain(value: Any) -> UUID:
    """A UUID of the standard library from the driver's own kind."""
    return UUID(bytes=value.bytes)


def plain_or_none(value: Any) -> UUID | None:
    """The same, where there may be none."""
    return None if value is None else plain(value)
