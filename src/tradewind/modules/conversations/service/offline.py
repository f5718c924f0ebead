"""When nobody is there: the visitor leaves an address and a question, which wait and are mailed to people."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.contracts import Received
from tradewind.modules.conversations.errors import MessageInvalid
from tradewind.modules.conversations.events import MessageLeft
from tradewind.modules.conversations.service import handover, messages, texts
from tradewind.modules.conversations.service.changing import changing
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import ToldPerson

_MAX_NAME = 120


async def leave_message(
    session: AsyncSession, conversation_id: UUID, *, email: str, text: str, key: str, name: str = ""
) -> Received:
    """Store the question, link whose address it is, and have people answer. Raises MessageInvalid."""
    address = leads.email_key(email)
    if address is None:
        message = "This is no e-mail address we can answer to."
        raise MessageInvalid(message, errors=[{"field": "email", "message": message}])
    received = await messages.receive(session, conversation_id, text, key=key, data={"left_by": address})
    if received.repeated:
        return received
    lead_id = (await leads.leads_by_email(session, [address])).get(address)
    async with changing(session, conversation_id) as change:
        if lead_id is None and not change.is_trial:
            person = ToldPerson(email=address, source=change.row.channel, fields=_named(name))
            lead_id = (await leads.create_told(session, [person]))[address]
        if change.row.lead_id is None and lead_id is not None:
            change.row.lead_id, change.row.lead_verified = lead_id, False
        await handover.request(change, by="visitor", reason="The visitor left a message while nobody was there")
        change.tell(MessageLeft, message_id=received.message.id)
    return received


def _named(name: str) -> dict[str, str]:
    first, _, last = texts.clean(name)[:_MAX_NAME].partition(" ")
    return {key: value for key, value in (("first_name", first), ("last_name", last.strip())) if value}
