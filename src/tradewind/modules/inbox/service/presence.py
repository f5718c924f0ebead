"""Who looks at a conversation, and who types in it: so that two do not answer at once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity
from tradewind.modules.inbox import repository
from tradewind.modules.inbox.schemas import LookingRead

_KEPT = timedelta(seconds=45)
_TYPING = timedelta(seconds=6)


async def look(session: AsyncSession, conversation_id: UUID, *, typing: bool) -> list[LookingRead]:
    """The caller looks at a conversation, and perhaps types; returns who does. Raises ConversationNotFound."""
    await conversations.conversation(session, conversation_id)
    user_id, organisation_id = actor_of(session).user_id, actor_of(session).organisation_id
    assert user_id is not None
    assert organisation_id is not None
    at = now()
    before = {one.user_id: one.typing for one in await _looking(session, conversation_id)}
    await repository.look(
        session, conversation_id, user_id, organisation_id, at=at, typing_until=at + _TYPING if typing else None
    )
    if typing:
        await conversations.tell_typing(session, conversation_id, author="member")
    present = await _looking(session, conversation_id)
    if before.get(user_id) != typing:
        await _tell(session, conversation_id, present)
    return present


async def look_away(session: AsyncSession, conversation_id: UUID) -> None:
    """The caller looks at a conversation no more. Raises ConversationNotFound."""
    await conversations.conversation(session, conversation_id)
    user_id = actor_of(session).user_id
    assert user_id is not None
    if await repository.look_away(session, conversation_id, user_id):
        await _tell(session, conversation_id, await _looking(session, conversation_id))


async def looking(session: AsyncSession, conversation_id: UUID) -> list[LookingRead]:
    """Who looks at a conversation. Raises ConversationNotFound."""
    await conversations.conversation(session, conversation_id)
    return await _looking(session, conversation_id)


async def forget(session: AsyncSession) -> None:
    """Forget who looked long ago."""
    await repository.forget_looks(session, now() - _KEPT)


async def _looking(session: AsyncSession, conversation_id: UUID) -> list[LookingRead]:
    at = now()
    found = await repository.looking(session, conversation_id, at - _KEPT)
    names = await identity.active_member_names(session, [one.user_id for one in found])
    return [
        LookingRead(
            user_id=one.user_id,
            name=names[one.user_id],
            typing=one.typing_until is not None and one.typing_until > at,
            seen_at=one.seen_at,
        )
        for one in found
        if one.user_id in names
    ]


async def _tell(session: AsyncSession, conversation_id: UUID, present: list[LookingRead]) -> None:
    await realtime.push(
        session,
        type="conversation.presence",
        topic="conversations",
        permission="conversations:read",
        data={"conversation_id": conversation_id, "looking": [one.model_dump(mode="json") for one in present]},
        owners=await conversations.owners_of(session, conversation_id),
    )
