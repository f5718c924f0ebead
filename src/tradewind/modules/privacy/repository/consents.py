"""SQL of the ledger, of what holds now, and of the question behind every message."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.contracts import SpreadWishes
from tradewind.modules.privacy.models.consents import ConsentRecord, ContactPointRow

_STANDINGS = text("""
    SELECT a.place, p.requires, c.state, c.basis, c.source, c.at,
        s.scope, s.reason, s.source AS stopped_by, s.at AS stopped_at, s.until
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]))
        WITH ORDINALITY AS a (contact_hash, channel, purpose, place)
    LEFT JOIN consent_purposes p ON p.key = a.purpose AND p.archived_at IS NULL
    LEFT JOIN consent_current c
        ON c.contact_hash = a.contact_hash AND c.channel = a.channel AND c.purpose = a.purpose
    LEFT JOIN suppressions s ON s.contact_hash = a.contact_hash AND s.channel = a.channel
        AND s.released_at IS NULL AND (s.until IS NULL OR s.until > :at)
    ORDER BY a.place, s.at
""")
# A stop of everything comes before one of marketing, and each contact point is in one group.
_TALLY = text("""
    SELECT p.requires, c.state, c.basis, s.scope, s.reason, a.part, count(*) AS people
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:parts AS int[])) AS a (contact_hash, part)
    LEFT JOIN consent_purposes p ON p.key = CAST(:purpose AS text) AND p.archived_at IS NULL
    LEFT JOIN consent_current c ON c.contact_hash = a.contact_hash AND c.channel = CAST(:channel AS text)
        AND c.purpose = CAST(:purpose AS text)
    LEFT JOIN (
        SELECT DISTINCT ON (contact_hash) contact_hash, scope, reason FROM suppressions
        WHERE channel = CAST(:channel AS text) AND released_at IS NULL AND (until IS NULL OR until > :at)
        ORDER BY contact_hash, scope, at
    ) AS s ON s.contact_hash = a.contact_hash
    GROUP BY 1, 2, 3, 4, 5, 6
""")
# Ties go to the stricter wish. A list brought in later lifts no withdrawal, and a form that is not confirmed nothing.
_RECORD = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]),
            CAST(:states AS text[]), CAST(:bases AS text[]), CAST(:sources AS text[]), CAST(:proofs AS text[]),
            CAST(:people AS uuid[]), CAST(:origins AS uuid[]), CAST(:at AS timestamptz[]))
        AS g (id, contact_hash, channel, purpose, state, basis, source, proof, person_id, origin_id, at)
    ), recorded AS (
        INSERT INTO consent_records (id, organisation_id, contact_hash, channel, purpose, state, basis, source, proof,
            person_id, origin_id, actor_name, at, recorded_at)
        SELECT id, :organisation_id, contact_hash, channel, purpose, state, basis, source, CAST(proof AS jsonb),
            person_id, origin_id, :actor_name, at, :now
        FROM given RETURNING contact_hash, channel, purpose, state, basis, source, at
    )
    INSERT INTO consent_current AS c
        (id, organisation_id, contact_hash, channel, purpose, state, basis, source, at)
    SELECT DISTINCT ON (contact_hash, channel, purpose)
        gen_random_uuid(), :organisation_id, contact_hash, channel, purpose, state, basis, source, at
    FROM recorded ORDER BY contact_hash, channel, purpose, at DESC, state = 'withdrawn' DESC
    ON CONFLICT (organisation_id, contact_hash, channel, purpose) DO UPDATE
        SET state = excluded.state, basis = excluded.basis, source = excluded.source, at = excluded.at
        WHERE (excluded.at > c.at OR (excluded.at = c.at AND (excluded.state = 'withdrawn' OR c.state <> 'withdrawn')))
            AND NOT (c.state = 'withdrawn' AND excluded.state = 'granted' AND excluded.source IN ('import', 'merge'))
            AND NOT (c.state <> 'pending' AND excluded.state = 'pending')
""")
_CURRENT = text("""
    SELECT a.place, c.state FROM unnest(
        CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]))
        WITH ORDINALITY AS a (contact_hash, channel, purpose, place)
    JOIN consent_current c ON c.contact_hash = a.contact_hash AND c.channel = a.channel AND c.purpose = a.purpose
""")
_IMPORTED = text("""
    SELECT a.place FROM unnest(
        CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]), CAST(:states AS text[]),
        CAST(:at AS timestamptz[])) WITH ORDINALITY AS a (contact_hash, channel, purpose, state, at, place)
    WHERE EXISTS (SELECT FROM consent_records r WHERE r.organisation_id = :organisation_id
        AND r.contact_hash = a.contact_hash AND r.channel = a.channel AND r.purpose = a.purpose AND r.state = a.state
        AND r.source = 'import' AND (a.at IS NULL OR r.at = a.at))
""")
_WISHES = text("""
    SELECT contact_hash, channel, purpose, state, basis, source, at FROM consent_current
    WHERE contact_hash = ANY (CAST(:hashes AS bytea[])) ORDER BY purpose
""")
_SPREAD = """
    unnest(CAST(:hashes AS bytea[]), CAST(:channels AS text[]), CAST(:purposes AS text[]), CAST(:states AS text[]),
        CAST(:bases AS text[]), CAST(:sources AS text[]), CAST(:times AS timestamptz[]))
        AS g (contact_hash, channel, purpose, state, basis, source, at)
    WHERE c.contact_hash = g.contact_hash AND c.channel = g.channel AND c.purpose = g.purpose
        AND c.source = 'merge' AND c.state = 'withdrawn' AND c.at = :spread_at
"""
_DROP_SPREAD = text(f"DELETE FROM consent_current c USING {_SPREAD} AND g.state IS NULL RETURNING c.id")
_PUT_BACK = text(f"""
    WITH back AS (
        UPDATE consent_current c SET state = g.state, basis = g.basis, source = g.source, at = g.at
        FROM {_SPREAD} AND g.state IS NOT NULL RETURNING c.contact_hash, c.channel, c.purpose, c.state, c.basis
    )
    INSERT INTO consent_records (id, organisation_id, contact_hash, channel, purpose, state, basis, source, person_id,
        actor_name, at, recorded_at)
    SELECT gen_random_uuid(), :organisation_id, contact_hash, channel, purpose, state, basis, 'merge_undone',
        :person_id, :actor_name, :now, :now
    FROM back RETURNING id
""")
_KNOWN = text("SELECT contact_hash FROM contact_points WHERE contact_hash = ANY (CAST(:hashes AS bytea[]))")
_ADD_POINTS = text("""
    INSERT INTO contact_points (id, organisation_id, contact_hash, address_sealed, created_at)
    SELECT id, :organisation_id, contact_hash, address_sealed, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:sealed AS text[]))
        AS n (id, contact_hash, address_sealed)
    ON CONFLICT (organisation_id, contact_hash) DO NOTHING
""")
_FORGET = text("SELECT privacy_forget_people(CAST(:people AS uuid[]))")
_FORGET_OPEN = text("UPDATE consent_confirmations SET person_id = NULL, proof = '{}' WHERE person_id = ANY (:people)")
_COUNTS = text("""
    SELECT purpose, state, count(*) AS people FROM consent_current GROUP BY purpose, state
""")


