"""Generate and stream: the gateway, loaded with the first call."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Any

from tradewind.modules.ai.contracts import OutputSoFar, TextDelta, TextRequest, TextResult, TextRoute


async def generate(route: TextRoute, request: TextRequest) -> TextResult:
    """Ask the models of a route until one answers, tools and typed output included."""
    gateway = await _gateway()
    async with aclosing(gateway.run(route, request, streamed=False)) as events:
        async for event in events:
            if isinstance(event, TextResult):
                return event
    raise AssertionError("a run ends with its result")


async def stream(route: TextRoute, request: TextRequest) -> AsyncGenerator[TextDelta | OutputSoFar | TextResult]:
    """Like `generate`, with the answer's text in pieces as it comes, or what a typed one holds so far.

    When a model breaks off, the next continues the text: the pieces together are always `TextResult.text`, and the
    first piece of the other model is marked. Close the iterator (`aclosing`) to cancel.
    """
    gateway = await _gateway()
    async with aclosing(gateway.run(route, request, streamed=True)) as events:
        async for event in events:
            yield event


async def _gateway() -> Any:
    """Loading its libraries takes seconds, in which other work goes on."""
    return _load() if _load.cache_info().currsize else await asyncio.to_thread(_load)


@cache
def _load() -> Any:
    return importlib.import_module("tradewind.modules.ai.service.gateway")
