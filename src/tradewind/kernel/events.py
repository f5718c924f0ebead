"""Facts that modules tell each other. Publishing enqueues one job per subscriber in the same transaction.

Delivery is at least once; the kernel records (subscriber, event id) in the subscriber's own transaction, so each
event takes effect exactly once inside the database.

An event with a `public` form may also leave the installation: `forwarder` functions see all of these in the
publisher's own transaction, whichever module they come from.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.schemas import Schema


@dataclass(frozen=True, slots=True)
class Public:
    """How an event looks to programs outside: a contract, so fields are added but never renamed or removed.

    `type` is its name there (`lead.created`); who subscribes needs `permission`. A change that breaks receivers
    raises `version`. `example` replaces the example data made from the fields.
    """

    type: str
    permission: str
    version: int = 1
    example: Mapping[str, Any] = field(default_factory=dict)


_public: dict[str, type["Event"]] = {}


class Event(Schema):
    """A fact in the past tense. Subclasses set `name` (`module.fact`) and add small fields: ids, not records."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: ClassVar[str] = ""
    public: ClassVar[Public | None] = None

    id: UUID = Field(default_factory=new_id)
    organisation_id: UUID | None = None
    occurred_at: datetime = Field(default_factory=now)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if cls.public is not None and _public.setdefault(cls.public.type, cls) is not cls:
            raise RuntimeError(f"the public event type {cls.public.type} is declared twice")

    def public_data(self) -> dict[str, Any]:
        """The event's own fields as plain JSON."""
        return self.model_dump(mode="json", exclude=_ENVELOPE)


_ENVELOPE = set(Event.model_fields)

Handler = Callable[[AsyncSession, Any], Awaitable[None]]
Forwarder = Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one event."""

    event: type[Event]
    name: str
    job: jobs.Job[Any]


_subscriptions: dict[str, list[Subscription]] = {}
_forwarders: list[Forwarder] = []


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


def forwarder(forward: Forwarder) -> Forwarder:
    """Register `async def forward(session, events)`, called with public events inside the publisher's transaction.

    It must be quick and must not fail: it is part of every write.
    """
    _forwarders.append(forward)
    return forward


async def publish(session: AsyncSession, *events: Event) -> None:
    """Tell all subscribers, if and only if the session's transaction commits."""
    actor = actor_of(session)
    requests = []
    outward: list[Event] = []
    for event in events:
        if not event.name:
            raise TypeError(f"{type(event).__name__} has no name")
        filled = event if event.organisation_id else event.model_copy(update={"organisation_id": actor.organisation_id})
        requests += [jobs.Request(entry.job, filled) for entry in _subscriptions.get(event.name, ())]
        if event.public is not None and filled.organisation_id is not None:
            outward.append(filled)
    if outward:
        for forward in _forwarders:
            await forward(session, outward)
    await jobs.enqueue_many(session, requests)


def public_events() -> dict[str, type[Event]]:
    """All events with a public form, by their public type."""
    return _public


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