# A plan made while these tables were small would be kept, and be ruinous once an import has filled them.
_FRESH_PLANS = text("SET LOCAL plan_cache_mode = force_custom_plan")
_MANY = 50


async def standings(session: AsyncSession, asked: Sequence[tuple[bytes, str, str]], at: datetime) -> Sequence[Row[Any]]:
    """What holds for (hash, channel, purpose); `place` counts from 1, a row for each suppression in force."""
    values = {
        "hashes": [hashed for hashed, _, _ in asked],
        "channels": [channel for _, channel, _ in asked],
        "purposes": [purpose for _, _, purpose in asked],
        "at": at,
    }
    await plan_for(session, len(asked))
    return (await session.execute(_STANDINGS, values)).all()


async def tally(
    session: AsyncSession, hashes: Sequence[bytes], parts: Sequence[int], channel: str, purpose: str, at: datetime
) -> Sequence[Row[Any]]:
    """How many contact points of each part have which wish and suppression; one that comes twice counts twice."""
    await plan_for(session, len(hashes))
    values = {"hashes": list(hashes), "parts": list(parts), "channel": channel, "purpose": purpose, "at": at}
    return (await session.execute(_TALLY, values)).all()


async def plan_for(session: AsyncSession, rows: int) -> None:
    """Let the statements of this transaction be planned for what the tables hold now, where many rows are asked for."""
    if rows > _MANY:
        await session.execute(_FRESH_PLANS)


async def record(
    session: AsyncSession, organisation_id: UUID, rows: Sequence[Mapping[str, Any]], *, actor_name: str, now: datetime
) -> None:
    """Add lines to the ledger and bring what holds now in line with them, in one statement."""
    # A contact point that two transactions write is locked by both in the same order.
    ordered = sorted(rows, key=lambda row: (row["contact_hash"], row["channel"], row["purpose"]))
    await plan_for(session, len(ordered))
    await session.execute(
        _RECORD,
        {
            "organisation_id": organisation_id,
            "actor_name": actor_name,
            "now": now,
            "ids": [row["id"] for row in ordered],
            "hashes": [row["contact_hash"] for row in ordered],
            "channels": [row["channel"] for row in ordered],
            "purposes": [row["purpose"] for row in ordered],
            "states": [row["state"] for row in ordered],
            "bases": [row["basis"] for row in ordered],
            "sources": [row["source"] for row in ordered],
            "proofs": [orjson.dumps(row["proof"], default=str).decode() for row in ordered],
            "people": [row["person_id"] for row in ordered],
            "origins": [row["origin_id"] for row in ordered],
            "at": [row["at"] for row in ordered],
        },
    )


