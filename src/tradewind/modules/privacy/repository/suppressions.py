"""SQL of suppressions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.contracts import SpreadWishes
from tradewind.modules.privacy.models.consents import ContactPointRow
from tradewind.modules.privacy.models.suppressions import Suppression

# A second suppression for the same reason only ever widens the first. One that came by a merge alone, and is then
# told of the contact point itself, outlives the undoing of that merge.
_SUPPRESS = text("""
    INSERT INTO suppressions AS s
        (id, organisation_id, contact_hash, channel, scope, reason, source, note, at, until, actor_name)
    SELECT id, :organisation_id, contact_hash, channel, scope, reason, source, note, at, until, :actor_name
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:scopes AS text[]),
        CAST(:reasons AS text[]), CAST(:sources AS text[]), CAST(:notes AS text[]), CAST(:at AS timestamptz[]),
        CAST(:until AS timestamptz[]))
        AS n (id, contact_hash, channel, scope, reason, source, note, at, until)
    ON CONFLICT (organisation_id, contact_hash, channel, reason) WHERE released_at IS NULL DO UPDATE SET
        scope = CASE WHEN excluded.scope = 'all' THEN 'all' ELSE s.scope END,
        until = CASE WHEN s.until IS NULL OR excluded.until IS NULL THEN NULL
                ELSE greatest(s.until, excluded.until) END,
        source = CASE WHEN s.source = 'merge' THEN excluded.source ELSE s.source END
    RETURNING s.id, s.contact_hash, s.channel, s.reason, s.scope
""")
_RELEASE = text("""
    UPDATE suppressions SET released_at = :at, released_by_name = :by, release_note = :note
    WHERE released_at IS NULL AND (contact_hash, channel) IN (
        SELECT * FROM unnest(CAST(:hashes AS bytea[]), CAST(:channels AS text[])))
        AND reason = ANY (CAST(:reasons AS text[])) AND (CAST(:source AS text) IS NULL OR source = :source)
    RETURNING id
""")
_RELEASE_SPREAD = text("""
    UPDATE suppressions s SET released_at = :at, released_by_name = :by, release_note = :note
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:reasons AS text[]))
        AS g (contact_hash, channel, reason)
    WHERE s.released_at IS NULL AND s.contact_hash = g.contact_hash AND s.channel = g.channel
        AND s.reason = g.reason AND s.source = 'merge' AND s.at = :spread_at
    RETURNING s.id
""")
_COUNTS = text("""
    SELECT channel, reason, count(*) AS contacts FROM suppressions
    WHERE released_at IS NULL AND (until IS NULL OR until > :at) GROUP BY channel, reason
""")


async def add(
    session: AsyncSession, organisation_id: UUID, rows: Sequence[Mapping[str, Any]], *, actor_name: str
) -> Sequence[Row[Any]]:
    """Put contact points on the list; those on it for the same reason stay as they are or become wider.

    The returned `id` is that of the row in force: a given one where it is new. No two rows may have the same contact
    point, channel and reason.
    """
    ordered = sorted(rows, key=lambda row: (row["contact_hash"], row["channel"], row["reason"]))
    values: dict[str, Any] = {"organisation_id": organisation_id, "actor_name": actor_name}
    columns = {
        "ids": "id", "hashes": "contact_hash", "channels": "channel", "scopes": "scope", "reasons": "reason",
        "sources": "source", "notes": "note", "at": "at", "until": "until",
    }  # fmt: skip
    values |= {name: [row[column] for row in ordered] for name, column in columns.items()}
    return (await session.execute(_SUPPRESS, values)).all()


async def release(
    session: AsyncSession,
    contacts: Collection[tuple[bytes, str]],
    reasons: Collection[str],
    *,
    at: datetime,
    by: str,
    note: str,
    source: str | None = None,
) -> int:
    """Take (hash, channel) off the list for these reasons (from one source); how many rows that were."""
    values = {
        "hashes": [hashed for hashed, _ in contacts],
        "channels": [channel for _, channel in contacts],
        "reasons": list(reasons),
        "at": at,
        "by": by,
        "note": note,
        "source": source,
    }
    return len((await session.execute(_RELEASE, values)).all())


async def release_spread(session: AsyncSession, spread: SpreadWishes, *, at: datetime, by: str, note: str) -> int:
    """Take off the list what came onto it by a merge alone; how many rows that were."""
    values = {
        "hashes": [bytes.fromhex(contact) for contact, _, _ in spread.suppressions],
        "channels": [channel for _, channel, _ in spread.suppressions],
        "reasons": [reason for _, _, reason in spread.suppressions],
        "spread_at": spread.at, "at": at, "by": by, "note": note,
    }  # fmt: skip
    return len((await session.execute(_RELEASE_SPREAD, values)).all())


async def in_force(session: AsyncSession, suppression_id: UUID) -> Suppression | None:
    """A suppression that is not released, locked."""
    statement = select(Suppression).where(Suppression.id == suppression_id, Suppression.released_at.is_(None))
    return await session.scalar(statement.with_for_update())


async def of_contacts(session: AsyncSession, hashes: Collection[bytes]) -> list[Suppression]:
    """All suppressions of these contact points, released ones too, newest first."""
    statement = select(Suppression).where(Suppression.contact_hash.in_(hashes)).order_by(Suppression.id.desc())
    return list(await session.scalars(statement))


async def counts(session: AsyncSession, at: datetime) -> Sequence[Row[Any]]:
    """How many contact points are suppressed by channel and reason."""
    return (await session.execute(_COUNTS, {"at": at})).all()


def listed(*, at: datetime, channel: str | None, reason: str | None, hashes: Collection[bytes] | None) -> Select[Any]:
    """Suppressions in force with how their contact point reads, where that is known."""
    statement = (
        select(
            *Suppression.__table__.columns,
            ContactPointRow.id.label("point_id"),
            ContactPointRow.address_sealed,
        )
        .outerjoin(ContactPointRow, ContactPointRow.contact_hash == Suppression.contact_hash)
        .where(Suppression.released_at.is_(None), or_(Suppression.until.is_(None), Suppression.until > at))
    )
    if channel is not None:
        statement = statement.where(Suppression.channel == channel)
    if reason is not None:
        statement = statement.where(Suppression.reason == reason)
    if hashes is not None:
        statement = statement.where(Suppression.contact_hash.in_(hashes))
    return statement


async def total(session: AsyncSession, statement: Select[Any]) -> int:
    """How many rows a list has."""
    return await session.scalar(select(func.count()).select_from(statement.subquery())) or 0
