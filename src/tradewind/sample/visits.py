"""Visits behind the sample leads' web activities: the same moments, with browsers, campaigns and what joined them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.evidence import FORM, How, Mark, Pair
from tradewind.modules.tracking.humanity import probability
from tradewind.modules.tracking.repository import identities, visits
from tradewind.modules.tracking.repository.identities import BEGINNING, END, Identifier
from tradewind.modules.tracking.sessions import PAUSE, Device, Session, Touch, sessions_of
from tradewind.sample.website import BROWSERS, SITE

LEADS = 2_000
_SCANNED = ("data_centre", "mail_scanner")
# How people of a source came first: (referrer, parts of the address).
_CAME_BY: dict[str, tuple[str | None, dict[str, str]]] = {
    "Organic search": ("https://www.google.com/", {}),
    "Paid search": ("https://www.google.com/", {"utm_source": "google", "utm_medium": "cpc", "gclid": "sample"}),
    "LinkedIn ads": (None, {"utm_source": "linkedin", "utm_medium": "paid-social"}),
    "Content download": ("https://www.linkedin.com/", {}),
    "Webinar": (None, {"utm_source": "webinar", "utm_medium": "email"}),
    "Outbound": (None, {"utm_source": "outbound", "utm_medium": "email"}),
    "Referral": ("https://reviews.example/forecasting-tools", {}),
    "Trade fair": (None, {"utm_source": "trade-fair", "utm_medium": "qr-code"}),
    "Partner": (None, {"utm_source": "partner", "utm_medium": "affiliate"}),
}
_CAME_BACK_BY = (
    (None, {}),
    (None, {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "What changed this month"}),
    ("https://www.google.com/", {}),
)
_ACTIVITIES = """
    WITH chosen AS (
        (SELECT id FROM leads WHERE deleted_at IS NULL AND email_key IS NOT NULL ORDER BY score DESC NULLS LAST, id
            LIMIT $1)
        UNION
        (SELECT id FROM leads WHERE deleted_at IS NULL AND email_key IS NOT NULL ORDER BY created_at DESC, id LIMIT $1))
    SELECT l.id AS lead_id, l.external_id, l.email_key, l.source, a.id, a.kind, a.title, a.occurred_at, a.data
    FROM chosen JOIN leads l ON l.id = chosen.id JOIN activities a ON a.organisation_id = $2 AND a.lead_id = l.id
    WHERE a.kind IN ('web.page_view', 'web.form_submitted') AND a.source = 'Website'
    ORDER BY l.external_id, a.occurred_at, a.id
"""
_INSERT = """
    INSERT INTO events (organisation_id, source_id, type, name, message_id, message_key, anonymous_id, occurred_at,
        received_at, ip, user_agent, url, path, title, referrer, properties, context, human, human_reasons, id)
    SELECT $1, $2, e.type, e.name, e.id::text, md5(e.id::text)::uuid, e.anonymous_id, e.at, e.at, '203.0.113.20',
        e.user_agent, e.url, e.path, e.title, e.referrer, e.properties::jsonb, '{"library": {"name": "tradewind.js"}}',
        e.human, CASE WHEN e.reasons = '' THEN '{}' ELSE string_to_array(e.reasons, ',') END, e.id
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::real[], $15::text[])
        AS e(id, type, name, anonymous_id, at, user_agent, url, path, title, referrer, properties, human, reasons)
"""
_JUDGE = """
    UPDATE activities a SET human = e.human FROM unnest($1::uuid[], $2::real[]) AS e(id, human) WHERE a.id = e.id
