"""Conversations of the sample company: what waits, what people work on, and what ended well or badly.

They lie in the past, so they are written as rows, by the same functions of states that real ones go through.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module, resources
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import lifecycle
from tradewind.modules.conversations.contracts import Author
from tradewind.modules.conversations.models.conversations import Conversation, Feedback, Handover, Message, Rating
from tradewind.modules.conversations.repository import agents as agent_rows
from tradewind.modules.conversations.repository import conversations as repository
from tradewind.modules.conversations.review import moods, summaries
from tradewind.modules.conversations.review.summaries import Said
from tradewind.modules.conversations.schemas.people import OfficeHoursUpdate, QueueCreate
from tradewind.modules.conversations.service import hours, settings
from tradewind.modules.inbox.schemas import CannedReplyCreate
from tradewind.modules.inbox.service import canned
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.sample import world
from tradewind.sample.load import Colleague
from tradewind.sample.turns import Pair, find_pairs, log_of

_AUTHORS: dict[str, tuple[Author, str]] = {
    "v": ("visitor", "message"), "a": ("agent", "message"), "m": ("member", "message"), "n": ("member", "note"),
}  # fmt: skip
_PAUSE = timedelta(seconds=50)
_SNOOZED_FOR = timedelta(days=5)
_OPEN_LEADS = """
    SELECT l.id FROM leads l
    WHERE l.deleted_at IS NULL AND l.email IS NOT NULL AND l.owner_id = ANY (:owners)
      AND l.status IN ('new', 'contacted', 'qualified')
    ORDER BY l.score DESC NULLS LAST, l.id OFFSET 12 LIMIT :many
