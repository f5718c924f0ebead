"""Training on the organisation's own history, and the decision whether the new model may take over."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine import metrics
from tradewind.modules.scoring.engine.train import (
    MIN_EACH_CLASS,
    MIN_LABELS,
    NotEnoughLabels,
    Trained,
    enough_labels,
    train,
)
from tradewind.modules.scoring.errors import TooFewOutcomes
from tradewind.modules.scoring.events import ModelTrained
from tradewind.modules.scoring.models import ScoringModel
from tradewind.modules.scoring.service import registry

log = structlog.get_logger(__name__)
MAX_ROWS = 100_000
LEAST_AUC = 0.55
_TOLERANCE = 0.005
_LEAST_UNSEEN = 50
_BATCH = 5_000
Progress = Callable[[int, int, str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Training:
    """What a training came to."""

    model_id: UUID
    version: int
    promoted: bool
    reason: str
    auc: float


async def require_outcomes(session: AsyncSession) -> None:
    """Raise TooFewOutcomes unless a model can be trained."""
    counted = await repository.counts(session)
    if not enough_labels(counted.labels, counted.positives):
        raise TooFewOutcomes(
            f"A model needs {MIN_LABELS} leads with a known outcome, at least {MIN_EACH_CLASS} won and "
            f"{MIN_EACH_CLASS} lost. So far {counted.positives} are won and {counted.labels - counted.positives} lost.",
            extra={"labels": counted.labels, "won": counted.positives},
        )


async def train_model(database: Database, actor: Actor, *, progress: Progress | None = None) -> Training:
    """Train, store, and promote the model unless it is worse than the one in use. Raises TooFewOutcomes."""
    facts, fields = await _history(database, actor)
    outcome = [bool(lead.converted) for lead in facts]
    loop = asyncio.get_running_loop()

    def report(done: int, total: int, message: str) -> None:
        if progress is not None:
            asyncio.run_coroutine_threadsafe(progress(done, total, message), loop).result()

    try:
        trained = await asyncio.to_thread(train, facts, outcome, fields, report=report)
    except NotEnoughLabels as failure:
        raise TooFewOutcomes(str(failure)) from failure
    async with database.transaction(actor) as session:
        better, reason = await _judge(session, trained, facts)
        model = await registry.store(session, trained)
        if better:
            await registry.promote(session, model.id, reason=reason)
        else:
            model.status_reason = reason
        await identity.record(
            session,
            action="scoring.model_trained",
            subject_type="scoring_model",
            subject_id=model.id,
            after={"version": model.version, "rows": model.rows, "auc": round(trained.metrics["auc"], 4)},
            reason=reason,
        )
        await publish(session, ModelTrained(model_id=model.id, version=model.version, promoted=better))
        log.info("scoring.trained", version=model.version, promoted=better, auc=trained.metrics["auc"])
        return Training(model.id, model.version, better, reason, trained.metrics["auc"])


async def due_for_training(session: AsyncSession) -> bool:
    """Whether there is enough, and enough new, to learn from."""
    newest = (await repository.models(session, limit=1) or [None])[0]
    counted = await repository.counts(session, newest.trained_at if newest else None)
    if not enough_labels(counted.labels, counted.positives):
        return False
    return newest is None or counted.labels_since >= max(20, round(0.02 * newest.rows))


async def _history(database: Database, actor: Actor) -> tuple[Sequence[LeadFacts], list[leads.CustomFieldInfo]]:
    """Leads with outcomes as they were before it, the newest of them if there are too many; and custom fields."""
    kept: deque[LeadFacts] = deque(maxlen=MAX_ROWS)
    after: UUID | None = None
    async with database.transaction(actor) as session:
        fields = await leads.custom_fields(session)
        while True:
            part = await leads.lead_rows_for_scoring(
                session, labelled=True, after_id=after, limit=_BATCH, before_outcome=True
            )
            kept.extend(part)
            if len(part) < _BATCH:
                return list(kept), fields
            after = part[-1].id


async def _judge(session: AsyncSession, trained: Trained, facts: Sequence[LeadFacts]) -> tuple[bool, str]:
    """Whether the new model may take over, and why (not)."""
    auc = trained.metrics["auc"]
    if not auc >= LEAST_AUC:
        return False, f"It tells the newest leads apart little better than chance (AUC {auc:.2f})."
    champion = await repository.champion(session)
    if champion is None:
        return True, f"The first model: AUC {auc:.2f} on the newest leads. It takes over from the rules."
    compared = await _compare(session, champion, trained, facts)
    if compared is None:
        before = float(champion.metrics["auc"])
        better = auc >= before - 4 * _TOLERANCE
        return better, f"AUC {auc:.3f} on the newest leads; the model in use had {before:.3f} on its own."
    new, old, rows = compared
    better = new >= old - _TOLERANCE
    word = "not worse" if better else "worse"
    return better, f"It is {word} on {rows:,} leads neither model had learned from: AUC {new:.3f}, in use {old:.3f}."


async def _compare(
    session: AsyncSession, champion: ScoringModel, trained: Trained, facts: Sequence[LeadFacts]
) -> tuple[float, float, int] | None:
    """AUC of the new and the old model on leads that neither has seen; None if there are too few."""
    test = np.flatnonzero(trained.holdout["mask"]).tolist()
    unseen = np.array([_is_after(facts[row], champion) for row in test], dtype=bool)
    y = trained.holdout["outcome"][unseen]
    if len(y) < _LEAST_UNSEEN or min(y.sum(), len(y) - y.sum()) < MIN_EACH_CLASS / 3:
        return None
    old = await registry.load(session, champion.id)
    prediction = await asyncio.to_thread(
        old.predict, [facts[row] for row, new in zip(test, unseen, strict=True) if new]
    )
    return metrics.auc(y, trained.holdout["raw"][unseen]), metrics.auc(y, prediction.raw), len(y)


def _is_after(lead: LeadFacts, champion: ScoringModel) -> bool:
    decided = lead.converted_at or lead.created_at
    return max(decided, lead.created_at) > champion.trained_at
