"""Reading what people wrote by mail, and answering it so that their mailbox shows one exchange."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email.contracts import Arrival
from tradewind.modules.email.models.delivery import TEXT, EmailArrival, EmailDelivery
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import TRANSACTIONAL, NewIntent, Recipient


async def arrival(session: AsyncSession, arrival_id: UUID) -> Arrival | None:
    """What a person wrote; None if it is gone."""
    row = await session.get(EmailArrival, arrival_id)
    if row is None or row.text_sealed is None:
        return None
    text = TEXT.readable(row.id, row.text_sealed) or ""
    return Arrival(
        row.id, row.thread, row.from_address, row.from_name, row.subject, text, row.person_id, row.delivery_id
    )  # fmt: skip


async def answer(session: AsyncSession, thread: str, text: str, *, key: str) -> UUID | None:
    """Answer the last mail of an exchange; see `api.answer`."""
    statement = select(EmailArrival).where(EmailArrival.thread == thread, EmailArrival.kind == "reply")
    last = await session.scalar(statement.order_by(EmailArrival.id.desc()).limit(1))
    if last is None:
        return None
    subject = last.subject if last.subject.casefold().startswith("re:") else f"Re: {last.subject}"
    references = " ".join(filter(None, (last.in_reply_to, last.message_id)))
    headers = {"In-Reply-To": last.message_id, "References": references} if last.message_id else {}
    content = {
        "subject": subject, "text": text, "to_name": last.from_name, "headers": headers, "conversation_key": thread,
    }  # fmt: skip
    delivery = await session.get(EmailDelivery, last.delivery_id) if last.delivery_id else None
    if delivery is not None and delivery.sender_id is not None:
        content["sender_id"] = str(delivery.sender_id)
    intent = NewIntent(
        key=f"answer:{key}", channel="email", recipient=Recipient(address=last.from_address, person_id=last.person_id),
        purpose=TRANSACTIONAL, priority="transactional", content=content,
    )  # fmt: skip
    return (await sending.intend(session, [intent]))[0].id
