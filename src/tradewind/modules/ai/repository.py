"""SQL of connections, their models and routes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.ai.contracts import Capability, Price, Step
from tradewind.modules.ai.models import Connection, Model, Route, RouteStep

# The most particular route that has a usable model; without any route, all usable models in the order they were added.
_STEPS = text("""
    WITH routed AS (
        SELECT s.model_id, s.position::bigint AS position, s.timeout_seconds, s.first_token_seconds,
            dense_rank() OVER (ORDER BY r.character_id IS NULL, r.task IS NULL) AS general
        FROM ai_routes r JOIN ai_route_steps s ON s.route_id = r.id
        JOIN ai_models m ON m.id = s.model_id AND m.enabled
        JOIN ai_connections c ON c.id = m.connection_id AND c.enabled
        WHERE r.capability = :capability AND (r.task IS NULL OR r.task = :task)
            AND (r.character_id IS NULL OR r.character_id = :character_id)
    ), chosen AS (
        SELECT model_id, position, timeout_seconds, first_token_seconds FROM routed WHERE general = 1
        UNION ALL
        (SELECT m.id, row_number() OVER (ORDER BY m.created_at, m.id), 60, 20 FROM ai_models m
         WHERE m.capability = :capability AND m.enabled AND NOT EXISTS (SELECT FROM routed)
         ORDER BY m.created_at, m.id LIMIT 6)
    )
    SELECT c.id AS connection_id, c.version AS connection_version, c.provider, c.settings, c.key_sealed, m.name,
        m.context_tokens, m.input_price, m.output_price, m.call_price, o.timeout_seconds, o.first_token_seconds,
        EXISTS (SELECT FROM ai_budgets b WHERE b.stops) AS budgeted
    FROM chosen o JOIN ai_models m ON m.id = o.model_id AND m.capability = :capability
    JOIN ai_connections c ON c.id = m.connection_id AND c.enabled
    ORDER BY o.position""")


async def steps(
    session: AsyncSession, capability: Capability, *, task: str | None, character_id: UUID | None
) -> tuple[tuple[Step, ...], bool]:
    """The models to try, in order, and whether any budget stops calls."""
    values = {"capability": capability, "task": task, "character_id": character_id}
    rows = (await session.execute(_STEPS, values)).all()
    return tuple(_step(row) for row in rows), any(row.budgeted for row in rows)


def _step(row: Any) -> Step:
    return Step(
        connection_id=row.connection_id,
        connection_version=row.connection_version,
        provider=row.provider,
        model=row.name,
        settings=row.settings,
        key_sealed=row.key_sealed,
        context_tokens=row.context_tokens,
        price=Price(input=row.input_price, output=row.output_price, call=row.call_price),
        timeout_seconds=row.timeout_seconds,
        first_token_seconds=row.first_token_seconds,
    )


def step_of(connection: Connection, name: str, model: Model | None = None) -> Step:
    """A step over one model of a connection, outside of any route."""
    price = Price(input=model.input_price, output=model.output_price, call=model.call_price) if model else Price()
    return Step(
        connection_id=connection.id,
        connection_version=connection.version,
        provider=connection.provider,
        model=name,
        settings=connection.settings,
        key_sealed=connection.key_sealed,
        context_tokens=model.context_tokens if model else None,
        price=price,
    )


async def connections(session: AsyncSession) -> list[Connection]:
    """All connections, oldest first."""
    return list(await session.scalars(select(Connection).order_by(Connection.created_at, Connection.id)))


async def connection(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> Connection | None:
    """One connection."""
    statement = select(Connection).where(Connection.id == connection_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def models_per_connection(session: AsyncSession) -> dict[UUID, int]:
    """How many models of each connection are in use."""
    rows = await session.execute(
        select(Model.connection_id, func.count()).where(Model.enabled).group_by(Model.connection_id)
    )
    return {row[0]: row[1] for row in rows}


async def models(
    session: AsyncSession, *, connection_id: UUID | None = None, capability: Capability | None = None
) -> list[Model]:
    """Models, in the order they were added."""
    statement = select(Model).order_by(Model.created_at, Model.id)
    if connection_id is not None:
        statement = statement.where(Model.connection_id == connection_id)
    if capability is not None:
        statement = statement.where(Model.capability == capability)
    return list(await session.scalars(statement))


async def models_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[Model, Connection]]:
    """Models with their connections."""
    rows = await session.execute(
        select(Model, Connection).join(Connection, Connection.id == Model.connection_id).where(Model.id.in_(ids))
    )
    return {model.id: (model, connection) for model, connection in rows}


async def model(session: AsyncSession, model_id: UUID, *, lock: bool = False) -> Model | None:
    """One model."""
    statement = select(Model).where(Model.id == model_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def lock_organisation(session: AsyncSession, organisation_id: UUID | None) -> None:
    """One at a time adds and removes, so that bounds and uniqueness hold."""
    await session.execute(text("SELECT pg_advisory_xact_lock(7216, hashtext(:id))"), {"id": str(organisation_id)})


async def routes(session: AsyncSession) -> list[Route]:
    """All routes, the most general first."""
    order = (Route.capability, Route.character_id.is_not(None), Route.task.is_not(None), Route.task, Route.id)
    return list(await session.scalars(select(Route).order_by(*order)))


async def route(session: AsyncSession, route_id: UUID) -> Route | None:
    """One route, held for a change."""
    return await session.scalar(select(Route).where(Route.id == route_id).with_for_update())


async def route_for(
    session: AsyncSession, capability: str, task: str | None, character_id: UUID | None
) -> Route | None:
    """The route of exactly this task and character, held for a change."""
    return await session.scalar(
        select(Route)
        .where(
            Route.capability == capability,
            Route.task.is_not_distinct_from(task),
            Route.character_id.is_not_distinct_from(character_id),
        )
        .with_for_update()
    )


async def route_steps(session: AsyncSession, route_ids: Sequence[UUID]) -> list[tuple[RouteStep, Model, Connection]]:
    """Steps of routes with their models and connections, in order."""
    rows = await session.execute(
        select(RouteStep, Model, Connection)
        .join(Model, Model.id == RouteStep.model_id)
        .join(Connection, Connection.id == Model.connection_id)
        .where(RouteStep.route_id.in_(route_ids))
        .order_by(RouteStep.route_id, RouteStep.position)
    )
    return [(step, model, connection) for step, model, connection in rows]


async def clear_steps(session: AsyncSession, route_id: UUID) -> None:
    """Remove the steps of a route."""
    await session.execute(delete(RouteStep).where(RouteStep.route_id == route_id))


async def usable(session: AsyncSession) -> dict[str, str]:
    """The first usable model of each capability that has one."""
    rows = await session.execute(
        select(Model.capability, Model.name)
        .join(Connection, Connection.id == Model.connection_id)
        .where(Model.enabled, Connection.enabled)
        .order_by(Model.created_at.desc(), Model.id.desc())
    )
    return {row.capability: row.name for row in rows}
