"""What other modules may ask of ai.

`route = await text_model(session, task="answer")`; None means that no language model is connected, and callers work
their local way. Then, best after the session's transaction has ended, `await generate(route, TextRequest(…))` or
`async for event in stream(route, …)`. Both raise AppErrors of `errors`: BudgetExhausted, PromptTooLong, OutputInvalid,
ModelCallFailed; after each of them, callers work their local way, too.
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.ai.contracts import Task, TextDelta, TextRequest, TextResult, TextRoute
from tradewind.modules.ai.embedding import (
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    count_tokens,
    embed_locally,
    embed_tokens_locally,
)
from tradewind.modules.ai.service import routing

__all__ = [
    "EMBEDDING_DIMENSIONS",
    "EMBEDDING_MODEL",
    "count_tokens",
    "embed_locally",
    "embed_tokens_locally",
    "generate",
    "stream",
    "text_model",
]


async def text_model(session: AsyncSession, *, task: Task, character_id: UUID | None = None) -> TextRoute | None:
    """The language models for a task (and character) of the session's organisation; None where none is connected."""
    return await routing.route_for(session, "text", task=task, character_id=character_id)


async def generate(route: TextRoute, request: TextRequest) -> TextResult:
    """Ask the models of a route until one answers, tools and typed output included."""
    gateway = await _gateway()
    async with aclosing(gateway.run(route, request, streamed=False)) as events:
        async for event in events:
            if isinstance(event, TextResult):
                return event
    raise AssertionError("a run ends with its result")


async def stream(route: TextRoute, request: TextRequest) -> AsyncGenerator[TextDelta | TextResult]:
    """Like `generate`, with the answer's text in pieces as it comes; with typed output, only the result comes.

    When a model breaks off, the next continues the text: the pieces together are always `TextResult.text`, and the
    first piece of the other model is marked. Close the iterator (`aclosing`) to cancel.
    """
    gateway = await _gateway()
    async with aclosing(gateway.run(route, request, streamed=True)) as events:
        async for event in events:
            yield event


async def _gateway() -> Any:
    """The gateway; loading its libraries takes seconds, in which other work goes on."""
    return await asyncio.to_thread(_load) if not _load.cache_info().currsize else _load()


@cache
def _load() -> Any:
    return importlib.import_module("tradewind.modules.ai.service.gateway")
