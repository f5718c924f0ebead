"""Which models answer for a task."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, database_of
from tradewind.modules.ai import repository
from tradewind.modules.ai.contracts import Capability, ModelRoute, Step, Task
from tradewind.modules.ai.service import policies
from tradewind.modules.ai.service.providers import PROVIDERS


async def route_for(
    session: AsyncSession, capability: Capability, *, task: Task | None = None, character_id: UUID | None = None
) -> ModelRoute | None:
    """The models of the session's organisation to try, in order; None where none is connected."""
    steps, budgeted = await repository.steps(session, capability, task=task, character_id=character_id)
    able = tuple(step for step in steps if can(step, capability))
    if not able:
        return None
    return await made(session, capability, able, task=task, character_id=character_id, budgeted=budgeted)


async def made(
    session: AsyncSession,
    capability: Capability,
    steps: tuple[Step, ...],
    *,
    task: Task | None = None,
    character_id: UUID | None = None,
    budgeted: bool = True,
) -> ModelRoute:
    """A route over chosen models of the session's organisation."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    redacted, phone_region = await policies.redaction(session, [step.connection_id for step in steps])
    return ModelRoute(
        organisation_id=organisation_id,
        capability=capability,
        steps=steps,
        task=task,
        character_id=character_id,
        budgeted=budgeted,
        redacted=redacted,
        phone_region=phone_region,
        database=database_of(session),
    )


def can(step: Step, capability: Capability) -> bool:
    """Whether the step's provider is still there and has the capability."""
    provider = PROVIDERS.get(step.provider)
    return provider is not None and capability in provider.spec.capabilities
