"""Which model scores an organisation's leads; models in use are kept in memory."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.engine.train import Trained
from tradewind.modules.scoring.errors import AlreadyChampion, ModelNotFound
from tradewind.modules.scoring.events import ModelPromoted
from tradewind.modules.scoring.models import ScoringModel

_KEPT_MODELS = 16
_kept: OrderedDict[UUID, Model] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Scorer:
    """What scores leads now: a model, or the rules when `model` is None."""

    model: Model | None
    model_id: UUID | None


async def scorer(session: AsyncSession) -> Scorer:
    """The organisation's champion, else the rules."""
    champion = await repository.champion(session)
    if champion is None:
        return Scorer(None, None)
    return Scorer(await load(session, champion.id), champion.id)


async def load(session: AsyncSession, model_id: UUID) -> Model:
    """A model of the session's organisation, from memory if it was used lately. Raises ModelNotFound."""
    if model_id in _kept:
        _kept.move_to_end(model_id)
        return _kept[model_id]
    content = await repository.artefact(session, model_id)
    if content is None:
        raise ModelNotFound()
    _kept[model_id] = Model.from_bytes(content)
    while len(_kept) > _KEPT_MODELS:
        _kept.popitem(last=False)
    return _kept[model_id]


async def store(session: AsyncSession, trained: Trained) -> ScoringModel:
    """Keep a trained model as a candidate."""
    model = ScoringModel(
        organisation_id=actor_of(session).organisation_id,
        version=await repository.next_version(session),
        algorithm=trained.card["algorithm"],
        rows=trained.rows,
        positives=trained.positives,
        metrics=trained.metrics,
        card=trained.card,
        artefact=trained.model.to_bytes(),
        trained_at=now(),
        trained_by=actor_of(session).name,
    )
    session.add(model)
    await session.flush()
    return model


async def promote(session: AsyncSession, model_id: UUID, *, reason: str) -> ScoringModel:
    """Let a model score leads from now on. Raises ModelNotFound, AlreadyChampion."""
    model = await repository.model(session, model_id)
    if model is None:
        raise ModelNotFound()
    if model.status == "champion":
        raise AlreadyChampion(f"Version {model.version} already scores the leads.")
    before = model.status
    replaced = await repository.promote(session, model_id, reason)
    await session.refresh(model)
    await identity.record(
        session,
        action="scoring.model_promoted",
        subject_type="scoring_model",
        subject_id=model_id,
        before={"status": before},
        after={"status": "champion", "version": model.version, "replaced_model_id": replaced},
        reason=reason,
    )
    await publish(session, ModelPromoted(model_id=model_id, version=model.version, replaced_model_id=replaced))
    await realtime.push(
        session,
        type="ai.activity",
        topic="scoring",
        permission="scoring:read",
        data={
            "action": "scoring.model_promoted",
            "model_id": model_id,
            "version": model.version,
            "message": f"Scores now come from a model learned from {model.rows:,} leads"
            + (" instead of rules." if replaced is None else f" (version {model.version})."),
        },
    )
    return model
