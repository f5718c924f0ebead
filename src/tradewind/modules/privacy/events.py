"""Facts about consents and suppression that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public

PERMISSION = "privacy:read"


class _ContactsChanged(Event):
    """`contacts` are hashes as hex; `privacy.api.addresses_of` tells what they stand for. At most 1,000 an event."""

    channel: str = Field(examples=["email"])
    contacts: list[str]
    source: str = Field(examples=["one_click"])
    person_ids: list[UUID] = []
    origin_id: UUID | None = None


class ConsentGranted(_ContactsChanged):
    """People allowed messages of a purpose; those who still have to confirm are not among them."""

    name: ClassVar[str] = "privacy.consent_granted"
    public: ClassVar[Public | None] = Public("consent.granted", permission=PERMISSION)
    purpose: str = Field(examples=["marketing"])


class ConsentWithdrawn(_ContactsChanged):
    """People do not want messages of a purpose any more; `everything`: nor any others, a suppression says so, too."""

    name: ClassVar[str] = "privacy.consent_withdrawn"
    public: ClassVar[Public | None] = Public("consent.withdrawn", permission=PERMISSION)
    purpose: str = Field(examples=["marketing"])
    everything: bool = False


class AddressSuppressed(_ContactsChanged):
    """Messages to these contact points are stopped."""

    name: ClassVar[str] = "privacy.address_suppressed"
    public: ClassVar[Public | None] = Public("address.suppressed", permission=PERMISSION)
    reason: str = Field(examples=["unsubscribed"])
    scope: str = Field(examples=["marketing"])


class ConfirmationRequested(Event):
    """Somebody is to confirm, by a link in a mail, that a form was filled in by them."""

    name: ClassVar[str] = "privacy.confirmation_requested"
    confirmation_id: UUID
