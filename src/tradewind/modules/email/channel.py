"""E-mail as a channel of messages. `content` names a template version with variables, or holds subject and text."""

from collections.abc import Sequence
from typing import ClassVar

from tradewind.modules.email.service import attempting
from tradewind.modules.sending.channels import Channel, ClaimedIntent, Outcome, Record, SendingContext, register


@register
class EmailChannel(Channel):
    """Sends by the organisation's senders; without one, into the local sink."""

    name: ClassVar[str] = "email"
    label: ClassVar[str] = "E-mail"

    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        """See `Channel.attempt`."""
        await attempting.attempt(context, batch, record)

    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        """See `Channel.reconcile`."""
        return await attempting.reconcile(context, batch)
