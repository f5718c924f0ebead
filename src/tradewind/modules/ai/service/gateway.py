"""The way to text models: along a route, with retries, a model that takes over from another, and what it all costs.

Importing this loads pydantic-ai; `api` does so in a thread, with the first call.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from tradewind.modules.ai.contracts import (
    OutputSoFar,
    Step,
    Switch,
    TextDelta,
    TextRequest,
    TextResult,
    TextRoute,
    Tokens,
)
from tradewind.modules.ai.errors import ModelCallFailed, OutputInvalid, PromptTooLong
from tradewind.modules.ai.personal_data import Known
from tradewind.modules.ai.redaction import Redactor
from tradewind.modules.ai.safety import AnswerGuard
from tradewind.modules.ai.service import attempts
from tradewind.modules.ai.service.conversation import Conversation, Reply, Unreadable
from tradewind.modules.ai.service.failures import Failed
from tradewind.modules.ai.service.joining import Joiner
from tradewind.modules.ai.service.retrying import tries
from tradewind.modules.ai.service.spending import Kept

MAX_ROUNDS = 12
_CORRECTIONS = 1


@dataclass(slots=True)
class _Progress:
    """What one request came to so far, over all its rounds and models."""

    started: float
    first: float | None = None
    tokens: Tokens = field(default_factory=Tokens)
    cost: int | None = 0
    switches: list[Switch] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    step: Step | None = None

    def add(self, step: Step, kept: Kept) -> None:
        """Count an attempt."""
        self.step = step
        tokens = self.tokens
        self.tokens = Tokens(
            tokens.input + kept.tokens.input, tokens.output + kept.tokens.output, tokens.cached + kept.tokens.cached
        )
        self.cost = None if self.cost is None or kept.cost is None else self.cost + kept.cost


async def run(
    route: TextRoute, request: TextRequest, *, streamed: bool
) -> AsyncGenerator[TextDelta | OutputSoFar | TextResult]:
    """Ask the models of a route; pieces of the answer as they come where `streamed`, and the result last.

    Raises BudgetExhausted, PromptTooLong, OutputInvalid, ModelCallFailed.
    """
    known = request.known or Known()
    redactor = Redactor(replace(known, region=known.region or route.phone_region), route.redacted)
    conversation = Conversation(request, redactor)
    guard = AnswerGuard(instructions=request.instructions, material=request.material, mark=conversation.fence.mark)
    progress = _Progress(time.perf_counter())
    corrections = 0
    shown = ""
    for _ in range(MAX_ROUNDS):
        reply: Reply | None = None
        switched = False
        restoring = redactor.stream()
        async with aclosing(_ask(route, request, conversation, progress, streamed=streamed)) as events:
            async for event in events:
                if isinstance(event, Reply):
                    reply = event
                    continue
                if isinstance(event, OutputSoFar):
                    yield OutputSoFar(guard.clean_json(redactor.restore_json(event.value)))
                    continue
                switched = switched or event.switched
                if piece := guard.feed(restoring.feed(event.text)):
                    shown += piece
                    yield TextDelta(piece, switched)
                    switched = False
        assert reply is not None
        if rest := guard.feed(restoring.finish()) + guard.finish():
            shown += rest
            yield TextDelta(rest, switched)
        if conversation.wants_tools(reply):
            await conversation.run_tools(reply)
            continue
        try:
            output = conversation.read(reply, guard)
        except Unreadable as problem:
            if corrections >= _CORRECTIONS:
                raise OutputInvalid(
                    f"The model did not answer in the asked form: {problem}",
                    attempts=progress.failures,
                ) from problem
            corrections += 1
            conversation.correct(reply, str(problem))
            continue
        assert progress.step is not None
        yield TextResult(
            text=shown if streamed and request.output is None else guard.clean(redactor.restore(reply.text)),
            output=output,
            model=progress.step.model,
            connection_id=progress.step.connection_id,
            tokens=progress.tokens,
            latency_ms=_since(progress.started),
            first_token_ms=None if progress.first is None else round((progress.first - progress.started) * 1000),
            finish=reply.finish,
            cost_microusd=progress.cost,
            switches=tuple(progress.switches),
            findings=guard.findings,
        )
        return
    raise ModelCallFailed("The model asks for tools without end.", code="ai.too_many_tool_calls")


async def _ask(
    route: TextRoute, request: TextRequest, conversation: Conversation, progress: _Progress, *, streamed: bool
) -> AsyncGenerator[TextDelta | OutputSoFar | Reply]:
    """One exchange with the first model of the route that answers; the reply comes last.

    A model that fails after part of its answer was given is replaced by the next, which continues the text.
    """
    given = ""
    last: Failed | None = None
    too_long = 0
    for number, step in enumerate(route.steps):
        joiner = Joiner(given)
        switched = last is not None
        try:
            async for attempt in tries(is_last=number == len(route.steps) - 1):
                with attempt:
                    call = attempts.Attempt(route, request, step, conversation, given=given, streamed=streamed)
                    async with aclosing(call.events()) as events:
                        async for event in events:
                            if progress.first is None:
                                progress.first = time.perf_counter()
                            if isinstance(event, Reply):
                                progress.add(step, call.kept)
                                if rest := joiner.finish():
                                    given += rest
                                    yield TextDelta(rest, switched)
                                yield event
                                return
                            if isinstance(event, OutputSoFar):
                                yield event
                                continue
                            if piece := joiner.feed(event):
                                given += piece
                                yield TextDelta(piece, switched)
                                switched = False
        except Failed as failure:
            last = failure
            too_long += failure.code == "too_long"
            progress.failures.append({"model": step.model, "code": failure.code, "reason": failure.words})
            progress.switches.append(Switch(step.model, failure.code, len(given)))
    assert last is not None
    if too_long == len(route.steps):
        raise PromptTooLong(last.words)
    raise ModelCallFailed(
        last.words if len(route.steps) == 1 else f"None of {len(route.steps)} models answered. The last: {last.words}",
        attempts=progress.failures,
        retry_after_seconds=last.retry_after or 30,
    )


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
