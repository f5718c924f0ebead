"""What other modules may ask of ai.

`route = await text_model(session, task="answer")`; None means that no language model is connected, and callers work
their local way. Then, best after the session's transaction has ended, `await generate(route, TextRequest(…))` or
`async for event in stream(route, …)`. Both raise AppErrors of `errors`: BudgetExhausted, PromptTooLong, OutputInvalid,
ModelCallFailed; after each of them, callers work their local way, too.

The other capabilities go the same way: `model_for(session, "speech_to_text")`, then `transcribe(route, …)`.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import Database
from tradewind.modules.ai.adapters._base import Used
from tradewind.modules.ai.bandit import Judged, choose
from tradewind.modules.ai.contracts import (
    Capability,
    ModelRoute,
    ModelsReport,
    Picture,
    Recording,
    Task,
    TextRoute,
    Transcript,
)
from tradewind.modules.ai.embedding import (
    DEEP_DIMENSIONS,
    DEEP_SENTENCE,
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    TextVectors,
    count_tokens,
    embed_deeply,
    embed_locally,
    embed_passages_locally,
)
from tradewind.modules.ai.injection import find_injection, normalise
from tradewind.modules.ai.service import capabilities, connections, pricing, routing
from tradewind.modules.ai.service.calling import generate, stream
from tradewind.modules.ai.service.policies import judge as judge_topics
from tradewind.modules.ai.service.policies import judge_topic
from tradewind.modules.ai.service.prompts import rendered as prompt
from tradewind.modules.ai.service.variants import feedback, taking_turns, unused

__all__ = [
    "DEEP_DIMENSIONS",
    "DEEP_SENTENCE",
    "EMBEDDING_DIMENSIONS",
    "EMBEDDING_MODEL",
    "Judged",
    "TextVectors",
    "choose",
    "count_tokens",
    "draw",
    "embed",
    "embed_deeply",
    "embed_locally",
    "embed_passages_locally",
    "feedback",
    "film",
    "find_injection",
    "generate",
    "judge_topic",
    "judge_topics",
    "model_for",
    "normalise",
    "prompt",
    "report",
    "speak",
    "stream",
    "taking_turns",
    "text_model",
    "transcribe",
    "unused",
]


async def text_model(session: AsyncSession, *, task: Task, character_id: UUID | None = None) -> TextRoute | None:
    """The language models for a task (and character) of the session's organisation; None where none is connected."""
    return await routing.route_for(session, "text", task=task, character_id=character_id)


async def model_for(
    session: AsyncSession, capability: Capability, *, task: Task | None = None, character_id: UUID | None = None
) -> ModelRoute | None:
    """The models of another capability; None where none is connected."""
    return await routing.route_for(session, capability, task=task, character_id=character_id)


async def embed(route: ModelRoute, feature: str, texts: Sequence[str]) -> list[list[float]]:
    """One vector a text, by the route's first model. Raises BudgetExhausted, ModelCallFailed."""
    most = Used(input=pricing.tokens_of(*texts), output=0)
    called = await capabilities.call(route, feature, lambda one, model: one.embedding(model, texts), most=most)
    return called.value


async def transcribe(
    route: ModelRoute, feature: str, recording: Recording, *, seconds: float, language: str | None = None
) -> Transcript:
    """What a recording of `seconds` says; `language` in ISO 639-1 if known. Raises BudgetExhausted, ModelCallFailed."""
    called = await capabilities.call(
        route, feature, lambda one, model: one.speech_to_text(model, recording, language), most=Used(seconds=seconds)
    )
    return called.value


async def speak(route: ModelRoute, feature: str, text: str, *, voice: str | None = None) -> Recording:
    """`text` spoken by `voice`, a name of the provider's. Raises BudgetExhausted, ModelCallFailed."""
    called = await capabilities.call(
        route, feature, lambda one, model: one.text_to_speech(model, text, voice), most=Used(characters=len(text))
    )
    return called.value


async def draw(route: ModelRoute, feature: str, prompt: str, *, size: str | None = None) -> Picture:
    """A picture of `prompt`, `size` as WIDTHxHEIGHT. Raises BudgetExhausted, ModelCallFailed."""
    most = Used(input=pricing.tokens_of(prompt), output=0)
    called = await capabilities.call(route, feature, lambda one, model: one.image(model, prompt, size), most=most)
    return called.value


async def film(route: ModelRoute, feature: str, prompt: str, *, seconds: int | None = None) -> Picture:
    """A film of `prompt`; takes minutes, so give its route the time. Raises BudgetExhausted, ModelCallFailed."""
    most = Used(input=pricing.tokens_of(prompt), output=0)
    called = await capabilities.call(route, feature, lambda one, model: one.video(model, prompt, seconds), most=most)
    return called.value


async def report(database: Database) -> ModelsReport:
    """Connections of the whole installation, and those whose last test failed: for whoever runs it."""
    return await connections.report(database)
