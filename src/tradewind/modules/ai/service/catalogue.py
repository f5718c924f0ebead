"""The organisation's models: one registry for all capabilities, with what each costs."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository
from tradewind.modules.ai.contracts import CAPABILITIES, Capability, Price
from tradewind.modules.ai.errors import CapabilityMissing, ConnectionNotFound, Duplicate, ModelNotFound, TooMany
from tradewind.modules.ai.models import Connection, Model
from tradewind.modules.ai.schemas import ModelCreate, ModelRead, ModelUpdate, StatusRead
from tradewind.modules.ai.service import pricing, providers
from tradewind.modules.identity import api as identity

MAX_MODELS = 200
_PRICES = ("input_price", "output_price", "call_price")


async def list_all(
    session: AsyncSession, *, capability: Capability | None = None, connection_id: UUID | None = None
) -> list[ModelRead]:
    """Models in the order they were added."""
    connections = {one.id: one for one in await repository.connections(session)}
    found = await repository.models(session, capability=capability, connection_id=connection_id)
    await pricing.load()
    return [_read(model, connections[model.connection_id]) for model in found]


async def create(session: AsyncSession, data: ModelCreate) -> ModelRead:
    """Add a model of a connection. Raises ConnectionNotFound, CapabilityMissing, Duplicate, TooMany."""
    connection = await repository.connection(session, data.connection_id, lock=True)
    if connection is None:
        raise ConnectionNotFound()
    await repository.lock_organisation(session, connection.organisation_id)
    known = await repository.models(session, connection_id=connection.id, capability=data.capability)
    if any(model.name == data.name for model in known):
        raise Duplicate(f"{connection.label} has “{data.name}” for this already.")
    values = data.model_dump(include={"context_tokens", *_PRICES})
    model = await add(session, connection, data.capability, data.name, **values)
    await pricing.load()
    return _read(model, connection)


async def add(session: AsyncSession, connection: Connection, capability: str, name: str, **values: int | None) -> Model:
    """Add a model that is not there yet. Raises CapabilityMissing, TooMany."""
    spec = providers.spec_of(connection.provider)
    if capability not in spec.capabilities:
        raise CapabilityMissing(spec.missing.get(cast(Capability, capability)) or f"{spec.label} does not offer this.")
    if len(await repository.models(session)) >= MAX_MODELS:
        raise TooMany(f"There are {MAX_MODELS} models already. Remove some that are not used.")
    model = Model(
        id=new_id(),
        organisation_id=actor_of(session).organisation_id,
        version=1,
        connection_id=connection.id,
        capability=capability,
        name=name,
        enabled=True,
        **values,
    )
    session.add(model)
    await session.flush()
    after = {"connection_id": str(connection.id), "capability": capability, "name": name} | values
    await _audit(session, "created", model.id, after=after)
    return model


async def update(session: AsyncSession, model_id: UUID, data: ModelUpdate, *, if_match: str | None) -> ModelRead:
    """Change a model. Raises ModelNotFound, PreconditionFailed."""
    model = await _model(session, model_id)
    check_version(if_match, model.version)
    values = data.model_dump(exclude_unset=True)
    if values.get("enabled", True) is None:
        del values["enabled"]
    before = {name: getattr(model, name) for name in values}
    for name, value in values.items():
        setattr(model, name, value)
    model.version += 1
    model.updated_at = now()
    await session.flush()
    await _audit(session, "updated", model_id, before=before, after=values)
    connection = await repository.connection(session, model.connection_id)
    assert connection is not None
    await pricing.load()
    return _read(model, connection)


async def delete(session: AsyncSession, model_id: UUID, *, if_match: str | None) -> None:
    """Remove a model; routes lose it. Raises ModelNotFound, PreconditionFailed."""
    model = await _model(session, model_id)
    check_version(if_match, model.version)
    await _audit(session, "deleted", model_id, before={"capability": model.capability, "name": model.name})
    await session.delete(model)
    await session.flush()


async def status(session: AsyncSession) -> StatusRead:
    """The first usable model of each capability."""
    usable = await repository.usable(session)
    return StatusRead(**{capability: usable.get(capability) for capability in CAPABILITIES})


async def _model(session: AsyncSession, model_id: UUID) -> Model:
    found = await repository.model(session, model_id, lock=True)
    if found is None:
        raise ModelNotFound()
    return found


async def _audit(
    session: AsyncSession,
    what: str,
    model_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=f"ai_model.{what}", subject_type="ai_model", subject_id=model_id, before=before, after=after
    )


def _read(model: Model, connection: Connection) -> ModelRead:
    price = Price(input=model.input_price, output=model.output_price, call=model.call_price)
    own = {name: getattr(model, name) for name in ModelRead.model_fields if hasattr(model, name)}
    return ModelRead.model_validate(
        {
            **own,
            "connection_label": connection.label,
            "provider": connection.provider,
            "context_tokens": model.context_tokens
            or pricing.window(connection.provider, connection.settings, model.name),
            "price": pricing.describe(connection.provider, connection.settings, model.name, price),
        }
    )
