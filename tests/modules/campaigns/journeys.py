"""Journeys, people and what happens to them, for tests."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.service import ticking


def node(key: str, kind: str, name: str = "", **settings: Any) -> dict[str, Any]:
    """A step."""
    return {"id": key, "kind": kind, "name": name, "settings": settings}


def line(path: str, *more: tuple[str, str, str]) -> list[dict[str, str]]:
    """Edges along `a > b > c`, and `more` as (from, port, to)."""
    keys = path.split(" > ")
    plain = [{"from": one, "port": "next", "to": other} for one, other in itertools.pairwise(keys)]
    return plain + [{"from": one, "port": port, "to": other} for one, port, other in more]


def wait(key: str, amount: int, unit: str = "days") -> dict[str, Any]:
    """A wait for a span of time."""
    return node(key, "wait", until="duration", duration={"amount": amount, "unit": unit})


def event_wait(key: str, kind: str, days: int, *where: dict[str, str]) -> dict[str, Any]:
    """A wait for an event with a time-out."""
    event = {"kind": kind, "where": list(where)}
    return node(key, "wait", until="event", event=event, timeout={"amount": days, "unit": "days"})


BY_HAND = node("in", "trigger", on="api")
END = node("out", "exit")


async def people(session, count: int, **fields: Any) -> list[UUID]:
    """Add leads in one statement."""
    ids = [new_id() for _ in range(count)]
    connection = await asyncpg_connection(session)
    await connection.execute(
        "INSERT INTO leads (id, organisation_id, full_name, first_name, email, email_key, status, time_zone, score, "
        "owner_id, created_at) SELECT n.id, $2, 'Person ' || n.place, 'P' || n.place, "
        "'p' || n.place || '@example.org', 'p' || n.place || '@example.org', $3, $4, $5, $6, $7 "
        "FROM unnest($1::uuid[]) WITH ORDINALITY AS n(id, place)",
        ids, session.info["actor"].organisation_id, fields.get("status", "new"), fields.get("time_zone"),
        fields.get("score"), fields.get("owner_id"), fields.get("created_at", now()),
    )  # fmt: skip
    return ids


async def happened(session, person_id: UUID, kind: str, at: datetime, **data: Any) -> None:
    """Something in a person's timeline, without telling anybody."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "INSERT INTO activities (id, organisation_id, lead_id, kind, occurred_at, data) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(), session.info["actor"].organisation_id, person_id, kind, at, orjson.dumps(data).decode(),
    )  # fmt: skip


async def ticks(database: Database, actor: Actor, journey_id: UUID) -> int:
    """Tick until nobody is due; returns how many moved."""
    moved = 0
    while True:
        async with database.transaction(actor) as session:
            count = await ticking.tick(session, journey_id)
        if count == 0:
            return moved
        moved += count


async def states(session, journey_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Everybody in a journey: who, where, how."""
    connection = await asyncpg_connection(session)
    return await connection.fetch(
        "SELECT * FROM journey_enrolments WHERE journey_id = $1 ORDER BY person_id, entered_at", journey_id
    )
