"""What people correct while they work becomes an example of a set; nobody has to open the set for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents import repository
from tradewind.modules.intents.errors import TooManyIntents
from tradewind.modules.intents.schemas import IntentSetCreate
from tradewind.modules.intents.service import sets, shipped
from tradewind.modules.intents.service.texts import text_key

_MAX_CHARACTERS = 1_000


async def teach(session: AsyncSession, intent_set: str, label: str, text: str) -> bool:
    """Make a text an example of a label, in a copy of the shipped set if the organisation has none of its own.

    The set learns from it when somebody trains it: what visitors write must not steer it unseen. False where there is
    no such label, no room, or no text.
    """
    content = text.strip()[:_MAX_CHARACTERS]
    try:
        row = await repository.set_by_key(session, intent_set)
        if row is None and content and intent_set in shipped.shipped():
            row = await sets.get(session, (await sets.create(session, IntentSetCreate(template=intent_set))).id)
        intent = await repository.intent_by_label(session, row.id, label) if row and content else None
        if row is None or intent is None:
            return False
        await sets.get(session, row.id, lock=True)
        return bool(await sets.insert(session, intent, [content]))
    except TooManyIntents:
        return False


async def label_of(session: AsyncSession, intent_set: str, text: str) -> str | None:
    """The label that the organisation gave to this very text, case and closing marks aside."""
    return await repository.label_of_example(session, intent_set, text_key(text.strip()[:_MAX_CHARACTERS]))
