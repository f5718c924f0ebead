"""Writes down every SQL statement that one request of the product executes, with its arguments.

The floor then runs exactly these statements by asyncpg alone, so the ratio compares the layers above SQL and
nothing else. Statements of signing in are left out: the floor has no users.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from asyncpg.prepared_stmt import PreparedStatement
from fastapi import FastAPI

_NOT_OF_THE_REQUEST = ("user_sessions", "refresh_tokens", "signing_keys", "memberships", "idempotency_keys")
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "DEALLOCATE", "RESET", "SELECT PG_ADVISORY")


@dataclass(frozen=True)
class Statement:
    """One statement as it went to the server."""

    sql: str
    arguments: tuple[Any, ...]


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Statements of this process, by whichever way they reach the driver."""
    seen: list[Statement] = []
    connection_type: Any = asyncpg.connection.Connection
    prepared_type: Any = PreparedStatement
    simple, plain, prepared = (
        connection_type.execute,
        connection_type._execute,
        prepared_type._PreparedStatement__bind_execute,
    )

    def note(sql: str, arguments: Any) -> None:
        words = sql.strip().upper()
        if words.startswith(_CONTROL) or any(name in sql for name in _NOT_OF_THE_REQUEST):
            return
        seen.append(Statement(sql, tuple(_plain(a) for a in arguments)))

    async def begin(self: Any, query: str, *args: Any, **options: Any) -> Any:
        # Whom the transaction acts for goes with its beginning.
        seen.extend(Statement(part.strip(), ()) for part in query.split(";")[1:] if query.startswith("BEGIN;") and part)
        return await simple(self, query, *args, **options)

    async def execute(self: Any, query: str, args: Any, *rest: Any, **options: Any) -> Any:
        note(query, args)
        return await plain(self, query, args, *rest, **options)

    async def bind(self: Any, args: Any, *rest: Any) -> Any:
        note(self._query, args)
        return await prepared(self, args, *rest)

    connection_type.execute, connection_type._execute = begin, execute
    prepared_type._PreparedStatement__bind_execute = bind
    try:
        yield seen
    finally:
        connection_type.execute, connection_type._execute = simple, plain
        prepared_type._PreparedStatement__bind_execute = prepared


async def statements_of(
    app: FastAPI, method: str, path: str, *, token: str, body: dict[str, Any] | None = None
) -> tuple[list[Statement], bytes]:
    """Statements of the second of two equal requests (the first warms caches), and its answer."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://bench",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as client:
        (await client.request(method, path, json=body)).raise_for_status()
        with recording() as seen:
            answer = await client.request(method, path, json=body)
        answer.raise_for_status()
    return list(seen), answer.content


def _plain(value: Any) -> Any:
    """Values that survive pickling: the driver's UUID type becomes the standard one."""
    if isinstance(value, UUID):
        return UUID(bytes=value.bytes)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
