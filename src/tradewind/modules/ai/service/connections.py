"""Connections to providers: adding, changing, removing, what they offer."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository
from tradewind.modules.ai.contracts import Capability, ModelRoute, ModelsReport, Step
from tradewind.modules.ai.errors import CapabilityMissing, ConnectionInvalid, ConnectionNotFound, ModelNotFound, TooMany
from tradewind.modules.ai.models import KEY, Connection
from tradewind.modules.ai.schemas import (
    ConnectionTestRead,
    ModelConnectionCreate,
    ModelConnectionRead,
    ModelConnectionUpdate,
)
from tradewind.modules.ai.service import catalogue, providers, routing
from tradewind.modules.ai.service.providers import PROVIDERS
from tradewind.modules.identity import api as identity

MAX_CONNECTIONS = 30
_HINT_CHARACTERS = 4
_HINTED_FROM = 12


async def list_all(session: AsyncSession) -> list[ModelConnectionRead]:
    """All connections, oldest first."""
    counts = await repository.models_per_connection(session)
    return [_read(one, counts.get(one.id, 0)) for one in await repository.connections(session)]


async def read(session: AsyncSession, connection_id: UUID) -> ModelConnectionRead:
    """One connection. Raises ConnectionNotFound."""
    found = await found_connection(session, connection_id)
    counts = await repository.models_per_connection(session)
    return _read(found, counts.get(connection_id, 0))


async def create(session: AsyncSession, data: ModelConnectionCreate) -> ModelConnectionRead:
    """Connect a provider, with the given models or its suggested ones.

    Raises ProviderUnknown, ConnectionInvalid, CapabilityMissing, TooMany.
    """
    actor = actor_of(session)
    spec = providers.spec_of(data.provider)
    settings = providers.checked_settings(data.provider, data.settings)
    key = data.key.get_secret_value().strip() if data.key else ""
    _check_key(spec.key, key)
    await repository.lock_organisation(session, actor.organisation_id)
    if len(await repository.connections(session)) >= MAX_CONNECTIONS:
        raise TooMany(f"There are {MAX_CONNECTIONS} connections already. Remove one that is not used.")
    connection_id = new_id()
    connection = Connection(
        id=connection_id,
        organisation_id=actor.organisation_id,
        version=1,
        provider=data.provider,
        label=data.label,
        settings=settings,
        enabled=True,
        created_by_name=actor.name,
    )
    _set_key(connection, key)
    session.add(connection)
    await session.flush()
    await _audit(session, "created", connection_id, after=_shown(connection) | {"label": data.label})
    wanted = (
        [(model.capability, model.name) for model in data.models]
        if data.models is not None
        else [(capability, name) for capability, names in spec.suggested.items() for name in names]
    )
    for capability, name in dict.fromkeys(wanted):
        await catalogue.add(session, connection, capability, name)
    return await read(session, connection_id)


async def update(
    session: AsyncSession, connection_id: UUID, data: ModelConnectionUpdate, *, if_match: str | None
) -> ModelConnectionRead:
    """Change a connection. Raises ConnectionNotFound, PreconditionFailed, ConnectionInvalid.

    A new address needs the key again: the stored one must not be sent to where somebody else points.
    """
    connection = await found_connection(session, connection_id, lock=True)
    check_version(if_match, connection.version)
    before = _shown(connection)
    if data.label is not None:
        connection.label = data.label
    if data.enabled is not None:
        connection.enabled = data.enabled
    key = data.key.get_secret_value().strip() if data.key else ""
    if data.settings is not None:
        settings = providers.checked_settings(connection.provider, data.settings)
        if settings != connection.settings and connection.key_sealed and not key:
            words = "Enter the key again: it would be sent to another address."
            raise ConnectionInvalid(words, errors=[{"field": "key", "message": words}])
        connection.settings = settings
    if key:
        _set_key(connection, key)
    if key or data.settings is not None:
        connection.tested_at = connection.test_code = connection.test_detail = None
    connection.version += 1
    connection.updated_at = now()
    await session.flush()
    after = _shown(connection) | ({"key": "changed"} if key else {})
    await _audit(session, "updated", connection_id, before=before, after=after)
    return await read(session, connection_id)


async def delete(session: AsyncSession, connection_id: UUID, *, if_match: str | None) -> None:
    """Remove a connection with its models; routes lose them. Raises ConnectionNotFound, PreconditionFailed."""
    connection = await found_connection(session, connection_id, lock=True)
    check_version(if_match, connection.version)
    await _audit(session, "deleted", connection_id, before=_shown(connection))
    await session.delete(connection)
    await session.flush()


async def found_connection(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> Connection:
    """A connection. Raises ConnectionNotFound."""
    found = await repository.connection(session, connection_id, lock=lock)
    if found is None:
        raise ConnectionNotFound()
    return found


async def route_to_test(
    session: AsyncSession, connection_id: UUID, capability: Capability, model: str | None
) -> ModelRoute:
    """A route over one model of a connection: the named one, else its first. Raises NotFound, CapabilityMissing."""
    connection = await found_connection(session, connection_id)
    spec = providers.spec_of(connection.provider)
    if capability not in spec.capabilities:
        raise CapabilityMissing(spec.missing.get(capability) or f"{spec.label} does not offer this.")
    known = await repository.models(session, connection_id=connection_id, capability=capability)
    chosen = next((one for one in known if model in (None, one.name)), None)
    if chosen is None and model is None:
        raise ModelNotFound(f"Add a model to {connection.label} first.")
    step = repository.step_of(connection, chosen.name if chosen else model or "", chosen)
    return await routing.made(session, capability, (step,))


async def step_to_ask(session: AsyncSession, connection_id: UUID) -> Step:
    """A step that reaches a connection, for questions about no model. Raises ConnectionNotFound."""
    return repository.step_of(await found_connection(session, connection_id), "")


async def report(database: Database) -> ModelsReport:
    """Count connections and models over all organisations."""
    async with database.transaction(Actor.system(name="doctor")) as session:
        organisations = list((await session.scalars(text("SELECT all_organisation_ids()"))).all())
    connected, models = [], 0
    for organisation_id in organisations:
        async with database.transaction(Actor.system(organisation_id, name="doctor")) as session:
            connected += [one for one in await repository.connections(session) if one.enabled]
            models += sum((await repository.models_per_connection(session)).values())
    failing = tuple(one.label for one in connected if one.test_code not in (None, "ok"))
    return ModelsReport(len(connected), models, failing)


async def note_test(session: AsyncSession, step: Step, result: ConnectionTestRead) -> None:
    """Keep how a test went, unless the connection was changed meanwhile."""
    connection = await repository.connection(session, step.connection_id, lock=True)
    if connection is None or connection.version != step.connection_version:
        return
    connection.tested_at, connection.test_code, connection.test_detail = result.tested_at, result.code, result.detail
    await session.flush()
    await _audit(session, "tested", connection.id, after={"result": result.code})


def _check_key(need: str, key: str) -> None:
    if need == "required" and not key:
        raise ConnectionInvalid("This provider needs a key.", errors=[{"field": "key", "message": "is needed"}])
    if need == "none" and key:
        raise ConnectionInvalid("There is no key here.", errors=[{"field": "key", "message": "must be left out"}])
    if any(character.isspace() or not character.isprintable() or not character.isascii() for character in key):
        words = "has spaces or characters that no key has. Copy it again."
        raise ConnectionInvalid("The key cannot be right.", errors=[{"field": "key", "message": words}])


def _set_key(connection: Connection, key: str) -> None:
    if key:
        _check_key("optional", key)
        connection.key_sealed = KEY.seal(connection.id, key)
        connection.key_hint = key[-_HINT_CHARACTERS:] if len(key) >= _HINTED_FROM else ""


async def _audit(
    session: AsyncSession,
    what: str,
    connection_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session,
        action=f"ai_connection.{what}",
        subject_type="ai_connection",
        subject_id=connection_id,
        before=before,
        after=after,
    )


def _shown(connection: Connection) -> dict[str, Any]:
    return {name: getattr(connection, name) for name in ("provider", "label", "settings", "enabled")}


def _read(connection: Connection, models: int) -> ModelConnectionRead:
    adapter = PROVIDERS.get(connection.provider)
    tested = None
    if connection.tested_at is not None and connection.test_code is not None:
        tested = ConnectionTestRead(
            ok=connection.test_code == "ok", code=connection.test_code, detail=connection.test_detail or "",
            model=None, latency_ms=None, tested_at=connection.tested_at,
        )  # fmt: skip
    own = {name: getattr(connection, name) for name in ModelConnectionRead.model_fields if hasattr(connection, name)}
    return ModelConnectionRead.model_validate(
        {
            **own,
            "provider_label": adapter.spec.label if adapter else connection.provider,
            "capabilities": sorted(adapter.spec.capabilities) if adapter else [],
            "has_key": connection.key_sealed is not None,
            "models": models,
            "resting": providers.resting(connection.id, connection.version),
            "last_test": tested,
        }
    )
