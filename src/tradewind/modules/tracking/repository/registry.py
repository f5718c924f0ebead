"""SQL of the schema registry and of volumes. Rows are written by the set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.tracking.models.schemas import EventProperty, EventSchema, EventViolation

_EXAMPLES = 5
_KNOWN = text("SELECT source_id, type, name FROM event_schemas WHERE source_id = ANY (:sources)")
_PATHS = text("SELECT schema_id, path FROM event_properties WHERE schema_id = ANY (:schemas)")
_SAW_SCHEMAS = """
    INSERT INTO event_schemas AS s
        (id, organisation_id, source_id, type, name, events, first_seen_at, last_seen_at)
    SELECT id, current_setting('app.org_id')::uuid, source_id, type, name, events, first_at, last_at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[])
        AS n(id, source_id, type, name, events, first_at, last_at)
    ON CONFLICT (source_id, type, name) DO UPDATE SET events = s.events + excluded.events,
        first_seen_at = least(s.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at)
    RETURNING s.source_id, s.type, s.name, s.id
"""
_SAW_PROPERTIES = f"""
    INSERT INTO event_properties AS p
        (id, organisation_id, schema_id, path, types, events, examples, personal, first_seen_at, last_seen_at)
    SELECT id, current_setting('app.org_id')::uuid, schema_id, path, types::jsonb, events, examples::jsonb, personal,
        first_at, last_at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[],
        $8::timestamptz[], $9::timestamptz[])
        AS n(id, schema_id, path, types, events, examples, personal, first_at, last_at)
    ON CONFLICT (schema_id, path) DO UPDATE SET events = p.events + excluded.events,
        types = (SELECT jsonb_object_agg(key, coalesce((p.types ->> key)::bigint, 0)
                     + coalesce((excluded.types ->> key)::bigint, 0))
                 FROM (SELECT jsonb_object_keys(p.types) UNION SELECT jsonb_object_keys(excluded.types)) AS k(key)),
        -- What was kept before a value showed that the property is personal is let go.
        examples = CASE
            WHEN excluded.personal AND NOT p.personal THEN excluded.examples
            WHEN jsonb_array_length(p.examples) >= {_EXAMPLES} OR p.personal AND NOT excluded.personal THEN p.examples
            ELSE (SELECT coalesce(jsonb_agg(value ORDER BY place), '[]')
                  FROM (SELECT value, min(place) AS place
                        FROM jsonb_array_elements(p.examples || excluded.examples) WITH ORDINALITY AS e(value, place)
                        GROUP BY value ORDER BY place LIMIT {_EXAMPLES}) AS distinct_values) END,
        personal = p.personal OR excluded.personal,
        first_seen_at = least(p.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
"""
_SAW_VIOLATIONS = """
    INSERT INTO event_violations AS v
        (id, organisation_id, schema_id, code, property, detail, occurrences, first_seen_at, last_seen_at,
         last_event_id)
    SELECT id, current_setting('app.org_id')::uuid, schema_id, code, property, detail, occurrences, first_at, last_at,
        event_id
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
        $8::timestamptz[], $9::uuid[])
        AS n(id, schema_id, code, property, detail, occurrences, first_at, last_at, event_id)
    ON CONFLICT (schema_id, code, property) DO UPDATE SET occurrences = v.occurrences + excluded.occurrences,
        detail = excluded.detail, last_event_id = excluded.last_event_id,
        first_seen_at = least(v.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at)
"""
_COUNT = """
    INSERT INTO event_volumes AS v
        (organisation_id, source_id, hour, type, name, stage, accepted, duplicates, rejected, likely_bots)
    SELECT current_setting('app.org_id')::uuid, source_id, hour, type, name, $9, accepted, duplicates, rejected, bots
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[]) AS n(source_id, hour, type, name, accepted, duplicates, rejected, bots)
    ON CONFLICT (source_id, hour, type, name, stage) DO UPDATE SET accepted = v.accepted + excluded.accepted,
        duplicates = v.duplicates + excluded.duplicates, rejected = v.rejected + excluded.rejected,
        likely_bots = v.likely_bots + excluded.likely_bots
