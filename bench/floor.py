"""The floor: a bare FastAPI handler on asyncpg that runs the captured statements and answers their last rows.

No users, no validation, no ORM, no middleware. New ids and addresses are put in the place of the captured ones,
so that every POST writes rows of its own, as the product does.
"""

import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response

from bench.capture import Statement
from bench.data import settings
from bench.server import HOME
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id

PLAN = HOME / "floor.pickle"


def save_plans(plans: dict[str, tuple[list[Statement], set[UUID], str | None]]) -> None:
    """Store (statements, ids to renew, address to renew) by name for the floor's process."""
    PLAN.write_bytes(pickle.dumps(plans))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """A pool like the product's."""
    options = settings()
    database = Database(options)
    database.start_server()
    size = options.database_pool_size
    app.state.pool = await asyncpg.create_pool(
        database.app_url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=size,
        max_size=size,
        server_settings=database.connect_options,
    )
    app.state.plans = pickle.loads(PLAN.read_bytes())
    yield
    await app.state.pool.close()
    await database.close()


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, bool]:
    """For the start of the bench."""
    return {"ok": True}


@app.get("/floor/{name}")
async def read(request: Request, name: str) -> Response:
    """Run the statements of a reading request."""
    statements, _, _ = request.app.state.plans[name]
    rows: list[asyncpg.Record] = []
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        for statement in statements:
            rows = await connection.fetch(statement.sql, *statement.arguments) or rows
    return Response(orjson.dumps([dict(row) for row in rows], default=str), media_type="application/json")


@app.post("/floor/{name}")
async def write(request: Request, name: str) -> Response:
    """Run the statements of a writing request with fresh ids."""
    statements, ids, address = request.app.state.plans[name]
    body = orjson.loads(await request.body())
    fresh = {old: new_id() for old in ids}
    texts = [(str(old), str(new)) for old, new in fresh.items()]
    if address:
        texts.append((address, body["email"]))
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        for statement in statements:
            arguments = [_renew(argument, fresh, texts) for argument in statement.arguments]
            await connection.fetch(statement.sql, *arguments)
    return Response(orjson.dumps(body), status_code=201, media_type="application/json")


def _renew(value: Any, fresh: dict[UUID, UUID], texts: list[tuple[str, str]]) -> Any:
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, str):
        for old, new in texts:
            value = value.replace(old, new)
    elif isinstance(value, bytes):
        for old, new in texts:
            value = value.replace(old.encode(), new.encode())
    elif isinstance(value, list):
        return [_renew(item, fresh, texts) for item in value]
    return value
