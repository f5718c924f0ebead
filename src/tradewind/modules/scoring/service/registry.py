"""Trained models as they are kept: stored once, read through a small memory."""

import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.engine.train import Trained
from tradewind.modules.scoring.errors import ModelNotFound
from tradewind.modules.scoring.models import ScoringModel

MAX_HELD_OUT = 20_000
_KEPT_MODELS = 16
_kept: OrderedDict[UUID, Model] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Holdout:
    """Raw scores of leads the model had not seen when it judged them, oldest first. All of length n."""

    lead_ids: list[UUID]
    outcome: Floats
    raw: Floats

    def to_bytes(self) -> bytes:
        """The stored form, of the newest rows."""
        content = {
            "ids": [str(lead_id) for lead_id in self.lead_ids[-MAX_HELD_OUT:]],
            "outcome": self.outcome[-MAX_HELD_OUT:].astype(int).tolist(),
            "raw": np.round(self.raw[-MAX_HELD_OUT:], 4).tolist(),
        }
        return zlib.compress(orjson.dumps(content), 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Holdout":
        """Read the stored form."""
        data = orjson.loads(zlib.decompress(content))
        return cls(
            [UUID(lead_id) for lead_id in data["ids"]],
            np.array(data["outcome"], dtype=np.float64),
            np.array(data["raw"], dtype=np.float64),
        )


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


async def held_out(session: AsyncSession, model_id: UUID) -> Holdout | None:
    """Predictions of a model for leads it had not seen; None for models from before these were kept."""
    content = await repository.holdout(session, model_id)
    return Holdout.from_bytes(content) if content else None


async def store(
    session: AsyncSession,
    key: str,
    trained: Trained,
    *,
    holdout: Holdout,
    report: dict[str, Any],
    reference: dict[str, Any],
) -> ScoringModel:
    """Keep a trained model of a setup as a candidate."""
    model = ScoringModel(
        organisation_id=actor_of(session).organisation_id,
        kind=key,
        version=await repository.next_version(session, key),
        algorithm=trained.card["algorithm"],
        rows=trained.rows,
        positives=trained.positives,
        metrics=trained.metrics,
        card=trained.card,
        artefact=trained.model.to_bytes(),
        trained_at=now(),
        trained_by=actor_of(session).name,
        holdout=holdout.to_bytes(),
        report=report,
        reference=reference,
    )
    session.add(model)
    await session.flush()
    return model
