"""Planned events: what the registry knows of each kind of event, and the rules people set for it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.tracking.errors import AlreadyPlanned, SchemaNotFound, TooManySchemas
from tradewind.modules.tracking.models.schemas import EventSchema
from tradewind.modules.tracking.repository import registry as repository
from tradewind.modules.tracking.schemas.registry import (
    PropertyRead,
    PropertyRule,
    SchemaCreate,
    SchemaDetail,
    SchemaRead,
    SchemaUpdate,
    ViolationRead,
)
from tradewind.modules.tracking.service import sources
from tradewind.modules.tracking.service.registry import MAX_SCHEMAS


async def list_all(session: AsyncSession, source_id: UUID) -> list[SchemaRead]:
    """All kinds of events of a source, most frequent first. Raises SourceNotFound."""
    await sources.existing(session, source_id)
    return [SchemaRead.model_validate(row) for row in await repository.schemas(session, source_id)]


async def read(session: AsyncSession, schema_id: UUID) -> SchemaDetail:
    """One kind of event with its properties and violations. Raises SchemaNotFound."""
    row = await repository.schema(session, schema_id)
    if row is None:
        raise SchemaNotFound()
    return SchemaDetail.model_validate(
        {
            **row,
            "seen": [PropertyRead.model_validate(each) for each in await repository.properties(session, schema_id)],
            "broken": [ViolationRead.model_validate(each) for each in await repository.violations(session, schema_id)],
        }
    )


async def plan(session: AsyncSession, source_id: UUID, data: SchemaCreate) -> SchemaDetail:
    """Plan an event, seen or not. Raises SourceNotFound, AlreadyPlanned, TooManySchemas."""
    source = await sources.existing(session, source_id)
    schema = await repository.schema_named(session, source_id, data.type, data.name)
    if schema is not None and schema.planned:
        raise AlreadyPlanned(f"“{data.name or data.type}” is planned already. Change its plan instead.")
    if schema is None:
        if await repository.count_schemas(session, source_id) >= MAX_SCHEMAS:
            raise TooManySchemas(f"There may be {MAX_SCHEMAS} kinds of events in a source. Remove some first.")
        schema = EventSchema(
            id=new_id(), organisation_id=source.organisation_id, version=0, source_id=source_id,
            type=data.type, name=data.name, description="", planned=False, rules=[], events=0,
        )  # fmt: skip
        session.add(schema)
    schema.planned, schema.description, schema.rules = True, data.description, _stored(data.rules)
    await _changed(session, schema)
    await _audit(session, "planned", schema.id, after=data.model_dump())
    return await read(session, schema.id)


async def update(session: AsyncSession, schema_id: UUID, data: SchemaUpdate, *, if_match: str | None) -> SchemaDetail:
    """Change a plan; violations of the plan before are forgotten. Raises SchemaNotFound, PreconditionFailed."""
    schema = await _locked(session, schema_id)
    check_version(if_match, schema.version)
    values = {name: value for name, value in data.model_dump(exclude_unset=True).items() if value is not None}
    before = {name: getattr(schema, name) for name in values}
    if "rules" in values:
        values["planned"] = values.get("planned", True)
    if values.get("planned") is False:
        values["rules"] = []
    for name, value in values.items():
        setattr(schema, name, value)
    if {"rules", "planned"} & values.keys():
        await repository.forget_violations(session, schema_id)
    await _changed(session, schema)
    await _audit(session, "updated", schema_id, before=before, after=values)
    return await read(session, schema_id)


async def delete(session: AsyncSession, schema_id: UUID, *, if_match: str | None) -> None:
    """Forget a kind of event and its plan; it is registered anew when it is seen again. Raises SchemaNotFound."""
    schema = await _locked(session, schema_id)
    check_version(if_match, schema.version)
    await _audit(session, "deleted", schema_id, before={"type": schema.type, "name": schema.name})
    await session.delete(schema)
    await session.flush()


async def _locked(session: AsyncSession, schema_id: UUID) -> EventSchema:
    found = await repository.locked_schema(session, schema_id)
    if found is None:
        raise SchemaNotFound()
    return found


async def _changed(session: AsyncSession, schema: EventSchema) -> None:
    schema.version += 1
    schema.updated_at = now()
    await session.flush()


def _stored(rules: list[PropertyRule] | None) -> list[dict[str, Any]]:
    return [rule.model_dump() for rule in rules or ()]


async def _audit(session: AsyncSession, what: str, schema_id: UUID, **facts: Any) -> None:
    await identity.record(
        session, action=f"event_schema.{what}", subject_type="event_schema", subject_id=schema_id, **facts
    )
