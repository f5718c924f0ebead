"""Messages of journeys into chats: once per message, because the conversation knows its key."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import api as conversations
from tradewind.modules.sending.channels import ClaimedIntent, Outcome, Record, SendingContext, refused, sent

_PROVIDER = "chat"


async def attempt(context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
    """Say each message in the newest chat its person has open."""
    free = await record.exposing(*batch)
    for one in batch:
        if one.id in free:
            async with context.database.transaction(context.actor) as session:
                outcome = await _say(session, one)
            await record(outcome)


async def reconcile(context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
    """Saying it again under the same key says it once."""
    outcomes = []
    for one in batch:
        async with context.database.transaction(context.actor) as session:
            outcomes.append(await _say(session, one))
    return outcomes


async def _say(session: AsyncSession, intent: ClaimedIntent) -> Outcome:
    if intent.person_id is None:
        return refused(intent, "The message has no person.", provider=_PROVIDER)
    found = await conversations.conversations_of_lead(session, intent.person_id)
    chat = next((one for one in found if one.channel == "chat" and one.state != "closed"), None)
    if chat is None:
        return refused(intent, "The person has no chat open.", provider=_PROVIDER)
    said = await conversations.send(session, chat.id, str(intent.content.get("text", "")), key=f"intent:{intent.id}")
    return sent(intent, provider=_PROVIDER, message_id=str(said.id))
