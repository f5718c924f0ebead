"""Mails that come in: bounces and reports become facts, what people write becomes replies."""

import hashlib
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.addresses import normal_email
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.payload import mended
from tradewind.modules.email.adapters._base import FactKind, ProviderFact
from tradewind.modules.email.bounces.classifying import Verdict, classify
from tradewind.modules.email.bounces.replies import new_text
from tradewind.modules.email.bounces.unpacking import Unpacked, decoded, unpack
from tradewind.modules.email.composing import return_path
from tradewind.modules.email.events import EmailReplied
from tradewind.modules.email.models.delivery import TEXT, EmailArrival, EmailDelivery
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.service import facts
from tradewind.modules.privacy import api as privacy

MAX_BYTES = 10 * 1024 * 1024
SOURCE = "mailbox"
_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_FACTS: dict[str, FactKind] = {
    "bounce": "bounced",
    "delay": "deferred",
    "delivered": "delivered",
    "complaint": "complained",
    "unsubscribe": "unsubscribed",
}
# An answer of one word that takes a wish back is easily forged, and no mail program sends one.
_NOT_BY_MAIL = frozenset({"start", "unstop", "yes"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a mail was taken for; `new` is False for one that was known."""

    kind: str
    new: bool


async def take(session: AsyncSession, raw: bytes, *, mailbox_id: UUID | None = None) -> Arrived:
    """Take one raw mail in, once; a second copy changes nothing."""
    verdict = classify(raw)
    mail = unpack(raw)
    delivery = await _delivery(session, mail, verdict)
    kind = verdict.kind if verdict.kind != "other" else await _kind(session, mail)
    message_id = _clean(mail.header("message-id"), 500)
    key = message_id or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    name, address = parseaddr(decoded(mail.header("from")))
    arrival = EmailArrival(
        id=new_id(), organisation_id=actor_of(session).organisation_id, mailbox_id=mailbox_id, key=key, kind=kind,
        message_id=message_id, in_reply_to=_clean(mail.header("in-reply-to"), 500), from_name=_clean(name, 200),
        from_address=_clean(normal_email(address) or address, 254), subject=_clean(mail.subject, 500),
        delivery_id=delivery.id if delivery else None, person_id=delivery.person_id if delivery else None,
        bounce=verdict.bounce, code=verdict.status, reason=verdict.reason, created_at=now(), thread="",
    )  # fmt: skip
    if kind in ("reply", "out_of_office"):
        arrival.text_sealed = TEXT.seal(arrival.id, _clean(new_text(mail.text) or mail.subject, 10_000) or "(no text)")
        arrival.thread = await _thread(session, mail, delivery, key)
    if not await _store(session, arrival):
        return Arrived(kind, new=False)
    if (told := _FACTS.get(kind)) is not None and delivery is not None:
        await facts.take(session, SOURCE, [_fact(told, key, verdict, delivery)])
    if kind in ("reply", "out_of_office"):
        await _reply(session, arrival, delivery)
    return Arrived(kind, new=True)


def _clean(text: str, most: int) -> str:
    return mended(text)[:most]


async def _store(session: AsyncSession, arrival: EmailArrival) -> bool:
    values = {column.name: getattr(arrival, column.name) for column in EmailArrival.__table__.columns}
    statement = insert(EmailArrival).values(values).on_conflict_do_nothing().returning(EmailArrival.id)
    return await session.scalar(statement) is not None


async def _delivery(session: AsyncSession, mail: Unpacked, verdict: Verdict) -> EmailDelivery | None:
    """The mail that this one is about: by the address it came to, by the ids of what came back or is answered."""
    named = [
        found for name in _ENVELOPE for value in mail.message.get_all(name, [])
        if (found := return_path.returned_to(str(value))) is not None
    ]  # fmt: skip
    named += return_path.named_in(verdict.returned.get("message-id", ""))
    if verdict.kind in ("other", "out_of_office"):
        named += return_path.named_in(mail.header("references"), mail.header("in-reply-to"))
    known = await rows.deliveries(session, named[:50]) if named else {}
    return next((known[message_id] for message_id in named if message_id in known), None)


async def _kind(session: AsyncSession, mail: Unpacked) -> str:
    """A person's mail, our own, or one of a list or a machine."""
    address = normal_email(parseaddr(decoded(mail.header("from")))[1])
    if address is None or address in {sender.address for sender in await rows.senders(session)}:
        return "own" if address else "automatic"
    machine = mail.header("auto-submitted").casefold() not in ("", "no")
    bulk = mail.header("precedence").casefold() in ("bulk", "list", "junk") or mail.header("list-id")
    return "automatic" if machine or bulk else "reply"


async def _thread(session: AsyncSession, mail: Unpacked, delivery: EmailDelivery | None, key: str) -> str:
    """The exchange a mail belongs to: that of the mail it answers, else its own."""
    if delivery is not None:
        return delivery.conversation_key or f"message:{delivery.id}"
    named = [*mail.header("references").split(), *mail.header("in-reply-to").split()][-20:]
    statement = select(EmailArrival.thread).where(EmailArrival.message_id.in_(named), EmailArrival.thread != "")
    known = await session.scalar(statement.order_by(EmailArrival.id.desc()).limit(1)) if named else None
    return known or f"arrival:{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _fact(kind: FactKind, key: str, verdict: Verdict, delivery: EmailDelivery) -> ProviderFact:
    outcome = verdict.outcomes[0] if verdict.outcomes else None
    said = f"{verdict.reason}: {outcome.diagnosis}" if outcome else verdict.reason
    return ProviderFact(
        kind=kind, id=key, recipient=verdict.recipients[0] if verdict.recipients else "", at=now(),
        message_id=delivery.id, hard=verdict.bounce == "hard", code=verdict.status, reason=_clean(said, 1000),
    )  # fmt: skip


async def _reply(session: AsyncSession, arrival: EmailArrival, delivery: EmailDelivery | None) -> None:
    automatic = arrival.kind == "out_of_office"
    assert arrival.text_sealed is not None
    text = TEXT.open_text(arrival.id, arrival.text_sealed)
    if not automatic:
        if delivery is not None and delivery.sender_id is not None:
            day = now().date()
            await rows.count(session, arrival.organisation_id, delivery.sender_id, day, replies=1)
        if normal_email(arrival.from_address) and text.strip().casefold() not in _NOT_BY_MAIL:
            await privacy.heed_reply(session, "email", arrival.from_address, text, person_id=arrival.person_id)
    await publish(
        session,
        EmailReplied(
            arrival_id=arrival.id, thread=arrival.thread, automatic=automatic, at=now(), person_id=arrival.person_id,
            message_id=delivery.id if delivery else None, campaign_id=delivery.campaign_id if delivery else None,
            journey_id=delivery.journey_id if delivery else None, step_key=delivery.step_key if delivery else None,
        ),
    )  # fmt: skip
