"""Classifying texts with the version of a set that is in use."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents import repository
from tradewind.modules.intents.contracts import IntentResult, NearExample
from tradewind.modules.intents.engine.model import Model, Prediction
from tradewind.modules.intents.errors import IntentSetNotFound, NotTrained
from tradewind.modules.intents.service import shipped

_THRESHOLD = 0.5
_KEPT_MODELS = 8
_kept: OrderedDict[UUID, Model] = OrderedDict()


async def classify(session: AsyncSession, texts: Sequence[str], intent_set: str) -> list[IntentResult]:
    """Results in the order of the texts. `intent_set`: key of the organisation's set or of one that is shipped.

    Raises IntentSetNotFound, NotTrained.
    """
    row = await repository.set_by_key(session, intent_set)
    published = await repository.published(session, row.id) if row else None
    threshold = row.threshold if row else _THRESHOLD
    if published is not None:
        model = await _load(session, published.id)
        version = published.version
    elif intent_set in shipped.shipped():
        model, version = await asyncio.to_thread(shipped.model, intent_set), 0
    elif row is None:
        raise IntentSetNotFound(f"There is no set “{intent_set}”.")
    else:
        raise NotTrained(f"Train “{row.name}” first: it has no version that could classify.")
    predictions = await asyncio.to_thread(model.predict, texts)
    return [_result(prediction, threshold, version) for prediction in predictions]


async def _load(session: AsyncSession, model_id: UUID) -> Model:
    if model_id not in _kept:
        content = await repository.artefact(session, model_id)
        if content is None:
            raise NotTrained()
        _kept[model_id] = await asyncio.to_thread(Model.from_bytes, content)
        while len(_kept) > _KEPT_MODELS:
            _kept.popitem(last=False)
    _kept.move_to_end(model_id)
    return _kept[model_id]


def _result(prediction: Prediction, threshold: float, version: int) -> IntentResult:
    return IntentResult(
        label=prediction.label if prediction.in_scope >= threshold else None,
        best_label=prediction.label,
        probability=round(prediction.probability, 4),
        in_scope_probability=round(prediction.in_scope, 4),
        ranking=tuple((label, round(chance, 4)) for label, chance in prediction.ranking),
        nearest=tuple(NearExample(near.text, near.label, round(near.similarity, 4)) for near in prediction.neighbours),
        model_version=version,
    )
