"""Calls of models other than for text: embeddings, speech, images, videos. Along a route, counted and bounded alike."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tradewind.kernel.ids import new_id
from tradewind.modules.ai.adapters._base import Made, Provider, Used
from tradewind.modules.ai.contracts import ModelRoute, Step
from tradewind.modules.ai.errors import ModelCallFailed
from tradewind.modules.ai.service import providers, spending
from tradewind.modules.ai.service.failures import Failed, expected, explain, failed
from tradewind.modules.ai.service.retrying import tries
from tradewind.modules.ai.service.spending import Account, Outcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Called(Generic[T]):
    """What a model made, which one it was, and what it cost (None: not known)."""

    value: T
    model: str
    cost_microusd: int | None


async def call(
    route: ModelRoute, feature: str, run: Callable[[Provider, str], Awaitable[Made[T]]], *, most: Used
) -> Called[T]:
    """Have `run(provider, model)` done by the first model of the route that can.

    `most` is what it may use, as far as known before. Vectors of different models do not compare, so embeddings stay
    with the first model. Raises BudgetExhausted, ModelCallFailed.
    """
    steps = route.steps[:1] if route.capability == "embedding" else route.steps
    reasons: list[dict[str, str]] = []
    last: Failed | None = None
    for step in steps:
        try:
            async for attempt in tries(is_last=step is steps[-1]):
                with attempt:
                    return await once(route, step, feature, run, most=most)
        except Failed as failure:
            last = failure
            reasons.append({"model": step.model, "code": failure.code, "reason": failure.words})
    assert last is not None
    raise ModelCallFailed(last.words, attempts=reasons, retry_after_seconds=last.retry_after or 30)


async def once(
    route: ModelRoute, step: Step, feature: str, run: Callable[[Provider, str], Awaitable[Made[T]]], *, most: Used
) -> Called[T]:
    """One attempt on one model. Raises Failed, BudgetExhausted."""
    connection = await providers.opened(step)
    if (wait := connection.wait(step.model)) > 0:
        raise failed("rate_limited", provider=connection.label, model=step.model, retry_after=wait)
    connection.check(step.model)
    call_id = new_id()
    await spending.reserve(route, step, call_id, feature=feature, used=most)
    started = time.perf_counter()
    outcome: Outcome = "cancelled"
    reason, used = None, Used()
    try:
        async with asyncio.timeout(step.timeout_seconds):
            made = await run(connection.provider, step.model)
        outcome, used = "ok", made.used
        connection.judge(None, step.model)
    except expected() as error:
        failure = explain(error, provider=connection.label, model=step.model, key=connection.provider.key)
        outcome, reason = "failed", failure.code
        connection.judge(failure, step.model)
        raise failure from error
    finally:
        if outcome == "cancelled":
            connection.breaker.abandoned()
        account = Account(
            call_id=call_id, feature=feature, started=started, outcome=outcome, reason=reason,
            used=most if outcome == "cancelled" else used, estimated=outcome == "cancelled",
        )  # fmt: skip
        kept = await spending.keep(route, step, account)
    return Called(made.value, step.model, kept.cost)
