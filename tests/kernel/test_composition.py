"""The kernel's services in the whole application: each layer is in place and in the right order."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database


async def test_an_answer_carries_every_layer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.headers["x-request-id"]
    assert answer.headers["ratelimit"].startswith('"api";r=')
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_problems_carry_them_too(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    for answer in (await client.get("/api/v1/nowhere"), await anonymous.get("/api/v1/me")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_repeated_write_has_one_effect(
    client: httpx.AsyncClient, database: Database, organisation: Actor
) -> None:
    tag = {"name": "Repeated", "colour": "blue"}
    first, second = [
        await client.post("/api/v1/tags", json=tag, headers={"Idempotency-Key": "tag-1"}) for _ in range(2)
    ]
    assert first.status_code == second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    async with database.transaction(organisation) as session:
        assert await session.scalar(text("SELECT count(*) FROM tags WHERE name = 'Repeated'")) == 1
        assert await session.scalar(text("SELECT state FROM idempotency_keys")) == "answered"


@pytest.fixture
async def outsider(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("8.8.8.8", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://tradewind.test") as client:
        yield client


async def test_health_is_for_everyone_and_metrics_are_not(
    anonymous: httpx.AsyncClient, outsider: httpx.AsyncClient
) -> None:
    assert (await outsider.get("/health/live")).json()["status"] == "ok"
    assert (await outsider.get("/metrics")).status_code == 404
    assert "tradewind_http_requests_total" in (await anonymous.get("/metrics")).text


async def test_wrong_methods_on_the_api_are_refused_as_such(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.delete("/health/live")).status_code == 405