"""


async def add_visits(session: AsyncSession, source_id: UUID, *, seed: int) -> int:
    """Add the visits of the best and the newest leads, up to 2,000; returns how many events these have."""
    connection = await asyncpg_connection(session)
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    by_lead: dict[UUID, list[asyncpg.Record]] = {}
    for row in await connection.fetch(_ACTIVITIES, LEADS // 2, organisation_id):
        by_lead.setdefault(row["lead_id"], []).append(row)
    events: list[CollectedEvent] = []
    sessions: list[tuple[UUID, Device, Session]] = []
    touches: list[tuple[UUID, UUID, Device, Touch]] = []
    holders: dict[UUID, tuple[UUID | None, str | None]] = {}
    names: list[Identifier] = []
    links: dict[Pair, tuple[How, datetime]] = {}
    marks: list[Mark] = []
    if not by_lead:
        return 0
    for lead_id, rows in by_lead.items():
        chance = random.Random(f"{seed} {rows[0]['external_id']}")  # noqa: S311 - the same company every time
        browser, email = str(UUID(int=chance.getrandbits(128), version=4)), rows[0]["email_key"]
        own = _events(chance, organisation_id, source_id, browser, rows)
        first, last = own[0].occurred_at, own[-1].occurred_at
        visitor_id, device = new_id(), ("anonymous", browser)
        for part in sessions_of(own):
            home = new_id()
            sessions.append((home, device, part))
            touches += [(new_id(), home, device, touch) for touch in part.settled_touches()]
        holders[visitor_id] = (lead_id, email)
        for kind, value in (device, ("email", email)):
            names.append(Identifier(kind, value, BEGINNING, END, visitor_id, None, first, last))
        known = next((event.occurred_at for event in own if event.name == FORM), first)
        links["anonymous", browser, "email", email] = ("form", known)
        marks.append(Mark(browser, known, ("email", email)))
        events += own
    await _insert(connection, organisation_id, source_id, events)
    await identities.add_visitors(session, list(holders), min(event.occurred_at for event in events))
    await identities.set_leads(session, holders)
    await identities.add_identifiers(session, names)
    await identities.add_links(session, links)
    await identities.replace_marks(session, {}, marks)
    await visits.write_sessions(session, sessions)
    await visits.add_touches(session, touches)
    return len(events)


def _events(
    chance: random.Random, organisation_id: UUID, source_id: UUID, browser: str, rows: Sequence[asyncpg.Record]
) -> list[CollectedEvent]:
    """One lead's web activities as events, each session with what brought it."""
    user_agent = chance.choice(BROWSERS)
    before: datetime | None = None
    reasons: tuple[str, ...] = ()
    events = []
    for row in rows:
        at, is_form = row["occurred_at"], row["kind"] == "web.form_submitted"
        path, came_from = row["data"].get("path") or "/contact", (None, {})
        if before is None:
            came_from = _CAME_BY.get(row["source"] or "", (None, {}))
            if "utm_source" in came_from[1] and row["data"].get("campaign"):
                came_from = (came_from[0], came_from[1] | {"utm_campaign": row["data"]["campaign"]})
        elif at - before >= PAUSE:
            came_from = chance.choices(_CAME_BACK_BY, (45, 30, 25))[0]
            reasons = _SCANNED if came_from[1] and chance.random() < 0.1 else ()
        before = at
        referrer, query = came_from
        events.append(
            CollectedEvent(
                id=row["id"], organisation_id=organisation_id, source_id=source_id,
                type="track" if is_form else "page", name=FORM if is_form else "", message_id=str(row["id"]),
                anonymous_id=browser, user_id=None, previous_id=None, group_id=None, occurred_at=at, received_at=at,
                ip=None, user_agent=user_agent, url=f"{SITE}{path}{'?' if query else ''}{urlencode(query)}", path=path,
                title=None if is_form else row["title"].removeprefix("Visited "), referrer=referrer,
                properties={"form_name": row["data"].get("form")} if is_form else {}, context={},
                human=probability(reasons), human_reasons=reasons,
            )
        )  # fmt: skip
    return events


async def _insert(
    connection: asyncpg.Connection, organisation_id: UUID, source_id: UUID, events: Sequence[CollectedEvent]
) -> None:
    def column(name: str) -> list[Any]:
        return [getattr(event, name) for event in events]

    await connection.execute(
        _INSERT,
        organisation_id,
        source_id,
        *map(column, ("id", "type", "name", "anonymous_id", "occurred_at", "user_agent", "url", "path", "title",
                      "referrer")),
        [orjson.dumps(event.properties).decode() for event in events],
        column("human"),
        [",".join(event.human_reasons) for event in events],
    )  # fmt: skip
    doubtful = [event for event in events if event.human_reasons]
    await connection.execute(_JUDGE, [one.id for one in doubtful], [one.human for one in doubtful])
