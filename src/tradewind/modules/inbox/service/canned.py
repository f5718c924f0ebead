"""Canned replies: texts of one member, of a queue or of everyone, filled in for a conversation."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import api as conversations
from tradewind.modules.identity import api as identity
from tradewind.modules.inbox import repository
from tradewind.modules.inbox.errors import CannedReplyInvalid, CannedReplyNotFound, ShortcutTaken
from tradewind.modules.inbox.models import CannedReply
from tradewind.modules.inbox.schemas import CannedReplyCreate, CannedReplyRead, CannedReplyUpdate, RenderedRead, Scope
from tradewind.modules.inbox.variables import VARIABLES, render, unknown
from tradewind.modules.leads import api as leads

MAX_REPLIES = 500
_MANAGE = "conversations:manage"


async def listed(session: AsyncSession) -> list[CannedReplyRead]:
    """Those the caller may use: everyone's, those of the caller's queues, and the caller's own."""
    me, _ = await identity.person_behind(session)
    found = await repository.canned_replies(session, me, await _queues(session, me))
    return [_read(session, one, me) for one in found]


async def read(session: AsyncSession, reply_id: UUID) -> CannedReplyRead:
    """One that the caller may use. Raises CannedReplyNotFound."""
    me, _ = await identity.person_behind(session)
    return _read(session, await _seen(session, reply_id, me), me)


async def create(session: AsyncSession, data: CannedReplyCreate) -> CannedReplyRead:
    """Add one; those of others than oneself need `conversations:manage`.

    Raises Forbidden, ShortcutTaken, CannedReplyInvalid.
    """
    me, _ = await identity.person_behind(session)
    actor = actor_of(session)
    assert actor.organisation_id is not None
    if data.scope == "own":
        if me is None:
            raise CannedReplyInvalid("A program has no canned replies of its own. Choose another scope.")
    else:
        actor.require(_MANAGE)
    if data.queue_id is not None and data.queue_id not in await conversations.queue_ids(session):
        raise CannedReplyInvalid(
            "There is no such queue.", errors=[{"field": "queue_id", "message": "There is no such queue."}]
        )
    owner_id = me if data.scope == "own" else None
    if await repository.count(session, owner_id) >= MAX_REPLIES:
        raise CannedReplyInvalid(f"There are up to {MAX_REPLIES} canned replies. Remove another one first.")
    reply = CannedReply(
        id=new_id(),
        organisation_id=actor.organisation_id,
        owner_id=owner_id,
        queue_id=data.queue_id,
        shortcut=data.shortcut,
        title=data.title,
        text=data.text,
    )
    await _store(session, reply)
    await _record(session, "created", reply, after=_facts(reply))
    return _read(session, reply, me)


async def update(
    session: AsyncSession, reply_id: UUID, data: CannedReplyUpdate, if_match: str | None
) -> CannedReplyRead:
    """Change one. Raises CannedReplyNotFound, Forbidden, PreconditionFailed, ShortcutTaken, CannedReplyInvalid."""
    me, _ = await identity.person_behind(session)
    reply = await _changeable(session, reply_id, me, if_match)
    before = _facts(reply)
    for name, value in data.model_dump(exclude_unset=True).items():
        if value is not None:
            setattr(reply, name, value)
    reply.version += 1
    reply.updated_at = now()
    await _store(session, reply)
    after = _facts(reply)
    changed = {name for name in after if after[name] != before[name]}
    await _record(
        session,
        "updated",
        reply,
        before={one: before[one] for one in changed},
        after={one: after[one] for one in changed},
    )
    return _read(session, reply, me)


async def delete(session: AsyncSession, reply_id: UUID, if_match: str | None) -> None:
    """Remove one. Raises as `update`."""
    me, _ = await identity.person_behind(session)
    reply = await _changeable(session, reply_id, me, if_match)
    await session.delete(reply)
    await _record(session, "deleted", reply, before=_facts(reply))


async def rendered(session: AsyncSession, reply_id: UUID, conversation_id: UUID) -> RenderedRead:
    """One filled in for a conversation, as far as its lead is known and seen.

    Raises CannedReplyNotFound, ConversationNotFound.
    """
    me, my_name = await identity.person_behind(session)
    reply = await _seen(session, reply_id, me)
    conversation = await conversations.conversation(session, conversation_id)
    (lead,) = await leads.lead_summaries(session, [conversation.lead_id] if conversation.lead_id else []) or [None]
    agents = await conversations.agent_names(session)
    values: dict[str, str | None] = {
        "me.name": my_name,
        "me.first_name": my_name.partition(" ")[0],
        "company.name": (await identity.get_organisation(session)).name,
        "conversation.number": str(conversation.number),
        "agent.name": agents.get(conversation.agent_id) if conversation.agent_id else None,
    }
    if lead is not None:
        values |= {
            "lead.name": lead.full_name,
            "lead.first_name": lead.full_name.partition(" ")[0],
            "lead.company": lead.company_name,
            "lead.email": lead.email,
        }
    await repository.count_use(session, reply_id)
    done = render(reply.text, values)
    return RenderedRead(text=done.text, missing=list(done.missing))


async def _queues(session: AsyncSession, me: UUID | None) -> list[UUID]:
    if actor_of(session).may(_MANAGE):
        return await conversations.queue_ids(session)
    return await conversations.queue_ids(session, of_member=me) if me else []


async def _seen(session: AsyncSession, reply_id: UUID, me: UUID | None, *, lock: bool = False) -> CannedReply:
    reply = await repository.canned_reply(session, reply_id, lock=lock)
    if reply is None or (reply.owner_id is not None and reply.owner_id != me):
        raise CannedReplyNotFound()
    if reply.queue_id is not None and reply.queue_id not in await _queues(session, me):
        raise CannedReplyNotFound()
    return reply


async def _changeable(session: AsyncSession, reply_id: UUID, me: UUID | None, if_match: str | None) -> CannedReply:
    reply = await _seen(session, reply_id, me, lock=True)
    if reply.owner_id is None:
        actor_of(session).require(_MANAGE)
    check_version(if_match, reply.version, _read(session, reply, me).model_dump(mode="json"))
    return reply


async def _store(session: AsyncSession, reply: CannedReply) -> None:
    if wrong := unknown(reply.text):
        known = ", ".join(VARIABLES)
        message = f"There is no variable {', '.join(f'{{{{{name}}}}}' for name in wrong)}. Known are {known}."
        raise CannedReplyInvalid(message, errors=[{"field": "text", "message": message}])
    taken = ShortcutTaken(f"There is another canned reply with the shortcut “{reply.shortcut}”.")
    if await repository.shortcut_taken(session, reply):
        raise taken
    session.add(reply)
    try:
        await session.flush()
    except IntegrityError as failure:
        # Somebody else was faster between the check and the write.
        raise taken from failure


def _read(session: AsyncSession, reply: CannedReply, me: UUID | None) -> CannedReplyRead:
    scope: Scope = "own" if reply.owner_id else "queue" if reply.queue_id else "everyone"
    editable = reply.owner_id == me if reply.owner_id else actor_of(session).may(_MANAGE)
    names = ("id", "shortcut", "title", "text", "queue_id", "used", "version", "created_at", "updated_at")
    return CannedReplyRead(**{name: getattr(reply, name) for name in names}, scope=scope, editable=editable)


def _facts(reply: CannedReply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in ("shortcut", "title", "text", "owner_id", "queue_id")}


async def _record(session: AsyncSession, action: str, reply: CannedReply, **facts: Any) -> None:
    await identity.record(
        session, action=f"canned_reply.{action}", subject_type="canned_reply", subject_id=reply.id, **facts
    )
