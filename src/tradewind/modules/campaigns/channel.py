"""Two ways out that journeys bring along: requests to other systems, and messages into a person's open chat."""

from collections.abc import Sequence
from typing import ClassVar

from tradewind.modules.campaigns.service import calling, chatting
from tradewind.modules.sending.channels import Channel, ClaimedIntent, Outcome, Record, SendingContext, register


@register
class WebhookChannel(Channel):
    """Posts a signed request; it reaches a system, no person."""

    name: ClassVar[str] = "webhook"
    label: ClassVar[str] = "Webhook"
    reaches_person: ClassVar[bool] = False
    batch_size: ClassVar[int] = 20

    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        """See `Channel.attempt`."""
        await calling.attempt(context, batch, record)

    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        """Nobody can ask a receiver what it got: a person decides."""
        return []


@register
class ChatChannel(Channel):
    """Says something in the chat that a person has open; who has none is not reached."""

    name: ClassVar[str] = "chat"
    label: ClassVar[str] = "Chat"

    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        """See `Channel.attempt`."""
        await chatting.attempt(context, batch, record)

    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        """See `Channel.reconcile`."""
        return await chatting.reconcile(context, batch)
