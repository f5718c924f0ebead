"""Facts about mails that left and came in. They carry ids; texts are asked for by `api.arrival`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public
from tradewind.kernel.schemas import Schema

_READ = "email:read"
_AT_ONCE = 500


class EmailFact(Event):
    """Which mail (`message_id` is its send intent), to whom, and for what it was sent."""

    message_id: UUID
    person_id: UUID | None = None
    campaign_id: UUID | None = None
    journey_id: UUID | None = None
    step_key: str | None = None
    at: datetime


class EmailDelivered(EmailFact):
    """The receiving server took the mail."""

    name: ClassVar[str] = "email.delivered"
    public: ClassVar[Public | None] = Public("email.delivered", permission=_READ)


class EmailBounced(EmailFact):
    """The mail came back; `hard` if the address will never work."""

    name: ClassVar[str] = "email.bounced"
    public: ClassVar[Public | None] = Public("email.bounced", permission=_READ)
    hard: bool
    code: str = Field(default="", examples=["5.1.1"])
    reason: str = Field(default="", examples=["userunknown"])


class EmailComplained(EmailFact):
    """The reader reported the mail as spam."""

    name: ClassVar[str] = "email.complained"
    public: ClassVar[Public | None] = Public("email.complained", permission=_READ)


class EmailReplied(Event):
    """A person wrote, in answer to `message_id` where that is known.

    `automatic`: their mailbox answered (out of office), not they. `thread` is the same for all mails of one exchange.
    """

    name: ClassVar[str] = "email.replied"
    arrival_id: UUID
    thread: str
    message_id: UUID | None = None
    person_id: UUID | None = None
    campaign_id: UUID | None = None
    journey_id: UUID | None = None
    step_key: str | None = None
    automatic: bool = False
    at: datetime


class MailNewsItem(Schema):
    """One thing that became of a mail, or that a person did with it. The same `id` is the same thing.

    `data` is what is peculiar to the kind: `hard`, `code` and `reason` of a bounce, `url` of a click.
    """

    id: UUID
    kind: Literal["delivered", "bounced", "complained", "opened", "clicked"]
    message_id: UUID
    person_id: UUID
    at: datetime
    human: float | None = None
    data: dict[str, Any] = {}


class MailNews(Event):
    """What became of mails to people we know, in batches of up to 500: for timelines, which take a batch at once."""

    name: ClassVar[str] = "email.news"
    items: list[MailNewsItem]


def news(items: Sequence[MailNewsItem]) -> list[MailNews]:
    """The events that tell of these, in batches."""
    return [MailNews(items=list(items[start : start + _AT_ONCE])) for start in range(0, len(items), _AT_ONCE)]


class SenderStopped(Event):
    """A sender was stopped, by its breaker or because its provider refuses it."""

    name: ClassVar[str] = "email.sender_stopped"
    public: ClassVar[Public | None] = Public("email.sender_stopped", permission=_READ)
    sender_id: UUID
    reason: str = Field(examples=["Too many mails came back."])
