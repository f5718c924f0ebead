"""Events for tests, as the collector hands them on, and stored as it stores them."""

from hashlib import md5
from typing import Any
from uuid import UUID

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.models.events import Event


def collected(organisation, source_id: UUID | str, **values: Any) -> CollectedEvent:
    """A collected event: a track that happened now, unless `values` say otherwise."""
    event_id, moment = new_id(), values.get("received_at") or now()
    blank = dict.fromkeys(("anonymous_id", "user_id", "previous_id", "group_id", "ip", "user_agent", "url", "path",
                           "title", "referrer"))  # fmt: skip
    given = {
        "id": event_id, "organisation_id": organisation.organisation_id, "source_id": UUID(str(source_id)),
        "type": "track", "name": "Clicked", "message_id": str(event_id), "occurred_at": moment, "received_at": moment,
        "properties": {}, "context": {}, "human": 0.95, "human_reasons": (),
    }  # fmt: skip
    return CollectedEvent(**{**blank, **given, **values})


async def store(session, events: list[CollectedEvent]) -> None:
    """Put events into the database as if they had been collected."""
    for event in events:
        values = {name: getattr(event, name) for name in CollectedEvent.__slots__}
        key = UUID(bytes=md5(event.message_id.encode(), usedforsecurity=False).digest())
        session.add(Event(**{**values, "human_reasons": list(event.human_reasons), "message_key": key}))
    await session.flush()
