"""Queues of routes: few at once, in order, a bounded number waiting, and nobody who waits holds anything."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from tradewind.kernel.errors import AppError, Unavailable
from tradewind.kernel.queueing import Queue, in_turn


async def test_a_full_queue_refuses_and_the_next_in_line_gets_the_turn() -> None:
    queue = Queue(at_once=1, waiting=2)
    await queue.enter()
    order: list[str] = []

    async def take(name: str) -> None:
        await queue.enter()
        order.append(name)
        queue.leave()

    waiting = [asyncio.create_task(take(name)) for name in ("first", "given up", "last")]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await waiting[2]
    waiting[1].cancel()
    await asyncio.gather(waiting[1], return_exceptions=True)
    queue.leave()
    await waiting[0]
    await take("later")
    assert order == ["first", "later"]


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(at_once=1, waiting=2)
    await queue.enter()
    monkeypatch.setattr("tradewind.kernel.queueing.WAIT_SECONDS", 0.01)
    with pytest.raises(Unavailable):
        await queue.enter()
    queue.leave()
    await queue.enter()


async def test_who_waits_holds_no_connection_and_a_failure_gives_the_turn_back() -> None:
    app = FastAPI()
    connections = most = 0
    release = asyncio.Event()

    @app.exception_handler(AppError)
    async def problem(request: Request, failure: AppError) -> JSONResponse:
        return JSONResponse({}, failure.status, headers=dict(failure.headers))

    async def connection() -> AsyncIterator[None]:
        nonlocal connections, most
        connections += 1
        most = max(most, connections)
        yield
        connections -= 1

    @app.get("/slow", dependencies=[in_turn("slow", at_once=2, waiting=3)])
    async def slow(_: Annotated[None, Depends(connection, scope="function")], fail: bool = False) -> None:
        await release.wait()
        if fail:
            raise Unavailable("no")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        asked = [asyncio.create_task(client.get("/slow", params={"fail": number == 0})) for number in range(6)]
        refused, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        release.set()
        answers = await asyncio.gather(*asked)
    assert [(task.result().status_code, task.result().headers["retry-after"]) for task in refused] == [(503, "5")]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 503, 503]
    assert most == 2
