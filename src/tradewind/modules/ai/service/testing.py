"""The test button: a tiny real call, and in plain words what came of it."""

import asyncio
import io
import time
import wave

from tradewind.kernel.clock import now
from tradewind.modules.ai.adapters._base import Made, Provider, Used
from tradewind.modules.ai.contracts import Message, ModelRoute, Recording, Step, TextRequest, Transcript
from tradewind.modules.ai.errors import BudgetExhausted, ModelCallFailed
from tradewind.modules.ai.schemas import ConnectionTestRead
from tradewind.modules.ai.service import capabilities, providers
from tradewind.modules.ai.service.failures import Failed, expected, explain

FEATURE = "ai.test"
_SECONDS = 30
_OUTPUT_TOKENS = 64


async def test(route: ModelRoute) -> ConnectionTestRead:
    """Call the only model of `route` once, without retries and whatever is known of its health."""
    step = route.steps[0]
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await providers.opened(step)
            connection.pauses.clear()
            connection.breaker.succeeded()
            words = await _call(route)
        return _read(route, True, "ok", words, started)
    except TimeoutError:
        return _read(route, False, "timeout", f"No answer came within {_SECONDS} seconds.", started)
    except Failed as failure:
        return _read(route, False, failure.code, failure.words, started)
    except BudgetExhausted as refusal:
        return _read(route, False, refusal.code, refusal.detail, started)


async def _call(route: ModelRoute) -> str:
    match route.capability:
        case "text":
            return await _ask(route)
        case "embedding":
            made = await capabilities.once(
                route, route.steps[0], FEATURE, lambda provider, model: provider.embedding(model, ["test"]),
                most=Used(input=8, output=0),
            )  # fmt: skip
            return f"It works: vectors of {len(made.value[0]) if made.value else 0} numbers."
        case "speech_to_text":
            await capabilities.once(route, route.steps[0], FEATURE, _transcribe_silence, most=Used(seconds=1))
            return "It works: a second of silence was transcribed."
        case "text_to_speech":
            spoken = await capabilities.once(
                route, route.steps[0], FEATURE, lambda provider, model: provider.text_to_speech(model, "OK", None),
                most=Used(characters=2),
            )  # fmt: skip
            return f"It works: “OK” was spoken in {len(spoken.value.content):,} bytes."
        case _:
            return await _is_offered(route)


async def _ask(route: ModelRoute) -> str:
    from tradewind.modules.ai.redaction import Redactor
    from tradewind.modules.ai.service.attempts import Attempt
    from tradewind.modules.ai.service.conversation import Conversation, Reply

    request = TextRequest(
        feature=FEATURE,
        instructions="This is a test of the connection.",
        messages=(Message("user", "Answer with the word OK."),),
        max_output_tokens=_OUTPUT_TOKENS,
    )
    conversation = Conversation(request, Redactor())
    attempt = Attempt(route, request, route.steps[0], conversation, given="", streamed=False)
    answer = ""
    async for event in attempt.events():
        if isinstance(event, Reply):
            answer = " ".join(event.text.split())
    return f"It works. The model answered: {answer[:80]}" if answer else "It works: the model answered, without text."


async def _transcribe_silence(provider: Provider, model: str) -> Made[Transcript]:
    return await provider.speech_to_text(model, Recording(_silence(), "audio/wav"), None)


def _silence() -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    return content.getvalue()


async def offered(step: Step) -> list[str]:
    """Names of the models that a provider offers. Raises ModelCallFailed in plain words."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await _offered(step)
    except TimeoutError as error:
        raise ModelCallFailed(f"No answer came within {_SECONDS} seconds.") from error
    except Failed as failure:
        reason = {"model": step.model, "code": failure.code, "reason": failure.words}
        raise ModelCallFailed(failure.words, attempts=[reason]) from failure


async def _offered(step: Step) -> list[str]:
    connection = await providers.opened(step)
    try:
        return await connection.provider.offered()
    except expected() as error:
        raise explain(error, provider=connection.label, model=step.model, key=connection.provider.key) from error


async def _is_offered(route: ModelRoute) -> str:
    """Pictures and films cost too much for a test: look whether the provider has the model."""
    step = route.steps[0]
    if step.model not in await _offered(step):
        raise Failed("no_model", f"The provider does not list the model “{step.model}” for this key.")
    return "The key works and the model is there. Nothing was made, because that would cost."


def _read(route: ModelRoute, ok: bool, code: str, detail: str, started: float) -> ConnectionTestRead:
    return ConnectionTestRead(
        ok=ok, code=code, detail=detail, model=route.steps[0].model,
        latency_ms=round((time.perf_counter() - started) * 1000), tested_at=now(),
    )  # fmt: skip