"""


async def known(session: AsyncSession, sources: Sequence[UUID]) -> set[tuple[UUID, str, str]]:
    """(source, type, name) of all registered kinds of events of these sources."""
    return {(row.source_id, row.type, row.name) for row in await session.execute(_KNOWN, {"sources": list(sources)})}


async def plans(session: AsyncSession, sources: Sequence[UUID]) -> list[tuple[UUID, str, str, list[dict[str, Any]]]]:
    """(source, type, name, rules) of the planned events of these sources."""
    columns = (EventSchema.source_id, EventSchema.type, EventSchema.name, EventSchema.rules)
    statement = select(*columns).where(EventSchema.source_id.in_(sources), EventSchema.planned)
    return [(row.source_id, row.type, row.name, row.rules) for row in await session.execute(statement)]


async def paths(session: AsyncSession, schema_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The registered properties of schemas."""
    found: dict[UUID, set[str]] = {schema_id: set() for schema_id in schema_ids}
    for row in await session.execute(_PATHS, {"schemas": list(schema_ids)}):
        found[row.schema_id].add(row.path)
    return found


async def saw_schemas(
    session: AsyncSession, rows: Sequence[tuple[UUID, UUID, str, str, int, datetime, datetime]]
) -> dict[tuple[UUID, str, str], UUID]:
    """Count events by (id for a new one, source, type, name, events, first, last); returns key → schema id."""
    connection = await asyncpg_connection(session)
    found = await connection.fetch(_SAW_SCHEMAS, *_columns(rows))
    return {(row["source_id"], row["type"], row["name"]): row["id"] for row in found}


async def saw_properties(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> None:
    """Count properties by (id, schema, path, types, events, examples, personal, first, last)."""
    encoded = [(*row[:3], _json(row[3]), row[4], _json(row[5]), *row[6:]) for row in rows]
    await (await asyncpg_connection(session)).execute(_SAW_PROPERTIES, *_columns(encoded))


async def saw_violations(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> None:
    """Count violations by (id, schema, code, property, detail, occurrences, first, last, newest event)."""
    await (await asyncpg_connection(session)).execute(_SAW_VIOLATIONS, *_columns(rows))


async def count(session: AsyncSession, stage: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add to the volumes of hours: (source, hour, type, name, accepted, duplicates, rejected, likely bots)."""
    # In one order, so that two writers cannot wait for each other in a circle.
    await (await asyncpg_connection(session)).execute(_COUNT, *_columns(sorted(rows)), stage)


async def schemas(session: AsyncSession, source_id: UUID) -> Sequence[RowMapping]:
    """All kinds of events of a source with the number of their properties and violations, most frequent first."""
    statement = _listed().where(EventSchema.source_id == source_id)
    order = (EventSchema.events.desc(), EventSchema.type, EventSchema.name)
    return (await session.execute(statement.order_by(*order))).mappings().all()


async def schema(session: AsyncSession, schema_id: UUID) -> RowMapping | None:
    """One kind of event, as in the list."""
    return (await session.execute(_listed().where(EventSchema.id == schema_id))).mappings().first()


async def locked_schema(session: AsyncSession, schema_id: UUID) -> EventSchema | None:
    """One kind of event, held until the transaction ends."""
    statement = select(EventSchema).where(EventSchema.id == schema_id).with_for_update(key_share=True)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def schema_named(session: AsyncSession, source_id: UUID, event_type: str, name: str) -> EventSchema | None:
    """One kind of event by its name, held until the transaction ends."""
    statement = select(EventSchema).where(
        EventSchema.source_id == source_id, EventSchema.type == event_type, EventSchema.name == name
    )
    return await session.scalar(statement.with_for_update(key_share=True))


async def count_schemas(session: AsyncSession, source_id: UUID) -> int:
    """How many kinds of events a source has."""
    return await session.scalar(select(func.count()).where(EventSchema.source_id == source_id)) or 0


async def properties(session: AsyncSession, schema_id: UUID) -> Sequence[EventProperty]:
    """The properties of a kind of event, most frequent first."""
    statement = select(EventProperty).where(EventProperty.schema_id == schema_id)
    return (await session.scalars(statement.order_by(EventProperty.events.desc(), EventProperty.path))).all()


async def violations(session: AsyncSession, schema_id: UUID) -> Sequence[EventViolation]:
    """How events of a kind differed from the plan, newest first."""
    statement = select(EventViolation).where(EventViolation.schema_id == schema_id)
    return (await session.scalars(statement.order_by(EventViolation.last_seen_at.desc(), EventViolation.id))).all()


async def forget_violations(session: AsyncSession, schema_id: UUID) -> None:
    """Forget how events of a kind differed from the plan."""
    await session.execute(text("DELETE FROM event_violations WHERE schema_id = :id"), {"id": schema_id})


def _listed() -> Any:
    counted = select(func.count()).where(EventProperty.schema_id == EventSchema.id).scalar_subquery()
    broken = select(func.coalesce(func.sum(EventViolation.occurrences), 0))
    broken = broken.where(EventViolation.schema_id == EventSchema.id).scalar_subquery()
    return select(*EventSchema.__table__.columns, counted.label("properties"), broken.label("violations"))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
