"""What scores leads now, for each score of the organisation."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.service import plan, registry, setups
from tradewind.modules.scoring.service.plan import Plan
from tradewind.modules.scoring.service.setups import Setup


@dataclass(frozen=True, slots=True)
class Scorer:
    """A setup ready to score: with its champion and plan, or with rules alone when there is no model."""

    setup: Setup
    model: Model | None = None
    model_id: UUID | None = None
    plan: Plan | None = None

    @property
    def asks_rules(self) -> bool:
        """Whether the points have a say."""
        return self.model is None or self.setup.settings.mode in ("blend", "gate")


async def scorer(session: AsyncSession, setup: Setup) -> Scorer:
    """A setup with what it needs to score."""
    if setup.settings.mode == "rules":
        return Scorer(setup)
    champion = await repository.champion(session, setup.key)
    if champion is None:
        return Scorer(setup)
    model = await registry.load(session, champion.id)
    return Scorer(setup, model, champion.id, Plan.from_json(setup.plan, champion.id) or _bare(champion.id, model))


async def scorers(session: AsyncSession) -> list[Scorer]:
    """All scores, the primary one first."""
    return [await scorer(session, setup) for setup in await setups.every(session)]


async def proposed(session: AsyncSession, setup: Setup, model_id: UUID | None) -> Scorer:
    """A setup with a model that need not be its champion, planned anew. Raises ModelNotFound."""
    if setup.settings.mode == "rules":
        return Scorer(setup)
    if model_id is None:
        champion = await repository.champion(session, setup.key)
        if champion is None:
            return Scorer(setup)
        model_id = champion.id
    model = await registry.load(session, model_id)
    made = await plan.make(session, setup.settings, setup.points, model_id, model)
    return Scorer(setup, model, model_id, made)


def _bare(model_id: UUID, model: Model) -> Plan:
    return Plan(model_id, model.thresholds, model.calibrator)
