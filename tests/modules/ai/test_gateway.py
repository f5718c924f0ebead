"""Calls of text models against a running server in the shapes of their providers."""

import asyncio
from contextlib import aclosing

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import text
from tests.modules.ai.peers.fixtures import KEY, ModelServer
from tests.modules.ai.peers.specification import specification

from tradewind.modules.ai import api
from tradewind.modules.ai.contracts import Material, Message, TextDelta, TextRequest, TextResult, Tool
from tradewind.modules.ai.errors import ModelCallFailed, OutputInvalid, PromptTooLong
from tradewind.modules.ai.personal_data import Known


def ask(prompt: str = "How much is it?", **more) -> TextRequest:
    return TextRequest(feature="tests.gateway", instructions="Be brief.", messages=(Message("user", prompt),), **more)


async def pieces_of(route, request) -> tuple[list[TextDelta], TextResult]:
    deltas, result = [], None
    async with aclosing(api.stream(route, request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                assert result is None, "nothing comes after the result"
                deltas.append(event)
            else:
                result = event
    assert result is not None
    assert "".join(delta.text for delta in deltas) == result.text
    return deltas, result


async def calls(session) -> list:
    rows = await session.execute(text("SELECT * FROM ai_calls ORDER BY id"))
    return list(rows)


class Offer(BaseModel):
    """What is offered."""

    product: str
    euros: int = Field(ge=0)


class City(BaseModel):
    """A place."""

    name: str


@pytest.mark.parametrize("provider", ["openai", "openai_compatible", "ollama", "anthropic", "google"])
async def test_each_provider_streams_uses_tools_and_answers_in_a_form(openai_server, session, provider):
    asked: list[str] = []

    async def weather(city: City) -> str:
        asked.append(city.name)
        return "Rain, 12 degrees."

    model = f"{provider}-model"
    await openai_server.connect(session, model, provider=provider)
    route = await api.text_model(session, task="answer")
    assert route is not None
    assert route.model == model

    openai_server.answer(model, "The price is twenty euros a month.")
    deltas, result = await pieces_of(route, ask())
    assert result.text == "The price is twenty euros a month."
    assert len(deltas) > 2
    assert result.tokens.output == 8
    assert result.first_token_ms is not None

    tool = Tool("weather", "The weather of a city.", City, weather)
    openai_server.answer(model, {"tools": [{"name": "weather", "arguments": {"name": "Bern"}}]}, "Take a coat.")
    result = await api.generate(route, ask("Coat?", tools=(tool,)))
    assert (result.text, asked) == ("Take a coat.", ["Bern"])

    # What a provider does best for typed answers differs: a tool that is the answer, or JSON as text.
    offer = {"product": "Bike", "euros": 990}
    openai_server.answer(
        model, {"tools": [{"name": "final_answer", "arguments": {**offer, "euros": -1}}]},
        {"tools": [{"name": "final_answer", "arguments": offer}]},
    )  # fmt: skip
    result = await api.generate(route, ask("Your offer?", output=Offer))
    assert result.output == Offer(product="Bike", euros=990)
    openai_server.answer(model, {"text": '```json\n{"product": "Bell", "euros": 9}\n```'})
    assert (await api.generate(route, ask(output=Offer))).output == Offer(product="Bell", euros=9)
    openai_server.answer(model, "I would rather not.", "No JSON from me.")
    with pytest.raises(OutputInvalid):
        await api.generate(route, ask(output=Offer))
    assert {row.outcome for row in await calls(session)} == {"ok"}
    if provider.startswith("openai"):
        checks = specification("openai/openapi.json.gz")
        for request in openai_server.requests("/openai"):
            checks.check(request["method"], request["path"].removeprefix("/openai/v1"), request["body"])
