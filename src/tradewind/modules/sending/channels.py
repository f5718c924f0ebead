"""The port through which messages leave. A channel is one class: `attempt` sends, `reconcile` finds out afterwards.

A module that sends has a role `channel` (a file or a package) which is loaded at start; `register` makes its channel
known. Nothing else is needed: the worker, the pages and the conformance tests find it in `channels()`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, TypeVar
from uuid import UUID

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.payload import mended
from tradewind.kernel.registry import RegistryError
from tradewind.modules.sending.contracts import Priority

Result = Literal["sent", "refused", "later", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedIntent:
    """A message that is this process's to send until its lease ends. `attempt` counts from 1."""

    id: UUID
    organisation_id: UUID
    channel: str
    address: str
    purpose: str
    priority: Priority
    content: Mapping[str, Any]
    attempt: int
    person_id: UUID | None = None
    campaign_id: UUID | None = None
    journey_id: UUID | None = None
    step_key: str | None = None
    sender: str | None = None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a message. Made by the functions below; words of the other side are made storable."""

    intent_id: UUID
    result: Result
    reason: str = ""
    provider: str = ""
    provider_message_id: str | None = None
    cost_microusd: int | None = None
    retry_after_seconds: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("reason", "provider_message_id"):
            if (said := getattr(self, name)) is not None:
                object.__setattr__(self, name, mended(said))
        told = {name: mended(value) if isinstance(value, str) else value for name, value in self.facts.items()}
        object.__setattr__(self, "facts", told)


def sent(
    intent: ClaimedIntent,
    *,
    provider: str,
    message_id: str | None = None,
    cost_microusd: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Outcome:
    """The other side took it. `cost_microusd` replaces the estimate."""
    return Outcome(
        intent_id=intent.id, result="sent", provider=provider, provider_message_id=message_id,
        cost_microusd=cost_microusd, facts=facts or {},
    )  # fmt: skip


def refused(
    intent: ClaimedIntent, reason: str, *, provider: str = "", facts: Mapping[str, Any] | None = None
) -> Outcome:
    """The other side said no, for good; nothing was delivered."""
    return Outcome(intent_id=intent.id, result="refused", reason=reason, provider=provider, facts=facts or {})


def later(
    intent: ClaimedIntent,
    reason: str,
    *,
    after_seconds: float | None = None,
    provider: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Outcome:
    """It surely did not leave, and is worth another attempt: after `after_seconds`, else after growing pauses."""
    return Outcome(
        intent_id=intent.id, result="later", reason=reason, provider=provider, retry_after_seconds=after_seconds,
        facts=facts or {},
    )  # fmt: skip


def unknown(intent: ClaimedIntent, reason: str, *, provider: str = "", message_id: str | None = None) -> Outcome:
    """Nobody can say whether it left. It is reconciled, and never repeated by itself."""
    return Outcome(
        intent_id=intent.id, result="unknown", reason=reason, provider=provider, provider_message_id=message_id
    )


class Record(Protocol):
    """What a channel tells the ledger during an attempt; safe to call from many tasks at once."""

    async def exposing(self, *intents: ClaimedIntent) -> frozenset[UUID]:
        """To be awaited right before the moment after which nobody could know whether a message left.

        Returns, once that is committed, the ids that may go on. Those missing must not be sent: they were cancelled,
        a kill switch was thrown, or the lease ran out. Calls of many tasks share one commit.
        """
        ...

    async def __call__(self, *outcomes: Outcome) -> None:
        """Say what became of messages. Returns at once; outcomes are committed together, every quarter of a second.

        `sent` and `unknown` need a call of `exposing` before: without one a crash would send twice.
        """
        ...


@dataclass(frozen=True, slots=True)
class SendingContext:
    """What a channel works with. Transactions are short and not held during an attempt."""

    database: Database
    organisation_id: UUID

    @property
    def actor(self) -> Actor:
        """The product acting inside the organisation: `context.database.transaction(context.actor)`."""
        return Actor.system(self.organisation_id, name="Sending")


class Channel(ABC):
    """A way out. One instance serves all organisations of a process; `attempt` runs in several tasks at once."""

    name: ClassVar[str]
    label: ClassVar[str]
    # Whether it reaches the person: only then consent, hours and caps apply (a task for a colleague does not).
    reaches_person: ClassVar[bool] = True
    # At most so many messages of one organisation in one call of `attempt`, and so many calls at once per process.
    batch_size: ClassVar[int] = 100
    batches_at_once: ClassVar[int] = 2
    # A lease is renewed while `attempt` runs; this is how long a dead process's messages wait.
    lease_seconds: ClassVar[float] = 30.0

    @abstractmethod
    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        """Send each message of the batch, once, and record what became of it.

        What is not recorded at the end is tried again, unless it was exposed: then it is unknown. The same holds for an
        exception, so none needs to be caught for the ledger's sake.
        """

    @abstractmethod
    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        """Find out about messages whose outcome is unknown: `sent`, `refused`, `later` (it surely did not leave).

        Messages left out, or `unknown`, stay so; they are asked about a few more times, then a person decides.
        """


C = TypeVar("C", bound=Channel)
_channels: dict[str, Channel] = {}


def register(channel: type[C]) -> type[C]:
    """Class decorator: make a channel known. Raises RegistryError for a name that is taken."""
    known = _channels.get(channel.name)
    if known is not None and type(known) is not channel:
        raise RegistryError(f"the channel {channel.name!r} is already {type(known).__module__}.{type(known).__name__}")
    _channels[channel.name] = channel()
    return channel


def channels() -> Mapping[str, Channel]:
    """All channels by name; modules must have been loaded."""
    return _channels
