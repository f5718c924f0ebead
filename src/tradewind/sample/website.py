"""The sample company's website as a source of events: a month of volumes, its plan, and the newest events."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from hashlib import md5
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking import humanity
from tradewind.modules.tracking.contracts import CollectedEvent, EventType
from tradewind.modules.tracking.models.events import Event, EventRejection
from tradewind.modules.tracking.models.sources import TrackingSource
from tradewind.modules.tracking.repository import registry as counting
from tradewind.modules.tracking.schemas.registry import PropertyRule, SchemaCreate
from tradewind.modules.tracking.schemas.sources import SourceCreate
from tradewind.modules.tracking.service import planning, registry, sources
from tradewind.sample import world

SITE = f"https://www.{world.ORGANISATION_DOMAIN}"
DAYS = 30
NEWEST = 160
# Kinds of events with their share of the volume; the rest are page views.
_TRACKS = (
    ("Form Submitted", 0.02), ("Demo Requested", 0.012), ("Pricing Calculated", 0.05), ("Video Played", 0.06),
    ("Report Downloaded", 0.018), ("Signup Started", 0.025),
)  # fmt: skip
_PLANS = ("starter", "team", "business")
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
)
_CRAWLER = "Mozilla/5.0 (compatible; examplebot/2.1; +https://bots.example)"
_REFUSED = (
    ("id_missing", "“userId” or “anonymousId” must say whose event it is.", "track", "Video Played", 6),
    ("event_missing", "A track needs “event”, the name of what happened.", "track", None, 2),
    ("timestamp_unreadable", "“timestamp” must be an instant such as 2026-11-21T09:30:00.000Z.", "page", None, 1),
    ("wrong_type", "“seats” is of type string; planned: integer.", "track", "Demo Requested", 3),
)
_DEMO = [
    PropertyRule(path="plan", required=True, types=["string"], allowed=list(_PLANS)),
    PropertyRule(path="seats", required=True, types=["integer"]),
    PropertyRule(path="source", types=["string"]),
]


async def add_website(session: AsyncSession, *, seed: int) -> UUID:
    """Add the website, its plan, volumes and newest events; the session acts for an administrator. Returns its id."""
    chance = random.Random(seed)  # noqa: S311 - the same company every time
    moment = now().replace(microsecond=0)
    made = await sources.create(session, SourceCreate(name="Website", kind="website", allowed_origins=[SITE]))
    await planning.plan(
        session,
        made.id,
        SchemaCreate(
            type="track", name="Demo Requested", rules=_DEMO, description="Somebody asked for a demo on the website."
        ),
    )
    await planning.plan(session, made.id, SchemaCreate(type="track", name="Form Submitted"))
    events = _newest(chance, made.id, actor_of(session).organisation_id, moment)
    await registry.observe(session, events)
    for event in events:
        session.add(_row(event))
    seen = await _count_past(session, chance, made.id, moment)
    await _scale(session, made.id, seen, moment)
    await _refuse(session, made.id, moment)
    begun, last = moment - timedelta(days=DAYS), max(event.received_at for event in events)
    statement = update(TrackingSource).where(TrackingSource.id == made.id)
    await session.execute(statement.values(first_event_at=begun, last_event_at=last, created_at=begun))
    await session.flush()
    return made.id


def _newest(
    chance: random.Random, source_id: UUID, organisation_id: UUID | None, until: datetime
) -> list[CollectedEvent]:
    """Events of the last three hours, oldest first, by some forty visitors and a crawler."""
    assert organisation_id is not None
    visitors = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in range(40)]
    instants = sorted(until - timedelta(seconds=chance.randrange(30, 10_800)) for _ in range(NEWEST))
    events = []
    for at in instants:
        crawler, visitor = chance.random() < 0.12, chance.choice(visitors)
        path, title = chance.choice(world.PAGES)
        kind, name, properties = _what(chance, path, title)
        if crawler:
            kind, name, properties = "page", title, {"path": path, "title": title}
        context = {"library": {"name": "tradewind.js", "version": "1.0.0"}, "locale": "en-GB",
                   "signals": {"pointer": not crawler}}  # fmt: skip
        user_agent = _CRAWLER if crawler else chance.choice(BROWSERS)
        ip = f"203.0.113.{chance.randrange(1, 255)}"
        human, reasons = humanity.assess(user_agent, ip, {"type": kind, "name": name, "context": context})
        message = str(UUID(int=chance.getrandbits(128), version=4))
        events.append(
            CollectedEvent(
                id=new_id(), organisation_id=organisation_id, source_id=source_id, type=kind, name=name,
                message_id=message, anonymous_id=visitor, user_id=None, previous_id=None, group_id=None,
                occurred_at=at - timedelta(milliseconds=chance.randrange(40, 900)), received_at=at, ip=ip,
                user_agent=user_agent, url=SITE + path, path=path, title=title,
                referrer=chance.choice((None, "https://search.example/")), properties=properties, context=context,
                human=human, human_reasons=reasons,
            )
        )  # fmt: skip
    return events


def _what(chance: random.Random, path: str, title: str) -> tuple[EventType, str, dict[str, object]]:
    drawn = chance.random()
    for name, share in _TRACKS:
        drawn -= share * 2
        if drawn < 0:
            return "track", name, _properties(chance, name)
    return "page", title, {"path": path, "title": title, "scroll": chance.randrange(5, 100)}


def _properties(chance: random.Random, name: str) -> dict[str, object]:
    match name:
        case "Demo Requested":
            plan = chance.choice((*_PLANS, *_PLANS, "gold"))
            return {"plan": plan, "seats": chance.choice((5, 12, 40, 120)), "source": "website"}
        case "Form Submitted":
            fields = {
                "email": f"visitor{chance.randrange(90)}@mail.example",
                "company": "Harbour Freight",
                "size": "50–200",
            }
            return {"form_id": "contact", "form_name": "Contact us", "fields": fields}
        case "Pricing Calculated":
            return {
                "seats": chance.randrange(1, 200),
                "yearly": chance.random() < 0.6,
                "total": chance.randrange(9, 900) * 10,
            }
        case "Video Played":
            return {"video": "Product tour", "seconds": round(chance.uniform(3, 180), 1)}
        case "Report Downloaded":
            return {"report": chance.choice(("Forecasting 2027", "Benchmarks")), "format": "pdf"}
    return {"plan": chance.choice(_PLANS)}


def _row(event: CollectedEvent) -> Event:
    values = {name: getattr(event, name) for name in CollectedEvent.__slots__}
    values["human_reasons"] = list(event.human_reasons)
    key = UUID(bytes=md5(event.message_id.encode(), usedforsecurity=False).digest())
    return Event(**values, message_key=key)


async def _count_past(
    session: AsyncSession, chance: random.Random, source_id: UUID, until: datetime
) -> dict[tuple[str, str], int]:
    """Volumes of a month, busier by day than by night; returns the events of each kind."""
    hour = until.replace(minute=0, second=0)
    rows, seen = [], {}
    for back in range(4, DAYS * 24):
        at = hour - timedelta(hours=back)
        demand = 24 * world.HOUR_DEMAND[at.hour] / sum(world.HOUR_DEMAND) * world.WEEKDAY_DEMAND[at.weekday()]
        total = 60 * demand / (sum(world.WEEKDAY_DEMAND) / 7) * chance.uniform(0.8, 1.2)
        rest = 1.0
        for event_type, name, share in (*(("track", name, share) for name, share in _TRACKS), ("page", "", None)):
            part = rest if share is None else share
            rest -= part
            count = int(total * part + chance.random())
            if count:
                bots = int(count * chance.uniform(0.08, 0.2)) if event_type == "page" else 0
                rows.append((source_id, at, event_type, name, count, 0, 0, bots))
                seen[event_type, name] = seen.get((event_type, name), 0) + count
    await counting.count(session, "processing", rows)
    return seen


async def _scale(session: AsyncSession, source_id: UUID, seen: dict[tuple[str, str], int], until: datetime) -> None:
    """The registry knows the whole month, of which the newest events are an example."""
    statement = text("""
        WITH kind AS (
            UPDATE event_schemas SET events = events + :past, first_seen_at = :begun
            WHERE source_id = :source AND type = :type AND name = :name AND events > 0
            RETURNING id, events::numeric / (events - :past) AS factor)
        UPDATE event_properties p SET events = round(p.events * kind.factor), first_seen_at = :begun,
            types = (SELECT jsonb_object_agg(key, round(value::numeric * kind.factor)) FROM jsonb_each_text(p.types))
        FROM kind WHERE p.schema_id = kind.id""")
    begun = until - timedelta(days=DAYS)
    rows = [{"source": source_id, "type": kind, "name": name, "past": past, "begun": begun}
            for (kind, name), past in seen.items()]  # fmt: skip
    for values in rows:
        await session.execute(statement, values)


async def _refuse(session: AsyncSession, source_id: UUID, moment: datetime) -> None:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    for place, (code, detail, kind, name, times) in enumerate(reversed(_REFUSED)):
        at = moment - timedelta(minutes=47 * (len(_REFUSED) - place))
        payload = f'{{"type": "{kind}", "messageId": "sample-{place}", "properties": {{}}}}'
        session.add(
            EventRejection(
                id=new_id(), organisation_id=organisation_id, source_id=source_id, code=code, detail=detail,
                received_at=at, message_id=f"sample-{place}",
                type=kind, name=name, payload=payload, occurrences=times,
            )
        )  # fmt: skip
        await registry.count_refused(session, at, {(source_id, kind, name or ""): (place, times)})
