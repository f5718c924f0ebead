"""Facts that modules tell each other. Publishing enqueues one job per subscriber in the same transaction.

Delivery is at least once; the kernel records (subscriber, event id) in the subscriber's own transaction, so each
event takes effect exactly once inside the database.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id


class Event(BaseModel):
    """A fact in the past tense. Subclasses set `name` (`module.fact`) and add small fields: ids, not records."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: ClassVar[str] = ""

    id: UUID = Field(default_factory=new_id)
    organisation_id: UUID | None = None
    occurred_at: datetime = Field(default_factory=now)


Handler = Callable[[AsyncSession, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one event."""

    event: type[Event]
    name: str
    job: jobs.Job[Any]


_subscriptions: dict[str, list[Subscription]] = {}


def subscriber(event: type[Event], *, max_attempts: int = 8, concurrency: int = 0) -> Callable[[Handler], Handler]:
    """Register `async def handler(session, event)`; it runs in a worker, in a transaction of its own."""

    def register(handler: Handler) -> Handler:
        module = handler.__module__.removeprefix("tradewind.modules.").removesuffix(".handlers")
        name = f"{module}.{handler.__name__}"

        async def deliver(context: jobs.JobContext, payload: Event) -> None:
            async with context.transaction() as session:
                if await _first_time(session, name, payload.id):
                    await handler(session, payload)

        entry = jobs.register(
            f"{event.name}->{name}", deliver, event, max_attempts=max_attempts, concurrency=concurrency
        )
        _subscriptions.setdefault(event.name, []).append(Subscription(event, name, entry))
        return handler

    return register


async def publish(session: AsyncSession, *events: Event) -> None:
    """Tell all subscribers, if and only if the session's transaction commits."""
    actor = actor_of(session)
    requests = []
    for event in events:
        if not event.name:
            raise TypeError(f"{type(event).__name__} has no name")
        filled = event if event.organisation_id else event.model_copy(update={"organisation_id": actor.organisation_id})
        requests += [jobs.Request(entry.job, filled) for entry in _subscriptions.get(event.name, ())]
    await jobs.enqueue_many(session, requests)


def subscriptions() -> dict[str, list[Subscription]]:
    """All subscriptions by event name, for `tradewind events` and tests."""
    return _subscriptions


async def _first_time(session: AsyncSession, subscriber_name: str, event_id: UUID) -> bool:
    result = await session.execute(
        text(
            "INSERT INTO processed_events (subscriber, event_id) VALUES (:subscriber, :event_id) "
            "ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {"subscriber": subscriber_name, "event_id": event_id},
    )
    return result.first() is not None
