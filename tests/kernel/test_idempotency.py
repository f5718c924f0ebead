"""Idempotency-Key: one effect whatever happens — repetition, collision, crash at any point, time-out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tradewind.kernel import clock, idempotency
from tradewind.kernel.access import Actor, Session
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.errors import AppError, Invalid
from tradewind.kernel.idempotency import CLAIM_SECONDS, MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, IdempotencyMiddleware
from tradewind.kernel.ids import new_id


class Fixed:
    """Authenticates everyone as the member named in X-Member, of one organisation."""

    def __init__(self) -> None:
        self.organisation_id = new_id()
        self.members: dict[str, UUID] = {}

    async def authenticate_request(self, request: Request) -> Actor:
        name = request.headers.get("x-member", "ada")
        if name == "nobody":
            return Actor.anonymous()
        user_id = self.members.setdefault(name, new_id())
        return Actor(kind="user", organisation_id=self.organisation_id, user_id=user_id, name=name)


class Api:
    """An application with one write, whose effects can be counted and whose course can be disturbed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.app = FastAPI()
        self.app.state.database = database
        self.app.state.authenticator = self.authenticator = Fixed()
        self.gate = asyncio.Event()
        self.entered = asyncio.Event()
        self.gate.set()
        self.calls = 0

        @self.app.exception_handler(AppError)
        async def problem(request: Request, failure: AppError) -> JSONResponse:
            return JSONResponse(failure.problem(None), failure.status, headers=failure.headers)

        @self.app.post("/api/v1/things", status_code=201)
        async def create(request: Request, response: Response, session: Session) -> dict:
            self.calls += 1
            self.entered.set()
            body = await request.json()
            await session.execute(
                text(
                    "INSERT INTO job_runs (id, organisation_id, name, title) "
                    "VALUES (:id, :organisation_id, 'effect', '')"
                ),
                {"id": new_id(), "organisation_id": actor_of(session).organisation_id},
            )
            await self.gate.wait()
            if body.get("fail") == "invalid":
                raise Invalid("no")
            if body.get("fail") == "defect":
                raise ZeroDivisionError
            response.headers["Location"] = "/api/v1/things/1"
            response.headers["X-Request-Specific"] = "1"
            return {"call": self.calls, "padding": "x" * body.get("size", 0)}

        self.app.add_middleware(IdempotencyMiddleware)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://t"
        )

    async def create(self, key: str | None = "k1", member: str = "ada", **body) -> httpx.Response:
        headers = {"X-Member": member} | ({"Idempotency-Key": key} if key else {})
        return await self.client.post("/api/v1/things", json=body, headers=headers)

    async def effects(self) -> int:
        async with self.database.transaction(Actor.system(self.authenticator.organisation_id)) as session:
            return await session.scalar(text("SELECT count(*) FROM job_runs WHERE name = 'effect'"))

    async def change_row(self, sql: str) -> None:
        async with self.database.transaction(Actor.system(self.authenticator.organisation_id)) as session:
            await session.execute(text(f"UPDATE idempotency_keys SET {sql}"))


@pytest.fixture
async def api(real_database: Database) -> AsyncIterator[Api]:
    api = Api(real_database)
    yield api
    await api.client.aclose()


