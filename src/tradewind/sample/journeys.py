"""A live journey of the sample company, with people who came in over the last three weeks, moved by the real engine."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.schemas.enrolments import EnrolPeople
from tradewind.modules.campaigns.schemas.journeys import JourneyCreate, JourneyPublish
from tradewind.modules.campaigns.service import entering, hours, journeys, publishing, ticking

DAYS = 21
A_WAVE = 12
_WAVE_EVERY = 3
_PEOPLE = text("""
    SELECT id FROM leads WHERE email IS NOT NULL AND deleted_at IS NULL AND status IN ('new', 'contacted')
    ORDER BY created_at DESC, id LIMIT :limit""")
_TEMPLATES = text("SELECT id FROM mail_templates WHERE published_version_id IS NOT NULL ORDER BY created_at, id")
# The worker of those days would have sent them.
_SENT = text("""
    UPDATE send_intents SET state = 'sent', attempts = 1, provider = 'local',
        sent_at = not_before + interval '20 seconds', finished_at = not_before + interval '20 seconds'
    WHERE state = 'scheduled' AND key LIKE 'journey:%' AND not_before < :now""")


async def add_journeys(session: AsyncSession) -> None:
    """Add one live journey with people at many of its steps, and one that is still a draft."""
    # Launching puts jobs into the queue, and mails have a channel: both must be loaded by then.
    for part in ("campaigns.jobs", "campaigns.channel", "email.channel"):
        import_module(f"tradewind.modules.{part}")
    mails = list(await session.scalars(_TEMPLATES))
    people = list(await session.scalars(_PEOPLE, {"limit": A_WAVE * (DAYS // _WAVE_EVERY + 1)}))
    await journeys.create_journey(session, JourneyCreate(name="Missed demo", template="demo-no-show"))
    if len(mails) < 2 or not people:
        return
    now = clock.now()
    with clock.frozen(now - timedelta(days=DAYS)) as then:
        await hours.refresh_at_once(session)
        draft = JourneyDraft.model_validate(_welcome(mails))
        made = await journeys.create_journey(
            session, JourneyCreate(name="Welcome and first steps", description="For new leads", draft=draft)
        )
        await publishing.launch(session, made.id, JourneyPublish(note="First version"), None)
        for day in range(DAYS):
            if day % _WAVE_EVERY == 0:
                await hours.reward(session)
            if day % _WAVE_EVERY == 0 and (wave := people[:A_WAVE]):
                del people[:A_WAVE]
                await entering.enrol_by_hand(session, made.id, EnrolPeople(person_ids=wave, key=f"sample-{day}"))
            while await ticking.tick(session, made.id):
                pass
            then.tick(86_400)
    await session.execute(_SENT, {"now": now})
    await hours.reward(session)
    await hours.refresh_at_once(session)


def _welcome(mails: list[UUID]) -> dict[str, Any]:
    first, second = str(mails[0]), str(mails[-1])
    event = {"kind": "web.page_view", "where": [{"path": "path", "op": "contains", "value": "pricing"}]}
    nodes = [
        _step("in", "trigger", "A new lead", on="api"),
        _step("hello", "send", "Welcome", channel="email", template_id=first, purpose="sales"),
        _step("prices", "wait", "Looked at prices?", until="event", event=event, timeout=_days(3)),
        _step("warm", "branch", "Warm?", condition={"field": "score", "op": "gte", "value": 50}),
        _step("call", "task", "Call", title="Call {{ full_name }}", due_days=1, priority="high"),
        _step("test", "split", "Idea now or later", method="adaptive", floor=0.1,
              variants=[{"key": "now", "name": "Now"}, {"key": "later", "name": "In a week"}]),
        _step("week", "wait", "A week", until="duration", duration=_days(7)),
        _step("hour", "wait", "Their best hour", until="best", within_days=2, explore=0.2),
        _step("idea", "send", "One idea", channel="email", template_id=second, purpose="sales"),
        _step("rest", "wait", "Time to read", until="duration", duration=_days(5)),
        _step("won", "goal", "A conversation"),
        _step("out", "exit", "The end"),
    ]  # fmt: skip
    edges = [
        _edge("in", "hello"), _edge("hello", "prices"), _edge("prices", "warm"), _edge("prices", "warm", "timeout"),
        _edge("warm", "call", "yes"), _edge("warm", "test", "no"), _edge("call", "won"), _edge("test", "hour", "now"),
        _edge("test", "week", "later"), _edge("week", "hour"), _edge("hour", "idea"), _edge("idea", "rest"),
        _edge("rest", "out"),
    ]  # fmt: skip
    places = ((0, 0), (0, 1), (0, 2), (0, 3), (-1, 4), (1, 4), (2, 5), (1, 6), (1, 7), (1, 8), (-1, 5), (1, 9))
    layout = {one["id"]: (x * 280, y * 140) for one, (x, y) in zip(nodes, places, strict=True)}
    settings = {"exit_when": {"event": {"kind": "email.replied"}}, "purpose": "sales"}
    return {"nodes": nodes, "edges": edges, "settings": settings, "layout": layout}


def _step(key: str, kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"id": key, "kind": kind, "name": name, "settings": settings}


def _edge(origin: str, to: str, port: str = "next") -> dict[str, str]:
    return {"from": origin, "port": port, "to": to}


def _days(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "days"}
