"""One attempt on one model: money set aside, the call within its time, and what became of it kept."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import Model

from tradewind.kernel.ids import new_id
from tradewind.modules.ai.adapters._base import Used
from tradewind.modules.ai.contracts import OutputSoFar, Step, TextRequest, TextRoute
from tradewind.modules.ai.service import pricing, providers, spending
from tradewind.modules.ai.service.conversation import ANSWER_TOOL, Conversation, Reply, reply_of
from tradewind.modules.ai.service.failures import expected, explain, failed
from tradewind.modules.ai.service.growing import Growing
from tradewind.modules.ai.service.providers import Opened
from tradewind.modules.ai.service.spending import Account, Kept, Outcome

_MAX_CHARACTERS = 1_000_000


class Attempt:
    """Asks one model once. Raises Failed.

    `events` gives pieces of text, or what a typed answer holds so far, where `streamed`, and a Reply at the end.
    """

    def __init__(
        self,
        route: TextRoute,
        request: TextRequest,
        step: Step,
        conversation: Conversation,
        *,
        given: str,
        streamed: bool,
    ) -> None:
        self._route = route
        self._request = request
        self._step = step
        self._conversation = conversation
        self._given = given
        self._streamed = streamed
        self._text: list[str] = []
        self._first: float | None = None
        self._input = 0
        self.kept = Kept()

    async def events(self) -> AsyncGenerator[str | OutputSoFar | Reply]:
        """Ask. Whatever happens, also that nobody listens any more, the attempt is kept."""
        connection = await providers.opened(self._step)
        self._input = self._conversation.input_tokens
        self._check_length(connection)
        self._check_health(connection)
        call_id = new_id()
        most = Used(input=self._input, output=self._request.max_output_tokens)
        await spending.reserve(self._route, self._step, call_id, feature=self._request.feature, used=most)
        started = time.perf_counter()
        outcome, reason, reply = "cancelled", None, None
        growing = None if self._request.output is None else Growing()
        try:
            async with aclosing(self._call(connection)) as pieces:
                async for piece in pieces:
                    if self._first is None:
                        self._first = time.perf_counter()
                    if isinstance(piece, Reply):
                        reply = piece
                    else:
                        self._text.append(piece)
                        if growing is None:
                            yield piece
                        elif (value := growing.feed(piece)) is not None:
                            yield OutputSoFar(value)
            outcome = "ok"
            connection.judge(None, self._step.model)
        except expected() as error:
            failure = explain(
                error, provider=connection.label, model=self._step.model, key=connection.provider.key,
                begun=bool(self._text),
            )  # fmt: skip
            outcome, reason = ("cut" if self._text else "failed"), failure.code
            connection.judge(failure, self._step.model)
            raise failure from error
        finally:
            if outcome == "cancelled":
                connection.breaker.abandoned()
            self.kept = await self._keep(call_id, started, outcome, reason, reply)
        assert reply is not None
        yield reply

    def _check_length(self, connection: Opened) -> None:
        """Refuse what cannot fit; some servers cut it without a word. The estimate is high, so some room is left."""
        window = self._step.context_tokens or pricing.window(self._step.provider, self._step.settings, self._step.model)
        if window is not None and self._input * 2 // 3 + self._request.max_output_tokens > window:
            raise failed("too_long", provider=connection.label, model=self._step.model)

    def _check_health(self, connection: Opened) -> None:
        """Keep to a provider's wish for peace, and to our rest after many failures. Raises Failed."""
        if (wait := connection.wait(self._step.model)) > 0:
            raise failed("rate_limited", provider=connection.label, model=self._step.model, retry_after=wait)
        connection.check(self._step.model)

    async def _call(self, connection: Opened) -> AsyncGenerator[str | Reply]:
        model = await providers.text_model(connection, self._step.model)
        messages = self._conversation.continued(self._given)
        if not self._streamed:
            async with asyncio.timeout(self._step.timeout_seconds):
                yield reply_of(await self._whole(model, messages))
            return
        deadline = time.monotonic() + self._step.timeout_seconds
        until_first = time.monotonic() + self._step.first_token_seconds
        async with aclosing(self._pieces(model, messages)) as pieces:
            while True:
                # The time the consumer takes does not count against the provider.
                waiting = time.monotonic()
                async with asyncio.timeout((deadline if self._text else min(deadline, until_first)) - waiting):
                    piece = await anext(pieces, None)
                if piece is None:
                    return
                yield piece

    async def _whole(self, model: Model, messages: list[ModelMessage]) -> ModelResponse:
        return await model.request(messages, self._conversation.settings, self._conversation.parameters)

    async def _pieces(self, model: Model, messages: list[ModelMessage]) -> AsyncGenerator[str | Reply]:
        characters, answer = 0, None
        async with model.request_stream(
            messages, self._conversation.settings, self._conversation.parameters
        ) as response:
            async for event in response:
                match event:
                    case PartStartEvent(part=TextPart(content=text)) if text:
                        pass
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                        pass
                    case PartStartEvent(index=index, part=ToolCallPart(tool_name=name, args=text)) if (
                        name == ANSWER_TOOL
                    ):
                        answer = index
                    case PartDeltaEvent(index=index, delta=ToolCallPartDelta(args_delta=text)) if index == answer:
                        pass
                    case _:
                        continue
                # Some providers give a tool's arguments whole.
                if not isinstance(text, str) or not text:
                    continue
                characters += len(text)
                if characters > _MAX_CHARACTERS:
                    raise ValueError("the answer does not end")
                yield text
            whole = response.get()
        if whole.finish_reason is None and not whole.parts:
            raise ValueError("the answer is empty")
        yield reply_of(whole)

    async def _keep(
        self, call_id: UUID, started: float, outcome: Outcome, reason: str | None, reply: Reply | None
    ) -> Kept:
        used, estimated = Used(input=0, output=0), False
        if reply is not None and reply.told:
            used = reply.used
        elif outcome != "failed":
            text = "".join(self._text) or (reply.text if reply else "")
            used, estimated = Used(input=self._input, output=pricing.tokens_of(text)), True
        account = Account(
            call_id=call_id, feature=self._request.feature, started=started, first=self._first, outcome=outcome,
            reason=reason, used=used, estimated=estimated,
        )  # fmt: skip
        return await spending.keep(self._route, self._step, account)