async def states_now(session: AsyncSession, asked: Sequence[tuple[bytes, str, str]]) -> dict[int, str]:
    """The state that holds for each (hash, channel, purpose), by its place from 0."""
    await plan_for(session, len(asked))
    values = {
        "hashes": [hashed for hashed, _, _ in asked],
        "channels": [channel for _, channel, _ in asked],
        "purposes": [purpose for _, _, purpose in asked],
    }
    return {row.place - 1: row.state for row in await session.execute(_CURRENT, values)}


async def imported(
    session: AsyncSession, organisation_id: UUID, asked: Sequence[tuple[bytes, str, str, str, datetime | None]]
) -> set[int]:
    """Places (from 0) of (hash, channel, purpose, state, time) that an import recorded before; without a time, ever."""
    await plan_for(session, len(asked))
    hashes, channels, purposes, states, at = zip(*asked, strict=True)
    values = {
        "organisation_id": organisation_id, "hashes": list(hashes), "channels": list(channels),
        "purposes": list(purposes), "states": list(states), "at": list(at),
    }  # fmt: skip
    return {row.place - 1 for row in await session.execute(_IMPORTED, values)}


async def wishes(session: AsyncSession, hashes: Sequence[bytes]) -> Sequence[Row[Any]]:
    """What holds now for these contact points, all channels and purposes."""
    return (await session.execute(_WISHES, {"hashes": list(hashes)})).all()


async def put_back(
    session: AsyncSession,
    organisation_id: UUID,
    spread: SpreadWishes,
    *,
    actor_name: str,
    person_id: UUID | None,
    now: datetime,
) -> int:
    """Have hold again what held before withdrawals were spread, where they still hold; returns how many."""
    former = [one.former or (None, None, None, None) for one in spread.consents]
    states, bases, sources, times = zip(*former, strict=True) if former else ((), (), (), ())
    values = {
        "hashes": [bytes.fromhex(one.contact) for one in spread.consents],
        "channels": [one.channel for one in spread.consents], "purposes": [one.purpose for one in spread.consents],
        "states": list(states), "bases": list(bases), "sources": list(sources), "times": list(times),
        "spread_at": spread.at,
    }  # fmt: skip
    more = {"organisation_id": organisation_id, "actor_name": actor_name, "person_id": person_id, "now": now}
    dropped = (await session.execute(_DROP_SPREAD, values)).all()
    return len(dropped) + len((await session.execute(_PUT_BACK, values | more)).all())


async def ledger(session: AsyncSession, hashes: Sequence[bytes], *, limit: int) -> list[ConsentRecord]:
    """Lines of the ledger about these contact points, newest first."""
    statement = (
        select(ConsentRecord)
        .where(ConsentRecord.contact_hash.in_(hashes))
        .order_by(ConsentRecord.id.desc())
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def unknown_points(session: AsyncSession, hashes: Collection[bytes]) -> set[bytes]:
    """Those of these hashes that nothing says how they read."""
    await plan_for(session, len(hashes))
    return set(hashes) - set(await session.scalars(_KNOWN, {"hashes": list(hashes)}))


async def add_points(
    session: AsyncSession, organisation_id: UUID, points: Sequence[tuple[UUID, bytes, str]], now: datetime
) -> None:
    """Note how hashes read, as (row id, hash, sealed text); what is known stays."""
    ordered = sorted(points, key=lambda point: point[1])
    values = {
        "organisation_id": organisation_id,
        "now": now,
        "ids": [row_id for row_id, _, _ in ordered],
        "hashes": [hashed for _, hashed, _ in ordered],
        "sealed": [sealed for _, _, sealed in ordered],
    }
    await session.execute(_ADD_POINTS, values)


async def points(session: AsyncSession, hashes: Collection[bytes]) -> Sequence[Row[UUID, bytes, str]]:
    """Row id, hash and sealed text of those of these contact points that are known."""
    statement = select(ContactPointRow.id, ContactPointRow.contact_hash, ContactPointRow.address_sealed)
    return (await session.execute(statement.where(ContactPointRow.contact_hash.in_(hashes)))).all()


async def forget(session: AsyncSession, people: Sequence[UUID], hashes: Sequence[bytes]) -> None:
    """Drop who the entries of these people are about, and how these contact points read. Wishes stay."""
    if people:
        await session.execute(_FORGET, {"people": list(people)})
        await session.execute(_FORGET_OPEN, {"people": list(people)})
    if hashes:
        await session.execute(delete(ContactPointRow).where(ContactPointRow.contact_hash.in_(hashes)))


async def counts(session: AsyncSession) -> dict[str, dict[str, int]]:
    """Purpose → state → number of contact points."""
    found: dict[str, dict[str, int]] = {}
    for row in await session.execute(_COUNTS):
        found.setdefault(row.purpose, {})[row.state] = row.people
    return found
