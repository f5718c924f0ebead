"""Routes: who answers for a capability, by task and character."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository
from tradewind.modules.ai.errors import RouteNotFound, TooMany
from tradewind.modules.ai.models import Connection, Model, Route, RouteStep
from tradewind.modules.ai.schemas import RouteRead, RouteStepRead, RouteWrite
from tradewind.modules.identity import api as identity

MAX_ROUTES = 300


async def list_all(session: AsyncSession) -> list[RouteRead]:
    """All routes, the most general first."""
    found = await repository.routes(session)
    steps = await repository.route_steps(session, [route.id for route in found])
    return [_read(route, steps) for route in found]


async def put(session: AsyncSession, data: RouteWrite, *, if_match: str | None) -> RouteRead:
    """Set the models of a capability, task and character. Raises Invalid for a model that does not fit, TooMany."""
    actor = actor_of(session)
    ids = [step.model_id for step in data.steps]
    known = await repository.models_by_id(session, ids)
    for number, model_id in enumerate(ids):
        if model_id not in known:
            raise _refused(number, "There is no such model.")
        if known[model_id][0].capability != data.capability:
            raise _refused(number, f"{known[model_id][0].name} is not for this.")
        if model_id in ids[:number]:
            raise _refused(number, "Each model can stand in a route once.")
    await repository.lock_organisation(session, actor.organisation_id)
    route = await repository.route_for(session, data.capability, data.task, data.character_id)
    if route is None:
        if len(await repository.routes(session)) >= MAX_ROUTES:
            raise TooMany(f"There are {MAX_ROUTES} routes already.")
        route = Route(
            id=new_id(), organisation_id=actor.organisation_id, version=1, capability=data.capability, task=data.task,
            character_id=data.character_id,
        )  # fmt: skip
        session.add(route)
        before = None
    else:
        check_version(if_match, route.version)
        before = {"models": [model.name for _, model, _ in await repository.route_steps(session, [route.id])]}
        route.version += 1
        route.updated_at = now()
    await session.flush()
    await repository.clear_steps(session, route.id)
    session.add_all(
        RouteStep(
            id=new_id(), organisation_id=actor.organisation_id, route_id=route.id, model_id=step.model_id,
            position=number, timeout_seconds=step.timeout_seconds, first_token_seconds=step.first_token_seconds,
        )
        for number, step in enumerate(data.steps)
    )  # fmt: skip
    await session.flush()
    after = {**_about(route), "models": [known[model_id][0].name for model_id in ids]}
    await _audit(session, "set", route.id, before=before, after=after)
    return _read(route, await repository.route_steps(session, [route.id]))


async def delete(session: AsyncSession, route_id: UUID, *, if_match: str | None) -> None:
    """Remove a route: the next more general one answers. Raises RouteNotFound, PreconditionFailed."""
    route = await repository.route(session, route_id)
    if route is None:
        raise RouteNotFound()
    check_version(if_match, route.version)
    await _audit(session, "deleted", route_id, before=_about(route))
    await session.delete(route)
    await session.flush()


def _refused(number: int, words: str) -> Invalid:
    return Invalid(words, errors=[{"field": f"steps.{number}.model_id", "message": words}], code="ai.route_invalid")


def _about(route: Route) -> dict[str, Any]:
    character = str(route.character_id) if route.character_id else None
    return {"capability": route.capability, "task": route.task, "character_id": character}


async def _audit(
    session: AsyncSession,
    what: str,
    route_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=f"ai_route.{what}", subject_type="ai_route", subject_id=route_id, before=before, after=after
    )


def _read(route: Route, steps: list[tuple[RouteStep, Model, Connection]]) -> RouteRead:
    own = {name: getattr(route, name) for name in RouteRead.model_fields if hasattr(route, name)}
    return RouteRead.model_validate(
        {
            **own,
            "steps": [
                RouteStepRead(
                    model_id=model.id,
                    timeout_seconds=step.timeout_seconds,
                    first_token_seconds=step.first_token_seconds,
                    model=model.name,
                    connection_label=connection.label,
                    usable=model.enabled and connection.enabled,
                )
                for step, model, connection in steps
                if step.route_id == route.id
            ],
        }
    )
