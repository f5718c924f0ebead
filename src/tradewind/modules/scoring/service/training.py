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
from tradewind.modules.scoring.engine import calibration
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
from tradewind.modules.scoring.service import comparison, drift, labels, promotion, registry, report, setups
from tradewind.modules.scoring.service.comparison import Comparison
from tradewind.modules.scoring.service.registry import Holdout
from tradewind.modules.scoring.service.setups import Setup

log = structlog.get_logger(__name__)
MAX_ROWS = 100_000
LEAST_AUC = 0.55
_LEAST_UNSEEN = 50
_LEAST_UNSEEN_EACH = 10
_BATCH = 5_000
_LEAST_NEW = 20
Progress = Callable[[int, int, str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Training:
    """What a training came to."""

    model_id: UUID
    version: int
    promoted: bool
    reason: str
    auc: float


async def require_outcomes(session: AsyncSession, key: str) -> None:
    """Raise TooFewOutcomes unless a model can be trained for this score; SetupNotFound if there is none."""
    setup = await setups.get(session, key)
    known, reached = await labels.counts(session, setup.settings)
    if not enough_labels(known, reached):
        raise TooFewOutcomes(
            f"A model needs {MIN_LABELS} leads with a known outcome, at least {MIN_EACH_CLASS} won and "
            f"{MIN_EACH_CLASS} lost. So far {reached} are won and {known - reached} lost.",
            extra={"labels": known, "won": reached},
        )


async def train_model(
    database: Database, actor: Actor, key: str | None = None, *, progress: Progress | None = None
) -> Training:
    """Train for a score (the primary one), store, and promote the model if it is better. Raises TooFewOutcomes."""
    async with database.transaction(actor) as session:
        setup = await setups.primary(session) if key is None else await setups.get(session, key)
    facts, outcome, fields = await _history(database, actor, setup)
    loop = asyncio.get_running_loop()

    def report_progress(done: int, total: int, message: str) -> None:
        if progress is not None:
            asyncio.run_coroutine_threadsafe(progress(done, total, message), loop).result()

    try:
        trained, holdout, card, reference = await asyncio.to_thread(
            _train, facts, outcome, fields, setup, report_progress
        )
    except NotEnoughLabels as failure:
        raise TooFewOutcomes(str(failure)) from failure
    async with database.transaction(actor) as session:
        better, reason = await _judge(session, setup, trained, facts, fields)
        model = await registry.store(
            session, setup.key, trained, holdout=holdout, report=card, reference=reference
        )  # fmt: skip
        if better:
            await promotion.promote(session, model.id, reason=reason)
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
        log.info("scoring.trained", setup=setup.key, version=model.version, promoted=better)
        return Training(model.id, model.version, better, reason, trained.metrics["auc"])


async def due_for_training(session: AsyncSession, setup: Setup | None = None, *, drifted: bool = False) -> bool:
    """Whether there is enough, and enough new, to learn from; after a drift twenty new outcomes are enough."""
    setup = setup or await setups.primary(session)
    if setup.settings.mode == "rules":
        return False
    newest = (await repository.models(session, setup.key, limit=1) or [None])[0]
    known, reached = await labels.counts(session, setup.settings)
    if not enough_labels(known, reached):
        return False
    if newest is None:
        return True
    since = (await repository.counts(session, newest.trained_at)).labels_since
    return since >= (_LEAST_NEW if drifted else max(_LEAST_NEW, round(0.02 * newest.rows)))


def _train(
    facts: Sequence[LeadFacts],
    outcome: Sequence[bool],
    fields: Sequence[leads.CustomFieldInfo],
    setup: Setup,
    report_progress: Callable[[int, int, str], None],
) -> tuple[Trained, Holdout, dict[str, Any], dict[str, Any]]:
    trained = train(facts, outcome, fields, without=setup.settings.excluded, report=report_progress)
    mask, judged = trained.holdout["mask"], trained.holdout["model"]
    older, newest = np.flatnonzero(~mask).tolist(), np.flatnonzero(mask).tolist()
    holdout = Holdout(
        [facts[row].id for row in (*older, *newest)],
        np.array([outcome[row] for row in (*older, *newest)], dtype=np.float64),
        np.concatenate([trained.holdout["older_raw"], trained.holdout["raw"]]),
    )
    unseen = [facts[row] for row in newest]
    card = report.make(
        unseen, trained.holdout["outcome"], trained.holdout["raw"], judged.calibrator, judged.thresholds
    )  # fmt: skip
    return trained, holdout, card, drift.reference(trained.model, facts)


async def _history(
    database: Database, actor: Actor, setup: Setup
) -> tuple[Sequence[LeadFacts], list[bool], list[leads.CustomFieldInfo]]:
    """Leads whose outcome for this score is known, the newest of them if there are too many; outcomes; fields."""
    kept: deque[tuple[LeadFacts, bool]] = deque(maxlen=MAX_ROWS)
    after: UUID | None = None
    async with database.transaction(actor) as session:
        fields = await leads.custom_fields(session)
        moments = await labels.decision_moments(session, setup.settings)
        while True:
            part = await labels.history(session, setup.settings, after_id=after, limit=_BATCH, as_of=moments)
            kept.extend(part.labelled)
            if part.last is None:
                return [lead for lead, _ in kept], [reached for _, reached in kept], fields
            after = part.last


async def _judge(
    session: AsyncSession,
    setup: Setup,
    trained: Trained,
    facts: Sequence[LeadFacts],
    fields: Sequence[leads.CustomFieldInfo],
) -> tuple[bool, str]:
    """Whether the new model may take over, and why (not)."""
    auc = trained.metrics["auc"]
    if not auc >= LEAST_AUC:
        return False, f"It tells the newest leads apart little better than chance (AUC {auc:.2f})."
    champion = await repository.champion(session, setup.key)
    if champion is None:
        return True, f"The first model: AUC {auc:.2f} on the newest leads. It takes over from the rules."
    barred = _barred(champion, setup, fields)
    if barred:
        return True, f"The model in use looks at {barred}, which the settings now leave out. AUC {auc:.3f}."
    compared = await _compare(session, champion, trained, facts)
    if compared is None:
        return False, (
            f"Fewer than {_LEAST_UNSEEN} leads were decided since the model in use was trained: too few to tell which "
            f"one is better. AUC {auc:.3f} on its newest leads. You can still let it take over."
        )
    verdict = "It takes over: better beyond chance." if compared.better else "Not better beyond chance."
    return compared.better, f"{verdict} {compared.words}"


def _barred(champion: ScoringModel, setup: Setup, fields: Sequence[leads.CustomFieldInfo]) -> str:
    """Features of the champion that people have taken out since, by label."""
    allowed = {f"custom.{item.key}" for item in fields if item.used_for_scoring}
    return ", ".join(
        f"“{item['label']}”"
        for item in champion.card["features"]
        if item["name"] in setup.settings.excluded
        or (item["name"].startswith("custom.") and item["kind"] != "order" and item["name"] not in allowed)
    )


async def _compare(
    session: AsyncSession, champion: ScoringModel, trained: Trained, facts: Sequence[LeadFacts]
) -> Comparison | None:
    """The new and the old model on leads that neither has seen; None if there are too few."""
    test = np.flatnonzero(trained.holdout["mask"]).tolist()
    unseen = np.array([_is_after(facts[row], champion) for row in test], dtype=bool)
    y, raw = trained.holdout["outcome"][unseen], trained.holdout["raw"][unseen]
    if len(y) < _LEAST_UNSEEN or min(y.sum(), len(y) - y.sum()) < _LEAST_UNSEEN_EACH:
        return None
    old = await registry.load(session, champion.id)
    prediction = await asyncio.to_thread(
        old.predict, [facts[row] for row, new in zip(test, unseen, strict=True) if new]
    )
    judged = trained.holdout["model"]
    return comparison.compare(
        y, raw, prediction.raw, calibration.apply(judged.calibrator, raw), prediction.probability
    )  # fmt: skip


def _is_after(lead: LeadFacts, champion: ScoringModel) -> bool:
    decided = lead.converted_at or lead.created_at
    return max(decided, lead.created_at) > champion.trained_at
