"""What calls cost, who is told of it, and budgets that hold also when many call at once."""

import asyncio

import httpx
import pytest
from sqlalchemy import text
from tests.modules.ai.peers.fixtures import ModelServer

from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import make_tenant
from tradewind.modules.ai import api
from tradewind.modules.ai.contracts import Message, TextRequest
from tradewind.modules.ai.errors import BudgetExhausted, ModelCallFailed

# The server says: 20 tokens in, 4 of them cached, 8 out.
DEAR = {"input_price": 1_000_000_000, "output_price": 5_000_000_000}
PROMPT = "What does the small plan cost in a year, and can it be cancelled?"
COST = 20 * 1_000 + 8 * 5_000


def ask(feature: str = "tests.money", max_output_tokens: int = 8) -> TextRequest:
    return TextRequest(
        feature=feature, instructions="", messages=(Message("user", PROMPT),), max_output_tokens=max_output_tokens
    )


async def price(client: httpx.AsyncClient, **prices: int | None) -> dict:
    [model] = (await client.get("/api/v1/ai/models")).json()
    answer = await client.patch(f"/api/v1/ai/models/{model['id']}", json=prices)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_costs_follow_the_list_or_what_somebody_entered(openai_server: ModelServer, session, client):
    await openai_server.connect(session, "gpt-5-mini", provider="openai")
    await session.commit()
    [model] = (await client.get("/api/v1/ai/models")).json()
    assert (model["price"]["source"], model["price"]["input"], model["price"]["output"]) == ("list", 250_000, 2_000_000)
    assert model["context_tokens"] == 400_000
    route = await api.text_model(session, task="answer")
    # 16 read anew at $0.25, 4 cached at $0.025, 8 written at $2 a million.
    assert (await api.generate(route, ask())).cost_microusd == round(16 * 0.25 + 4 * 0.025 + 8 * 2)

    changed = await price(client, **DEAR)
    assert changed["price"] == {
        "input": 1_000_000_000, "output": 5_000_000_000, "call": None, "cached_input": None, "source": "entered",
        "words": "$1,000.00 a million tokens in, $5,000.00 a million tokens out", "list_version": None,
    }  # fmt: skip
    route = await api.text_model(session, task="answer")
    assert (await api.generate(route, ask())).cost_microusd == COST
    openai_server.answer("gpt-5-mini", {"text": "Tells nothing", "usage": False})
    assert ((await api.generate(route, ask("tests.other"))).cost_microusd or 0) > 0

    usage = (await client.get("/api/v1/ai/usage", params={"group_by": "feature"})).json()
    by_feature = {row["key"]: row for row in usage["rows"]}
    assert {key: row["calls"] for key, row in by_feature.items()} == {"tests.money": 2, "tests.other": 1}
    assert by_feature["tests.money"]["cost_microusd"] == COST + 20
    assert usage["total"]["calls"] == 3
    for group in ("day", "task", "model", "character", "capability"):
        rows = (await client.get("/api/v1/ai/usage", params={"group_by": group})).json()["rows"]
        assert sum(row["cost_microusd"] for row in rows) == usage["total"]["cost_microusd"]
    newest = (await client.get("/api/v1/ai/calls", params={"feature": "tests.other"})).json()["items"]
    assert [(row["outcome"], row["estimated"], row["task"]) for row in newest] == [("ok", True, "answer")]