async def test_a_repetition_gets_the_first_answer_and_has_no_effect(api: Api) -> None:
    first, second = await api.create(name="a"), await api.create(name="a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["location"] == "/api/v1/things/1"
    assert second.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert "x-request-specific" not in second.headers
    assert (api.calls, await api.effects()) == (1, 1)


async def test_without_a_key_every_request_counts(api: Api) -> None:
    await api.create(key=None)
    await api.create(key=None)
    assert await api.effects() == 2


async def test_a_key_belongs_to_one_request_and_one_member(api: Api) -> None:
    await api.create(name="a")
    other_body = await api.create(name="b")
    assert other_body.status_code == 422
    assert other_body.json()["code"] == "kernel.idempotency_key_reused"
    assert (await api.create(member="bob", name="b")).status_code == 201
    assert await api.effects() == 2


async def test_a_second_request_during_the_first_is_told_to_come_back(api: Api) -> None:
    api.gate.clear()
    first = asyncio.create_task(api.create())
    await api.entered.wait()
    second = await api.create()
    assert second.status_code == 409
    assert second.json()["code"] == "kernel.idempotency_in_flight"
    assert second.headers["retry-after"] == "2"
    api.gate.set()
    assert (await first).status_code == 201
    assert (await api.create()).headers["idempotency-replayed"] == "true"
    assert await api.effects() == 1


async def test_many_at_once_have_one_effect(api: Api) -> None:
    answers = await asyncio.gather(*(api.create(name="a") for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert any(answer.status_code == 201 for answer in answers)
    assert await api.effects() == 1


@pytest.mark.parametrize("fail", ["invalid", "defect"])
async def test_a_failed_request_gives_the_key_back(api: Api, fail: str) -> None:
    assert (await api.create(fail=fail)).status_code in (422, 500)
    assert (await api.create(fail=fail)).status_code in (422, 500)
    assert (api.calls, await api.effects()) == (2, 0)
    assert (await api.create(name="mended")).status_code == 201


async def test_a_crash_before_the_commit_lets_the_repetition_run_once_the_claim_has_expired(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise OSError("the process is gone")

    monkeypatch.setattr(idempotency.IdempotencyMiddleware, "_store", crash)
    await api.create(fail="defect")
    monkeypatch.undo()
    assert (await api.create(fail="defect")).json()["code"] == "kernel.idempotency_in_flight"
    await api.change_row("claimed_until = now() - interval '1 second'")
    assert (await api.create(fail="defect")).status_code == 500
    assert api.calls == 2


async def test_a_crash_after_the_commit_never_repeats_the_work(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object) -> None:
        raise OperationalError("", {}, OSError("the process is gone"))

    monkeypatch.setattr(idempotency.IdempotencyMiddleware, "_store", crash)
    await api.create()
    monkeypatch.undo()
    assert (await api.create()).json()["code"] == "kernel.idempotency_in_flight"
    await api.change_row("claimed_until = now() - interval '1 second'")
    lost = await api.create()
    assert (lost.status_code, lost.json()["code"]) == (409, "kernel.idempotency_answer_lost")
    assert (api.calls, await api.effects()) == (1, 1)


async def test_a_request_that_outlived_its_claim_is_rolled_back(api: Api) -> None:
    api.gate.clear()
    slow = asyncio.create_task(api.create())
    await api.entered.wait()
    await api.change_row("claimed_until = now() - interval '1 second'")
    api.entered.clear()
    repetition = asyncio.create_task(api.create())
    await api.entered.wait()
    api.gate.set()
    answers = await asyncio.gather(slow, repetition)
    assert [answer.status_code for answer in answers] == [409, 201]
    assert (api.calls, await api.effects()) == (2, 1)


async def test_after_a_day_the_key_is_free_again(api: Api) -> None:
    await api.create(name="a")
    with clock.frozen(datetime.now(UTC) + timedelta(hours=25)):
        assert (await api.create(name="other")).status_code == 201
    assert await api.effects() == 2
    async with api.database.transaction(Actor.system(api.authenticator.organisation_id)) as session:
        with clock.frozen(datetime.now(UTC) + timedelta(hours=50)):
            await idempotency.purge(session)
        assert await session.scalar(text("SELECT count(*) FROM idempotency_keys")) == 0


async def test_an_answer_too_large_to_keep_still_prevents_a_second_effect(api: Api) -> None:
    first = await api.create(size=MAX_ANSWER_BYTES)
    assert (first.status_code, len(first.json()["padding"])) == (201, MAX_ANSWER_BYTES)
    await api.change_row("claimed_until = now() - interval '1 second'")
    assert (await api.create(size=MAX_ANSWER_BYTES)).json()["code"] == "kernel.idempotency_answer_lost"
    assert await api.effects() == 1


async def test_large_bodies_and_odd_keys_are_refused(api: Api) -> None:
    large = await api.create(padding="x" * MAX_REQUEST_BYTES)
    assert (large.status_code, large.json()["code"]) == (413, "kernel.too_large")
    assert (await api.create(key="x" * 256)).status_code == 400
    assert api.calls == 0


async def test_anonymous_requests_pass_untouched(api: Api) -> None:
    answer = await api.create(member="nobody")
    assert answer.headers.get("idempotency-replayed") is None


async def test_without_the_database_the_caller_is_told_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(actor: Actor) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(api.database, "transaction", gone)
    answer = await api.create()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


def test_a_claim_outlives_the_slowest_request() -> None:
    assert CLAIM_SECONDS >= 60
