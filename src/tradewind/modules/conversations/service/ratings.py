"""What visitors and members think: ratings of conversations, and verdicts on messages."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS, RatingKind
from tradewind.modules.conversations.errors import MessageInvalid, MessageNotFound, RatingInvalid
from tradewind.modules.conversations.events import ConversationRated, MessageJudged
from tradewind.modules.conversations.models.conversations import Feedback, Message, Rating
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import texts
from tradewind.modules.conversations.service.changing import changing
from tradewind.modules.identity import api as identity

_RANGES: dict[RatingKind, range] = {"csat": range(1, 6), "nps": range(11)}
_MAX_COMMENT = 2_000
# From here on a CSAT is the visitor's own word that they were served.
_SATISFIED = 4


async def rate(
    session: AsyncSession, conversation_id: UUID, *, kind: RatingKind, score: int, comment: str = ""
) -> None:
    """Store a rating; one given before is replaced. A good one confirms a conversation that ended in silence.

    Raises ConversationNotFound, RatingInvalid.
    """
    allowed = _RANGES[kind]
    if score not in allowed:
        message = f"{kind.upper()} goes from {allowed[0]} to {allowed[-1]}."
        raise RatingInvalid(message, errors=[{"field": "score", "message": message}])
    async with changing(session, conversation_id) as change:
        row = change.row
        values = {"score": score, "comment": texts.clean(comment)[:_MAX_COMMENT], "rated_at": change.at}
        await session.execute(
            insert(Rating)
            .values(
                id=new_id(),
                organisation_id=row.organisation_id,
                conversation_id=row.id,
                kind=kind,
                channel=row.channel,
                **values,
            )
            .on_conflict_do_update(index_elements=["conversation_id", "kind"], set_=values)
        )
        if kind == "csat" and score >= _SATISFIED and row.outcome in ("abandoned", "escalated"):
            row.outcome = "confirmed"
        change.happened("rated", rating=kind, score=score)
        change.tell(ConversationRated, kind=kind, score=score)


async def is_rated(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether the visitor has rated the conversation."""
    return bool(await session.scalar(select(exists().where(Rating.conversation_id == conversation_id))))


async def judge_as_visitor(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, thumb: int | None
) -> None:
    """Store the visitor's thumb on a message of the agent. Raises MessageNotFound."""
    message = await rows.message(session, message_id)
    if message is None or message.conversation_id != conversation_id or message.author != "agent":
        raise MessageNotFound()
    await _store(session, message, given_by="visitor", member_id=None, thumb=thumb, correction=None)


async def judge_as_member(
    session: AsyncSession, message_id: UUID, *, thumb: int | None, correction: str | None
) -> Message:
    """Store a member's thumb and correction of a message of the agent. Raises MessageNotFound, MessageInvalid."""
    message = await rows.message(session, message_id)
    if message is None or message.kind != "message":
        raise MessageNotFound()
    if message.author != "agent":
        raise MessageInvalid("Only the agent's messages can be judged.")
    member_id, _ = await identity.person_behind(session)
    await _store(session, message, given_by="member", member_id=member_id, thumb=thumb, correction=correction)
    await identity.record(
        session,
        action="conversation.message_judged",
        subject_type="conversation",
        subject_id=message.conversation_id,
        after={"sequence": message.sequence, "thumb": thumb, "corrected": bool(correction)},
    )
    return message


async def _store(
    session: AsyncSession,
    message: Message,
    *,
    given_by: str,
    member_id: UUID | None,
    thumb: int | None,
    correction: str | None,
) -> None:
    cleaned = texts.message_text(correction) if correction else ""
    values = {"thumb": thumb, "correction": cleaned, "updated_at": now()}
    await session.execute(
        insert(Feedback)
        .values(
            id=new_id(),
            organisation_id=message.organisation_id,
            message_id=message.id,
            given_by=given_by,
            member_id=member_id,
            created_at=func.now(),
            **values,
        )
        .on_conflict_do_update(index_elements=["message_id", "given_by", "member_id"], set_=values)
    )
    row = await rows.conversation(session, message.conversation_id)
    if row is not None and row.channel not in TRIAL_CHANNELS:
        await publish(
            session,
            MessageJudged(
                conversation_id=row.id,
                channel=row.channel,
                lead_id=row.lead_id,
                message_id=message.id,
                given_by=given_by,
                thumb=thumb,
                corrected=bool(cleaned),
            ),
        )
