"""Files to import, made on the spot, and the steps of an import through the API."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from sqlalchemy import text

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database

Drain = Callable[[], Awaitable[list[str]]]


def csv_bytes(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows as the bytes of a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode(encoding)


async def upload(client: httpx.AsyncClient, content: bytes, name: str = "leads.csv") -> httpx.Response:
    """POST a file."""
    return await client.post("/api/v1/imports", files={"file": (name, content, "text/csv")})


async def import_file(
    client: httpx.AsyncClient,
    drain: Drain,
    content: bytes,
    *,
    name: str = "leads.csv",
    mapping: dict[str, Any] | None = None,
    again: bool = False,
) -> dict[str, Any]:
    """Upload, map as suggested (or with changes of `mapping`), run, and return the import."""
    answer = await upload(client, content, name)
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    address = f"/api/v1/imports/{entry['id']}"
    if mapping is not None:
        body = {"columns": suggested(entry), **mapping}
        saved = await client.put(f"{address}/mapping", json=body)
        assert saved.status_code == 200, saved.text
    started = await client.post(f"{address}/start", json={"again": again})
    assert started.status_code == 202, started.text
    await drain()
    return (await client.get(address)).json()


def suggested(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The mapping that takes every suggestion."""
    return [
        {key: one[key] for key in ("source", "target", "create", "ignore", "used_for_scoring")}
        for one in entry["suggestions"]
    ]


async def all_leads(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All leads, oldest first."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await client.get(f"/api/v1/leads?limit=100&sort=created_at{cursor}")).json()
        found += page["items"]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def run_import_jobs(database: Database) -> list[str]:
    """Run the queued jobs of imports, and leave those of other subjects (scoring, routing) alone."""
    ran: list[str] = []
    while True:
        async with database.transaction(Actor.system()) as session:
            statement = text(
                "DELETE FROM pgqueuer WHERE id = (SELECT id FROM pgqueuer WHERE status = 'queued' "
                "AND entrypoint LIKE 'leads.%_import' ORDER BY id LIMIT 1) RETURNING entrypoint, payload"
            )
            row = (await session.execute(statement)).first()
        if row is None:
            return ran
        delay = await jobs.execute(database, row.entrypoint, row.payload, 1)
        assert delay is None, f"{row.entrypoint} asked to be retried"
        ran.append(row.entrypoint)
