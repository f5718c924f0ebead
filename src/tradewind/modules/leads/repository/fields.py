"""SQL of custom fields and tags, and the field catalogue of conditions."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import MASKED_CLASSES, hides
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.conditions import CustomFieldRow, Fields, SegmentRow, references
from tradewind.modules.leads.conditions.compiler import MAX_SEGMENT_DEPTH
from tradewind.modules.leads.models.fields import CustomField, Tag
from tradewind.modules.leads.models.views import Segment

# Values in use are looked up among the newest records only, so that the catalogue stays fast.
_RECENT = 10_000


async def custom_fields(
    session: AsyncSession, entity: str | None = None, *, archived: bool = False, secret: bool = False
) -> list[CustomField]:
    """Custom fields in their order. Encrypted ones only with `secret`: no list, filter, score or file holds them."""
    statement = select(CustomField).order_by(CustomField.entity, CustomField.position, CustomField.label)
    if entity is not None:
        statement = statement.where(CustomField.entity == entity)
    if not secret:
        statement = statement.where(CustomField.kind != "secret")
    if not archived:
        statement = statement.where(CustomField.archived_at.is_(None))
    return list((await session.execute(statement)).scalars())


async def count_custom_fields(session: AsyncSession, entity: str) -> int:
    """How many fields the entity has, archived ones included."""
    statement = select(func.count()).select_from(CustomField).where(CustomField.entity == entity)
    return await session.scalar(statement) or 0


async def fields_for(
    session: AsyncSession,
    condition: Mapping[str, Any] | None,
    *,
    entity: Literal["lead", "company"] = "lead",
    everything: bool = False,
) -> Fields:
    """The catalogue a condition needs: custom fields and segments are read only if it names some."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    segments = await _segments(session, condition)
    named = {name for name, _ in references(condition)}
    for segment in segments.values():
        named |= {name for name, _ in references(segment.condition)}
    rows: tuple[CustomFieldRow, ...] = ()
    if everything or any(name.startswith(("custom.", "company.custom.")) for name in named):
        rows = tuple(
            CustomFieldRow(
                field.id, field.entity, field.key, field.label, field.kind,  # type: ignore[arg-type]
                tuple(field.options), field.filterable, field.classification in MASKED_CLASSES,
            )
            for field in await custom_fields(session)
        )  # fmt: skip
    return Fields(organisation_id, entity, rows, segments, hides=hides(actor_of(session)))


async def _segments(session: AsyncSession, condition: Mapping[str, Any] | None) -> dict[UUID, SegmentRow]:
    found: dict[UUID, SegmentRow] = {}
    wanted = _segment_ids(condition)
    for _ in range(MAX_SEGMENT_DEPTH + 1):
        wanted -= set(found)
        if not wanted:
            break
        rows = await session.execute(select(Segment.id, Segment.condition).where(Segment.id.in_(wanted)))
        wanted = set()
        for row in rows:
            found[row.id] = SegmentRow(row.id, row.condition)
            wanted |= _segment_ids(row.condition)
    return found


def _segment_ids(condition: Mapping[str, Any] | None) -> set[UUID]:
    ids: set[UUID] = set()
    for name, value in references(condition):
        if name == "segment":
            for item in value if isinstance(value, list) else [value]:
                try:
                    ids.add(UUID(item))
                except (ValueError, TypeError, AttributeError):
                    continue  # the compiler names it
    return ids


async def values_in_use(session: AsyncSession) -> dict[str, list[str]]:
    """Countries, sources, languages and tags of the newest records, and kinds of activity."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"""
        with recent as materialized (
          select country, source, language, tags from leads where deleted_at is null
          order by created_at desc limit {_RECENT}),
        acts as (select kind from activities order by occurred_at desc limit {_RECENT})
        select 'country' as field, array_agg(distinct country) filter (where country is not null) as v from recent
        union all select 'source', array_agg(distinct left(source, 200)) filter (where source <> '') from recent
        union all select 'language', array_agg(distinct language) filter (where language <> '') from recent
        union all select 'tags', array_agg(distinct t.name) from (
          select unnest(tags) as name from recent union all select name from tags) t
        union all select 'kind', array_agg(distinct kind) from acts
        """
    )
    return {row["field"]: sorted(row["v"] or [])[:300] for row in rows}


async def tag_counts(session: AsyncSession) -> dict[str, int]:
    """How many leads carry each tag."""
    result = await session.execute(
        text(
            "select t.name, count(*) from leads, unnest(leads.tags) as t(name) "
            "where leads.deleted_at is null and leads.tags <> '{}' group by t.name"
        )
    )
    return {row[0]: row[1] for row in result}


async def add_missing_tags(session: AsyncSession, names: list[str]) -> None:
    """Make tags known that are used for the first time."""
    if not names:
        return
    connection = await asyncpg_connection(session)
    await connection.execute(
        "insert into tags (id, organisation_id, name) select i, $3, n from unnest($1::uuid[], $2::text[]) "
        "as x(i, n) on conflict do nothing",
        [new_id() for _ in names],
        names,
        actor_of(session).organisation_id,
    )


async def tags(session: AsyncSession) -> list[Tag]:
    """All tags by name."""
    return list((await session.execute(select(Tag).order_by(func.lower(Tag.name)))).scalars())


async def replace_tag(session: AsyncSession, name: str, new_name: str | None, limit: int) -> list[UUID]:
    """Rename (or remove, with None) a tag on up to `limit` leads; returns their ids."""
    connection = await asyncpg_connection(session)
    replaced = "array_remove(tags, $1)" if new_name is None else (
        "array_append(array_remove(array_remove(tags, $1), $3), $3)"
    )  # fmt: skip
    sql = (
        f"update leads set tags = {replaced}, version = version + 1, updated_at = now() where id in "
        "(select id from leads where tags && array[$1::text] and tags <> '{}' and deleted_at is null limit $2)"
        " returning id"
    )
    arguments = [name, limit] if new_name is None else [name, limit, new_name]
    return [row["id"] for row in await connection.fetch(sql, *arguments)]
