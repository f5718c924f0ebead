"""Which model scores an organisation's leads: promoting one, and what that brings with it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.errors import AlreadyChampion, ModelNotFound, NoModel
from tradewind.modules.scoring.events import ModelPromoted
from tradewind.modules.scoring.models import ScoringModel
from tradewind.modules.scoring.service import plan


async def promote(session: AsyncSession, model_id: UUID, *, reason: str) -> ScoringModel:
    """Let a model score leads from now on. Raises ModelNotFound, AlreadyChampion."""
    model = await repository.model(session, model_id)
    if model is None:
        raise ModelNotFound()
    if model.status == "champion":
        raise AlreadyChampion(f"Version {model.version} already scores the leads.")
    before = model.status
    replaced = await repository.promote(session, model, reason)
    await session.refresh(model)
    await plan.renew(session, model.kind)
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


async def roll_back(session: AsyncSession, key: str) -> ScoringModel:
    """Let the model score again that did before the present one. Raises NoModel when there was none."""
    before = await repository.former_champion(session, key)
    if before is None:
        raise NoModel("No earlier version has scored the leads yet, so there is none to go back to.")
    return await promote(session, before.id, reason="rolled back to the version before")