"""


@dataclass(frozen=True)
class _World:
    """What conversations refer to."""

    agent_id: UUID
    version_id: UUID | None
    queues: dict[str, UUID]
    team: Sequence[Colleague]
    sources: Mapping[str, Pair]


async def add_conversations(session: AsyncSession, team: Sequence[Colleague]) -> None:
    """Add queues, office hours, canned replies and some 25 conversations; the session acts for an administrator."""
    # Only handlers that are known here hear of what is recorded.
    import_module("tradewind.modules.conversations.handlers")
    agent = await agent_rows.default_agent(session)
    assert agent is not None, "the sample's agent comes first"
    scripts = _told()["conversation"]
    sources = await find_pairs(session, _told()["sources"])
    around = _World(agent.id, agent.published_version_id, await _add_settings(session, team), team, sources)
    owners = [one.id for one in team[:4]]
    rows = await session.execute(text(_OPEN_LEADS), {"owners": owners, "many": len(scripts)})
    lead_ids = [row.id for row in rows]
    told: list[NewActivity] = []
    # The oldest first, as their numbers have it.
    for place, script in enumerate(sorted(scripts, key=lambda one: -one["ago"])):
        lead_id = lead_ids[place] if place < len(lead_ids) else None
        told += await _add(session, script, around, lead_id)
    await session.flush()
    await leads.record_activities(session, told)


def _told() -> dict[str, Any]:
    return tomllib.loads((resources.files("tradewind.sample") / "conversations.toml").read_text("utf-8"))


async def _add_settings(session: AsyncSession, team: Sequence[Colleague]) -> dict[str, UUID]:
    weekly = [{"days": [1, 2, 3, 4, 5], "start": "08:00", "end": "18:00"}]
    wanted = {"time_zone": world.TIME_ZONE, "weekly": weekly, "holidays": {"country": "DE", "subdivision": "BE"}}
    await settings.update_hours(session, OfficeHoursUpdate.model_validate(wanted), None)
    found: dict[str, UUID] = {}
    for name, assignment, places, minutes in (
        ("Sales", "round_robin", (1, 3), None),
        ("Support", "manual", (2, 3), 10),
    ):
        queue = QueueCreate(
            name=name,
            assignment=assignment,  # pyright: ignore[reportArgumentType]
            member_ids=[team[place].id for place in places],
            first_reply_minutes=minutes,
        )
        found[name] = (await settings.create_queue(session, queue)).id
    for reply in _told()["canned"]:
        await canned.create(session, CannedReplyCreate(**reply, scope="everyone"))
    return found


async def _add(
    session: AsyncSession, script: dict[str, Any], around: _World, lead_id: UUID | None
) -> list[NewActivity]:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    begun = now() - timedelta(hours=script["ago"])
    lines = [line.split(": ", 1) for line in script["said"].strip().splitlines()]
    row = Conversation(
        id=new_id(), organisation_id=organisation_id, number=await repository.next_number(session), channel="chat",
        agent_id=around.agent_id, agent_version_id=around.version_id, lead_id=lead_id, lead_verified=False,
        subject="", language=script.get("language", "en"), state="agent",
        queue_id=around.queues.get(script.get("queue", "")),
        urgent=script.get("urgent", False), opted_out=False, memory={}, reopened=script.get("reopened", 0),
        last_sequence=0, answered_through=0, visitor_read_through=0, created_at=begun, updated_at=begun, version=1,
        last_message_at=begun, preview="",
    )  # fmt: skip
    member = around.team[script["member"]] if "member" in script else None
    said = [_message(row, begun + place * _PAUSE, mark[0], words, member) for place, (mark, words) in enumerate(lines)]
    cited = {one.sequence: mark[2:-1] for one, (mark, _) in zip(said, lines, strict=True) if mark[1:]}
    turns = log_of(row, said, {place: around.sources[key] for place, key in cited.items() if key in around.sources})
    row.answered_through = max(one.sequence for one in said if one.author == "visitor")
    ended = said[-1].created_at + _PAUSE
    handover = await _hand_over(session, script, row, said, member) if "queue" in script else None
    if script["state"] == "snoozed":
        lifecycle.snooze(row, until=now() + _SNOOZED_FOR)
    if script["state"] == "closed":
        lifecycle.close(
            row, handover, at=ended, by=member.id if member else None, confirmed=script.get("confirmed", False),
            person_joined=member is not None,
        )  # fmt: skip
        row.summary = _summary(said, script["topics"])
    current = handover if handover is not None and handover.state in lifecycle.OPEN_HANDOVERS else None
    assert not lifecycle.faults(row, current), lifecycle.faults(row, current)
    session.add(row)
    await session.flush()
    session.add_all([*said, *turns, *([handover] if handover else []), *_ratings(script, row, ended)])
    if script.get("csat") == 1:
        await session.flush()
        first = next(one for one in said if one.author == "agent")
        session.add(
            Feedback(
                id=new_id(),
                organisation_id=organisation_id,
                message_id=first.id,
                given_by="visitor",
                thumb=-1,
                correction="",
                created_at=ended,
                updated_at=ended,
            )
        )
    return [_activity(row, ended)] if row.state == "closed" and lead_id else []


def _message(row: Conversation, at: datetime, mark: str, words: str, member: Colleague | None) -> Message:
    author, kind = _AUTHORS[mark]
    row.last_sequence += 1
    by = member if author == "member" else None
    if kind == "message":
        row.last_message_at, row.preview = at, words[:160]
    if author == "visitor":
        row.last_visitor_at = at
    return Message(
        id=new_id(), organisation_id=row.organisation_id, conversation_id=row.id, sequence=row.last_sequence,
        author=author, kind=kind, text=words, data={}, created_at=at, member_id=by.id if by else None,
        member_name=by.name if by else "",
    )  # fmt: skip


async def _hand_over(
    session: AsyncSession, script: dict[str, Any], row: Conversation, said: list[Message], member: Colleague | None
) -> Handover:
    asked = [one for one in said if one.author == "visitor"]
    first = next((one for one in said if one.author == "member" and one.kind == "message"), None)
    at = first.created_at - _PAUSE / 2 if first else asked[-1].created_at
    handover = lifecycle.hand_over(
        row, None, by="agent", reason="Urgent" if row.urgent else "The visitor agreed to ask a colleague", at=at,
        at_sequence=asked[-1].sequence, last_at_sequence=None, offline=script.get("offline", False),
    )  # fmt: skip
    handover.due_at = row.first_reply_due_at = await hours.due(session, row.queue_id, at, first=True)
    if member is not None and first is not None:
        lifecycle.join(row, handover, member_id=member.id, at=at, at_sequence=asked[-1].sequence)
        handover.first_reply_at = first.created_at
        lifecycle.no_promises(row)
        if asked[-1].sequence > first.sequence and script["state"] == "person" and "?" in asked[-1].text:
            row.waiting_since = asked[-1].created_at
            row.next_reply_due_at = await hours.due(session, row.queue_id, asked[-1].created_at, first=False)
    return handover


def _summary(said: list[Message], topics: list[str]) -> dict[str, Any]:
    spoken = [Said(one.author == "visitor", one.text) for one in said if one.kind == "message"]
    return {
        "text": summaries.summary(spoken),
        "topics": topics,
        "sentiment": moods.sentiment([one.text for one in spoken if one.by_visitor]),
        "action_items": summaries.action_items(spoken),
        "by": "local",
    }


def _ratings(script: dict[str, Any], row: Conversation, at: datetime) -> list[Rating]:
    return [
        Rating(
            id=new_id(),
            organisation_id=row.organisation_id,
            conversation_id=row.id,
            kind=kind,
            score=script[kind],
            comment="",
            channel=row.channel,
            rated_at=at,
        )
        for kind in ("csat", "nps")
        if kind in script
    ]


def _activity(row: Conversation, at: datetime) -> NewActivity:
    assert row.summary is not None
    return NewActivity(
        kind="conversation.held", lead_id=row.lead_id, title=f"Conversation #{row.number}", body=row.summary["text"],
        occurred_at=at, source=row.channel, actor_kind="lead",
        data={
            "conversation_id": str(row.id), "number": row.number, "channel": row.channel, "outcome": row.outcome,
            "sentiment": row.summary["sentiment"], "topics": row.summary["topics"],
        },
    )  # fmt: skip
