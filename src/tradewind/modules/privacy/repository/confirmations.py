"""SQL of consents that wait for a click."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.models.consents import Confirmation

# Who asks again while a mail is fresh gets no second one: forms must not be a way to flood a mailbox.
_REQUEST = text("""
    INSERT INTO consent_confirmations AS c (id, organisation_id, contact_hash, channel, purpose, language, person_id,
        proof, requested_at, mailed_at, expires_at)
    SELECT id, :organisation_id, contact_hash, channel, purpose, language, person_id, CAST(proof AS jsonb), :at, :at,
        :expires_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]),
        CAST(:languages AS text[]), CAST(:people AS uuid[]), CAST(:proofs AS text[]))
        AS n (id, contact_hash, channel, purpose, language, person_id, proof)
    ON CONFLICT (organisation_id, contact_hash, channel, purpose) WHERE confirmed_at IS NULL DO UPDATE SET
        language = excluded.language, person_id = coalesce(excluded.person_id, c.person_id), proof = excluded.proof,
        requested_at = excluded.requested_at, expires_at = excluded.expires_at,
        mailed_at = CASE WHEN c.mailed_at < :fresh_since THEN excluded.mailed_at ELSE c.mailed_at END
    RETURNING id, mailed_at
""")


async def request(
    session: AsyncSession,
    organisation_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    at: datetime,
    expires_at: datetime,
    fresh_since: datetime,
) -> list[UUID]:
    """Open confirmations; ids of those that need a mail now."""
    ordered = sorted(rows, key=lambda row: (row["contact_hash"], row["channel"], row["purpose"]))
    values = {
        "organisation_id": organisation_id,
        "at": at,
        "expires_at": expires_at,
        "fresh_since": fresh_since,
        "ids": [row["id"] for row in ordered],
        "hashes": [row["contact_hash"] for row in ordered],
        "channels": [row["channel"] for row in ordered],
        "purposes": [row["purpose"] for row in ordered],
        "languages": [row["language"] for row in ordered],
        "people": [row["person_id"] for row in ordered],
        "proofs": [orjson.dumps(row["proof"], default=str).decode() for row in ordered],
    }
    return [row.id for row in await session.execute(_REQUEST, values) if row.mailed_at == at]


async def find(session: AsyncSession, confirmation_id: UUID, *, lock: bool = False) -> Confirmation | None:
    """One confirmation."""
    statement = select(Confirmation).where(Confirmation.id == confirmation_id)
    return await session.scalar(statement.with_for_update() if lock else statement)
