"""Training a set, and which of its versions classifies."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import repository
from tradewind.modules.intents.engine.train import Trained, train
from tradewind.modules.intents.errors import AlreadyPublished, IntentModelNotFound, TooFewExamples
from tradewind.modules.intents.models import IntentModel
from tradewind.modules.intents.schemas import IntentModelDetail, IntentModelRead
from tradewind.modules.intents.service import sets

LEAST_EACH = 3
KEPT_VERSIONS = 10
# A new version that is worse by more than this on its own held-out examples waits for a person.
_TOLERATED = 0.03
_SHOWN_TEXTS = 5


@dataclass(frozen=True, slots=True)
class Material:
    """What a set holds to learn from. `changes`: edits counted when it was read."""

    texts: list[str]
    labels: list[str]
    negatives: list[str]
    changes: int


async def material(session: AsyncSession, set_id: UUID) -> Material:
    """Read a set's examples. Raises IntentSetNotFound, TooFewExamples."""
    row = await sets.get(session, set_id)
    rows = await repository.training_rows(session, set_id)
    counted = Counter(label for label, _, negative in rows if not negative)
    labels = [item.label for item in (await sets.detail(session, set_id)).items]
    short = [label for label in labels if counted[label] < LEAST_EACH]
    if len(labels) < 2:
        raise TooFewExamples("A set needs at least two intents before it can be trained.")
    if short:
        raise TooFewExamples(
            f"Each intent needs at least {LEAST_EACH} examples. Too few: {', '.join(short[:10])}.",
            extra={"labels": short},
        )
    inside = [(text, label) for label, text, negative in rows if not negative]
    return Material(
        [text for text, _ in inside],
        [label for _, label in inside],
        [text for _, text, negative in rows if negative],
        row.changes,
    )


async def train_set(
    database: Database, actor: Actor, set_id: UUID, report: Callable[[float, str], None]
) -> IntentModelRead:
    """Learn a version from a set's examples; it takes over unless it is clearly worse. Raises TooFewExamples."""
    async with database.transaction(actor) as session:
        given = await material(session, set_id)
    trained = await asyncio.to_thread(train, given.texts, given.labels, given.negatives, report=report)
    content, report_card, metrics = await asyncio.to_thread(card_of, trained, given)
    async with database.transaction(actor) as session:
        row = await sets.get(session, set_id, lock=True)
        before = await repository.published(session, set_id)
        model = IntentModel(
            organisation_id=row.organisation_id,
            set_id=set_id,
            version=await repository.next_version(session, set_id),
            intents=len(trained.model.labels),
            examples=len(given.texts),
            metrics=metrics,
            report=report_card,
            artefact=content,
            trained_at=now(),
            trained_by=actor.name,
        )
        session.add(model)
        await session.flush()
        await repository.changed(session, set_id, -given.changes)
        await identity.record(
            session, action="intents.trained", subject_type="intent_model", subject_id=model.id,
            after={"set": row.key, "version": model.version, "accuracy": metrics["accuracy"]},
        )  # fmt: skip
        worse = before is not None and metrics["accuracy"] < before.metrics["accuracy"] - _TOLERATED
        if worse:
            model.reason = "Less accurate on held-out examples than the version in use: have a look, then publish it."
        else:
            await _publish(session, model, "trained" if before else "the first version")
        await repository.forget_versions(session, set_id, KEPT_VERSIONS)
        await session.refresh(model)
        return read(model)


async def publish(session: AsyncSession, set_id: UUID, model_id: UUID) -> IntentModelRead:
    """Let a version classify from now on. Raises IntentSetNotFound, IntentModelNotFound, AlreadyPublished."""
    await sets.get(session, set_id, lock=True)
    model = await repository.model(session, set_id, model_id)
    if model is None:
        raise IntentModelNotFound()
    if model.status == "published":
        raise AlreadyPublished(f"Version {model.version} is in use already.")
    await _publish(session, model, f"chosen by {actor_of(session).name}")
    await session.refresh(model)
    return read(model)


async def versions(session: AsyncSession, set_id: UUID) -> list[IntentModelRead]:
    """Versions of a set, newest first. Raises IntentSetNotFound."""
    await sets.get(session, set_id)
    return [read(model) for model in await repository.models(session, set_id)]


async def card(session: AsyncSession, set_id: UUID, model_id: UUID) -> IntentModelDetail:
    """A version's card. Raises IntentModelNotFound."""
    model = await repository.model(session, set_id, model_id)
    if model is None:
        raise IntentModelNotFound()
    return IntentModelDetail(**read(model).model_dump(), **model.report)


def read(model: IntentModel) -> IntentModelRead:
    """The API shape of a version."""
    return IntentModelRead.model_validate(model, from_attributes=True)


async def _publish(session: AsyncSession, model: IntentModel, reason: str) -> None:
    replaced = await repository.publish(session, model, reason)
    await identity.record(
        session, action="intents.published", subject_type="intent_model", subject_id=model.id,
        before={"version": replaced}, after={"version": model.version}, reason=reason,
    )  # fmt: skip


def card_of(trained: Trained, given: Material) -> tuple[bytes, dict[str, Any], dict[str, Any]]:
    """The stored form, what the card shows, and the metrics."""
    names = trained.model.labels
    right = trained.predicted == trained.labels
    confused: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in np.flatnonzero(~right):
        confused[int(trained.labels[row]), int(trained.predicted[row])].append(given.texts[row])
    figures = []
    for number, name in enumerate(names):
        mine, called = trained.labels == number, trained.predicted == number
        figures.append(
            {
                "label": name,
                "examples": int(mine.sum()),
                "recall": round(float(right[mine].mean()), 4),
                "precision": round(float(right[called].mean()), 4) if called.any() else None,
            }
        )
    pairs = sorted(confused.items(), key=lambda item: -len(item[1]))
    report = {
        "labels": figures,
        "confusions": [
            {"label": names[one], "predicted": names[other], "count": len(texts), "texts": texts[:_SHOWN_TEXTS]}
            for (one, other), texts in pairs[:200]
        ],
        "curve": [_point(trained, step / 20) for step in range(21)],
    }
    middle = _point(trained, 0.5)
    metrics = {
        "accuracy": round(float(right.mean()), 4),
        "in_scope_auc": _auc(trained.in_scope, np.r_[trained.foreign_in_scope, trained.negatives_in_scope]),
        "accepted": middle["accepted"],
        "refused": middle["refused"],
    }
    return trained.model.to_bytes(), report, metrics


def _point(trained: Trained, threshold: float) -> dict[str, Any]:
    def share(chances: np.ndarray) -> float | None:
        return round(float((chances < threshold).mean()), 4) if len(chances) else None

    return {
        "threshold": threshold,
        "accepted": round(1 - (share(trained.in_scope) or 0), 4),
        "refused": share(trained.foreign_in_scope) or 0,
        "negatives_refused": share(trained.negatives_in_scope),
    }


def _auc(inside: np.ndarray, outside: np.ndarray) -> float | None:
    from sklearn.metrics import roc_auc_score

    if not len(inside) or not len(outside):
        return None
    truth = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    return round(float(roc_auc_score(truth, np.r_[inside, outside])), 4)
