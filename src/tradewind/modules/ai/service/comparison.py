"""One prompt through several models at the same time."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import AppError
from tradewind.modules.ai import repository
from tradewind.modules.ai.contracts import Message, TextRequest, TextResult, TextRoute
from tradewind.modules.ai.errors import CapabilityMissing, ModelNotFound
from tradewind.modules.ai.schemas import ComparisonAnswer, ComparisonRead, ComparisonRequest
from tradewind.modules.ai.service import calling, routing

FEATURE = "ai.compare"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to compare."""

    model_id: UUID
    connection_label: str
    route: TextRoute


async def candidates(session: AsyncSession, model_ids: Sequence[UUID]) -> list[Candidate]:
    """The chosen models, each in a route of its own. Raises ModelNotFound, CapabilityMissing."""
    known = await repository.models_by_id(session, model_ids)
    found = []
    for model_id in dict.fromkeys(model_ids):
        if model_id not in known:
            raise ModelNotFound()
        model, connection = known[model_id]
        step = repository.step_of(connection, model.name, model)
        if model.capability != "text" or not routing.can(step, "text"):
            raise CapabilityMissing(f"{model.name} is no text model.")
        found.append(Candidate(model_id, connection.label, await routing.made(session, "text", (step,))))
    return found


async def compare(chosen: Sequence[Candidate], data: ComparisonRequest) -> ComparisonRead:
    """Ask all at once; a model that fails takes its place with the reason."""
    request = TextRequest(
        feature=FEATURE,
        instructions=data.instructions,
        messages=(Message("user", data.prompt),),
        max_output_tokens=data.max_output_tokens,
        temperature=data.temperature,
    )
    return ComparisonRead(answers=list(await asyncio.gather(*(_answer(one, request) for one in chosen))))


async def _answer(candidate: Candidate, request: TextRequest) -> ComparisonAnswer:
    started = time.perf_counter()
    result: TextResult | None = None
    failure: AppError | None = None
    try:
        async for event in calling.stream(candidate.route, request):
            if isinstance(event, TextResult):
                result = event
    except AppError as error:
        failure = error
    return ComparisonAnswer(
        model_id=candidate.model_id,
        model=candidate.route.model,
        connection_label=candidate.connection_label,
        text=result.text if result else None,
        error_code=failure.code if failure else None,
        error=failure.detail if failure else None,
        input_tokens=result.tokens.input if result else None,
        output_tokens=result.tokens.output if result else None,
        cost_microusd=result.cost_microusd if result else None,
        latency_ms=round((time.perf_counter() - started) * 1000),
        first_token_ms=result.first_token_ms if result else None,
    )