async def test_a_budget_tells_at_80_per_cent_and_stops_at_its_limit(openai_server: ModelServer, session, client, drain):
    await openai_server.connect(session, "dear")
    await price(client, **DEAR)
    body = {"name": "Answers", "feature": "tests.money", "limit_microusd": COST * 5, "period": "day"}
    budget = (await client.post("/api/v1/ai/budgets", json=body)).json()
    route = await api.text_model(session, task="answer")
    assert route is not None
    assert route.budgeted
    for _ in range(4):
        await api.generate(route, ask(max_output_tokens=1))
    told = "SELECT title FROM notifications WHERE kind = 'ai.budget' ORDER BY id"
    await drain()
    assert list(await session.scalars(text(told))) == ["Budget “Answers” is 80 % spent"]

    with pytest.raises(BudgetExhausted) as refused:
        await api.generate(route, ask(max_output_tokens=500))
    assert (refused.value.code, refused.value.extra) == ("ai.budget_exhausted", {"budget_id": budget["id"]})
    with pytest.raises(BudgetExhausted):
        await api.generate(route, ask(max_output_tokens=500))
    await drain()
    assert list(await session.scalars(text(told)))[1:] == ["Budget “Answers” no longer covers every call"], "once"
    mails = (await client.get("/api/v1/mail-sink")).json()["items"]
    assert [mail["kind"] for mail in mails] == ["model_budget"] * 2
    assert "$0.24 of $0.30 this day" in mails[0]["body"]
    assert len(openai_server.requests()) == 4
    await api.generate(route, ask("tests.other", max_output_tokens=500))

    [now] = (await client.get("/api/v1/ai/budgets")).json()
    assert (now["spent_microusd"], now["reserved_microusd"], now["level"]) == (COST * 4, 0, 100)
    raised = await client.patch(f"/api/v1/ai/budgets/{budget['id']}", json={"limit_microusd": COST * 500})
    assert raised.status_code == 200, raised.text
    await api.generate(route, ask(max_output_tokens=500))
    # A budget that is made late knows what was spent before.
    late = (await client.post("/api/v1/ai/budgets", json={"name": "All", "limit_microusd": 10**9})).json()
    assert late["spent_microusd"] == COST * 6


async def test_calls_at_once_do_not_overrun_a_budget(openai_server: ModelServer, real_database):
    tenant = await make_tenant(real_database, f"Spenders {new_id()}")
    async with real_database.transaction(tenant.actor) as session:
        await openai_server.connect(session, "dear")
        await session.execute(text("UPDATE ai_models SET input_price = 1000000000, output_price = 5000000000"))
        limit = COST * 6
        await session.execute(
            text(
                "INSERT INTO ai_budgets (id, organisation_id, name, period, limit_microusd) "
                "VALUES (:id, :organisation_id, 'All', 'month', :limit)"
            ),
            {"id": new_id(), "organisation_id": tenant.organisation_id, "limit": limit},
        )
    async with real_database.transaction(tenant.actor) as session:
        route = await api.text_model(session, task="answer")
    openai_server.answer("dear", {"status": 400}, {"text": "half", "cut_after": 0})

    async def one() -> int | None:
        try:
            return (await api.generate(route, ask())).cost_microusd
        except BudgetExhausted:
            return None
        except ModelCallFailed:
            return 0

    costs = await asyncio.gather(*(one() for _ in range(20)))
    paid = sum(cost or 0 for cost in costs)
    assert None in costs
    assert 0 < paid <= limit
    async with real_database.transaction(tenant.actor) as session:
        spent = await session.scalar(text("SELECT sum(spent_microusd) FROM ai_budget_periods"))
        counted = await session.scalar(text("SELECT sum(cost_microusd) FROM ai_usage_days"))
        left = await session.scalar(text("SELECT count(*) FROM ai_reservations"))
        dead = "INSERT INTO ai_reservations SELECT gen_random_uuid(), organisation_id, gen_random_uuid(), id, :all, "
        await session.execute(text(f"{dead} now() - interval '1 second' FROM ai_budgets"), {"all": limit})
    assert (spent, counted, left) == (paid, paid, 0)
    # What a process that died had set aside holds nobody up for ever.
    if paid + COST + 5_000 <= limit:
        assert await one() == COST
    async with real_database.owner_connection() as owner:
        await owner.execute(
            text("DELETE FROM ai_connections WHERE organisation_id = :id"), {"id": tenant.organisation_id}
        )
