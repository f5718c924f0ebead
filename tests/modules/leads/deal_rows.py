"""Rows the tests of deals, routing, merging and bulk actions work on."""

from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id

PREFIX = "/api/v1"


async def ok(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of a response that must have this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None


async def add_lead(session: AsyncSession, **values: Any) -> UUID:
    """Insert a lead; columns as given."""
    lead_id = values.pop("id", None) or new_id()
    first, last = values.get("first_name"), values.get("last_name")
    row = {
        "id": lead_id,
        "organisation_id": actor_of(session).organisation_id,
        "full_name": " ".join(filter(None, (first, last))),
        "email_key": (values.get("email") or "").lower() or None,
        "phone_key": values.get("phone"),
    } | values
    for key in ("custom", "enrichment"):
        if key in row:
            row[key] = orjson.dumps(row[key]).decode()
    columns = ", ".join(row)
    casts = {"custom": "CAST(:custom AS jsonb)", "enrichment": "CAST(:enrichment AS jsonb)"}
    places = ", ".join(casts.get(name, f":{name}") for name in row)
    await session.execute(text(f"INSERT INTO leads ({columns}) VALUES ({places})"), row)
    return lead_id


async def lead_row(session: AsyncSession, lead_id: UUID) -> dict[str, Any]:
    """All columns of a lead as JSON."""
    found = await session.scalar(text("SELECT to_jsonb(leads) FROM leads WHERE id = :id"), {"id": lead_id})
    assert found is not None
    return found


async def stages_of(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Stages of the default pipeline by name."""
    pipelines = await ok(await client.get(f"{PREFIX}/pipelines"))
    return {stage["name"]: stage for stage in next(p for p in pipelines if p["is_default"])["stages"]}


async def add_deal(client: httpx.AsyncClient, name: str, **values: Any) -> dict[str, Any]:
    """Open a deal over HTTP."""
    body = {"name": name, **{k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}}
    return await ok(await client.post(f"{PREFIX}/deals", json=body), 201)


async def move(client: httpx.AsyncClient, deal: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Move a deal over HTTP."""
    body = {k: str(v) if isinstance(v, UUID) else v for k, v in values.items()}
    return await ok(await client.post(f"{PREFIX}/deals/{deal['id']}/move", json=body))
