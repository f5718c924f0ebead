"""What other modules and the composition roots may ask of scoring."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.scoring.service import scoring, training
from tradewind.modules.scoring.service.scoring import Scored
from tradewind.modules.scoring.service.training import Training

__all__ = ["Scored", "Training", "score_all", "score_leads", "train_if_due", "train_model"]


async def score_leads(session: AsyncSession, lead_ids: Sequence[UUID]) -> int:
    """Score some leads in the caller's transaction; returns how many."""
    return await scoring.score_leads(session, lead_ids)


async def train_model(database: Database, actor: Actor, *, progress: training.Progress | None = None) -> Training:
    """Train in the foreground; `progress(done, total, message)`. Raises TooFewOutcomes."""
    return await training.train_model(database, actor, progress=progress)


async def train_if_due(
    database: Database, actor: Actor, *, progress: training.Progress | None = None
) -> Training | None:
    """Train if there is enough, and enough new, to learn from; None otherwise."""
    async with database.transaction(actor) as session:
        due = await training.due_for_training(session)
    return await training.train_model(database, actor, progress=progress) if due else None


async def score_all(database: Database, actor: Actor, *, progress: scoring.Progress | None = None) -> Scored:
    """Score every lead in the foreground; `progress(rows done)`."""
    return await scoring.score_all(database, actor, progress=progress)
