"""What the gateway to models adds: to a whole call, and to the first piece of a streamed answer.

The provider is the scripted server of the tests, in a process of its own. The floor is the vendor's library alone,
called alternately in the same run; with the gateway, a budget sets money aside and usage is kept, in PostgreSQL.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench.figures import Figure, percentile, show
from bench.server import HOME, free_port, stop, wait_until_answering
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.settings import Settings, get_settings

CALLS, WARMING = 300, 30
GOAL_CALL_MS, GOAL_FIRST_MS = 3.0, 15.0
_SERVER = Path(__file__).parents[1] / "tests" / "modules" / "ai" / "peers" / "server.py"
_WORDS = "What does the small plan cost, and can it be cancelled?"


def figures(*, leads: int = 0, calls: int = CALLS) -> list[Figure]:
    """Milliseconds that the gateway adds; `leads` plays no part."""
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gateway-", dir=HOME) as folder, _provider() as port:
        os.environ |= {"TRADEWIND_HOME": folder, "TRADEWIND_MODEL_SERVERS": f"127.0.0.1:{port}"}
        get_settings.cache_clear()
        get_vault.cache_clear()
        bare, whole, first = uvloop.run(_measure(Path(folder), port, calls))
    added = statistics.median(whole) - statistics.median(bare)
    late = percentile(first, 0.95)
    return [
        Figure(
            "Model call through the gateway, added",
            added,
            "ms",
            goal=f"< {GOAL_CALL_MS:g} ms",
            good=added < GOAL_CALL_MS,
            floor=statistics.median(bare),
            ratio=statistics.median(whole) / statistics.median(bare),
            note=f"medians of {calls} calls; floor = a whole call by the vendor's library; with a budget",
        ),
        Figure(
            "First streamed piece forwarded, p95",
            late,
            "ms",
            goal=f"< {GOAL_FIRST_MS:g} ms",
            good=late < GOAL_FIRST_MS,
            note="from the provider's writing it to the caller's having it, redaction and answer checks included",
        ),
    ]


async def _measure(home: Path, port: int, calls: int) -> tuple[list[float], list[float], list[float]]:
    from openai import AsyncOpenAI

    from tradewind.modules.ai import api
    from tradewind.modules.ai.contracts import Message, TextDelta, TextRequest

    database = await _installation(home)
    route = await _route(database, port)
    request = TextRequest(feature="bench.gateway", instructions="Be brief.", messages=(Message("user", _WORDS),))
    messages: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": _WORDS}]
    client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{port}/openai/v1", max_retries=0)
    bare, whole, first = [], [], []
    for number in range(calls + WARMING):
        started = time.perf_counter()
        await client.chat.completions.create(model="bench", messages=messages, max_completion_tokens=1024)
        between = time.perf_counter()
        await api.generate(route, request)
        if number >= WARMING:
            bare.append((between - started) * 1000)
            whole.append((time.perf_counter() - between) * 1000)
    _script(port, [{"text": "It is late.", "clock": True}] * (calls // 3 + WARMING))
    for number in range(calls // 3 + WARMING):
        arrived, text = 0, ""
        async with aclosing(api.stream(route, request)) as events:
            async for event in events:
                arrived = arrived or time.monotonic_ns()
                text += event.text if isinstance(event, TextDelta) else ""
        if number >= WARMING:
            first.append((arrived - int(text.partition(" ")[0])) / 1e6)
    await client.close()
    await database.close()
    return bare, whole, first


async def _installation(home: Path) -> Database:
    modules.load_all()
    settings = Settings(home=home, _env_file=None, log_level="WARNING")  # pyright: ignore[reportCallIssue]
    database = Database(settings)
    database.start_server()
    await migrate(database)
    return await database.open()


async def _route(database: Database, port: int) -> Any:
    from tradewind.modules.ai import api
    from tradewind.modules.ai.schemas import BudgetCreate, ModelConnectionCreate
    from tradewind.modules.ai.service import budgets, connections
    from tradewind.modules.identity import api as identity

    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id = await identity.create_organisation(session, name="Gateway bench")
    async with database.transaction(Actor.system(organisation_id, name="bench")) as session:
        connection = {
            "provider": "openai_compatible",
            "label": "Bench",
            "settings": {"base_url": f"http://127.0.0.1:{port}/openai/v1"},
            "models": [{"capability": "text", "name": "bench"}],
        }
        await connections.create(session, ModelConnectionCreate.model_validate(connection))
        await budgets.create(session, BudgetCreate(name="All", limit_microusd=10**12))
    async with database.transaction(Actor.system(organisation_id, name="bench")) as session:
        return await api.text_model(session, task="answer")


@contextmanager
def _provider() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(_SERVER), str(port)])
    try:
        wait_until_answering(f"http://127.0.0.1:{port}/control/silent", process)
        yield port
    finally:
        stop(process)


def _script(port: int, answers: list[dict[str, Any]]) -> None:
    body = json.dumps({"model": "bench", "answers": answers}).encode()
    address = f"http://127.0.0.1:{port}/control/answers"
    request = urllib.request.Request(address, body, {"content-type": "application/json"}, method="POST")
    urllib.request.urlopen(request, timeout=30).close()


if __name__ == "__main__":
    show("Gateway", figures())
