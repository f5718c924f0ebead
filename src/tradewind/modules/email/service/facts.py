"""What others say became of mails: deliveries, bounces, complaints. Each is heard once, and has its consequences."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import Event, publish
from tradewind.kernel.ids import new_id
from tradewind.modules.email import restraint
from tradewind.modules.email.adapters._base import ProviderFact
from tradewind.modules.email.events import (
    EmailBounced,
    EmailComplained,
    EmailDelivered,
    MailNewsItem,
    SenderStopped,
    news,
)
from tradewind.modules.email.models.delivery import ADDRESS, EmailDelivery, EmailSender
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import NewSuppression, SuppressionReason
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import LaterFact

# Soft bounces on so many days within the window, with no delivery between, and the address rests for a while.
SOFT_DAYS = 3
SOFT_WINDOW = timedelta(days=30)
SOFT_REST = timedelta(days=30)
_COUNTER = {"delivered": "delivered", "complained": "complaints"}
_RANK = {"sending": 0, "deferred": 0, "sent": 1, "delivered": 2, "refused": 2, "bounced": 3, "complained": 4}
_SETTLES: Mapping[str, Literal["accepted", "refused"]] = {
    "delivered": "accepted", "bounced": "accepted", "complained": "accepted", "refused": "refused",
}  # fmt: skip
_CLOCK_SLACK = timedelta(minutes=5)


async def take(session: AsyncSession, source: str, told: Sequence[ProviderFact]) -> int:
    """Take facts in; returns how many were new. Facts about mails that are not ours are dropped."""
    by_id = await rows.deliveries(session, {fact.message_id for fact in told if fact.message_id is not None})
    ids = {fact.provider_message_id for fact in told if fact.message_id not in by_id and fact.provider_message_id}
    by_provider = await rows.deliveries_by_provider(session, source, ids) if ids else {}
    new = 0
    counts: defaultdict[UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    events: list[Event] = []
    told_of: list[MailNewsItem] = []
    settled: list[LaterFact] = []
    for fact in told:
        delivery = by_id.get(fact.message_id) if fact.message_id else None
        delivery = delivery or by_provider.get(fact.provider_message_id or "")
        if delivery is None:
            continue
        address = ADDRESS.readable(delivery.id, delivery.address_sealed) or ""
        if not await _remember(session, source, fact, delivery, address):
            continue
        new += 1
        _apply(delivery, fact)
        if delivery.sender_id is not None and (counter := _counter(fact)):
            counts[delivery.sender_id][counter] += 1
        await _heed(session, fact, delivery, address)
        if (event := _event(fact, delivery)) is not None:
            events.append(event)
        if (item := _item(fact, delivery)) is not None:
            told_of.append(item)
        if (kind := _SETTLES.get(fact.kind)) is not None:
            settled.append(LaterFact(kind=kind, intent_id=delivery.id, provider=source, reason=fact.reason, at=fact.at))
    await session.flush()
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    for sender_id, more in counts.items():
        await rows.count(session, organisation_id, sender_id, now().date(), **more)
        await _judge(session, sender_id)
    if settled:
        await sending.record_later(session, settled)
    await publish(session, *events, *news(told_of))
    return new


async def standings(session: AsyncSession, senders: Sequence[EmailSender]) -> dict[UUID, restraint.Standing]:
    """What the breaker sees of these senders."""
    today = now().date()
    since = {
        one.id: restraint.counted_from(today, one.resumed_at.date() if one.resumed_at else None) for one in senders
    }
    days = await rows.days_since(session, since)
    none = dict.fromkeys(("sent", "hard", "delivered", "complaints"), 0)
    return {one.id: restraint.standing(**days.get(one.id, none)) for one in senders}


async def stop_sender(session: AsyncSession, sender_id: UUID, reason: str, *, until: datetime | None = None) -> None:
    """Let nothing leave through a sender: until a moment, or until a person looks at it."""
    sender = await rows.sender(session, sender_id, lock=True)
    if sender is None or sender.state == "paused" or (sender.state == "broken" and sender.broken_until is None):
        return
    sender.state, sender.problem, sender.broken_until = "broken", reason[:1000], until
    sender.version += 1
    await session.flush()
    await identity.record(
        session, action="email_sender.stopped", subject_type="email_sender", subject_id=sender_id, reason=reason[:500]
    )
    await publish(session, SenderStopped(sender_id=sender_id, reason=reason[:500]))


async def _remember(
    session: AsyncSession, source: str, fact: ProviderFact, delivery: EmailDelivery, address: str
) -> bool:
    # Of the clocks of others only the past is believed.
    at = min(fact.at, now() + _CLOCK_SLACK)
    values: dict[str, Any] = {
        "id": new_id(), "organisation_id": delivery.organisation_id, "delivery_id": delivery.id,
        "sender_id": delivery.sender_id, "source": source, "key": fact.id[:500], "kind": fact.kind, "hard": fact.hard,
        "address_hash": await privacy.contact_hash(session, "email", address), "code": fact.code[:20],
        "reason": fact.reason[:1000], "at": at, "created_at": now(),
    }  # fmt: skip
    return await rows.add_fact(session, values)


def _apply(delivery: EmailDelivery, fact: ProviderFact) -> None:
    status = {"unsubscribed": "delivered"}.get(fact.kind, fact.kind)
    if _RANK[status] >= _RANK[delivery.status]:
        delivery.status = status
        delivery.settled_at = now()
        if fact.kind in ("bounced", "refused", "deferred"):
            delivery.code, delivery.reason = fact.code[:20], fact.reason[:1000]
    if fact.kind == "bounced":
        delivery.bounce = "hard" if fact.hard else "soft"
    if fact.provider_message_id and delivery.provider_message_id is None:
        delivery.provider_message_id = fact.provider_message_id


def _counter(fact: ProviderFact) -> str | None:
    if fact.kind == "bounced":
        return "hard" if fact.hard else "soft"
    return _COUNTER.get(fact.kind)


async def _heed(session: AsyncSession, fact: ProviderFact, delivery: EmailDelivery, address: str) -> None:
    """What a fact means for the address: the person's wish, or that nobody is there."""
    if not address:
        return
    reason: SuppressionReason | None = None
    until: datetime | None = None
    note = fact.reason[:300]
    if fact.kind == "complained":
        reason = "complaint"
    elif fact.kind == "unsubscribed":
        await privacy.withdraw_all(
            session, "email", address, source="provider", proof={"message": str(delivery.id)},
            person_id=delivery.person_id, origin_id=delivery.id,
        )  # fmt: skip
    elif fact.kind == "bounced" and fact.hard:
        reason = "hard_bounce"
    elif fact.kind == "bounced":
        hashed = await privacy.contact_hash(session, "email", address)
        if hashed and await rows.soft_days(session, hashed, since=now() - SOFT_WINDOW) >= SOFT_DAYS:
            reason, until = "hard_bounce", now() + SOFT_REST
            note = f"Soft bounces on {SOFT_DAYS} days: {note}"
    if reason is not None:
        wanted = NewSuppression(
            channel="email", address=address, reason=reason, source="provider", note=note, until=until,
            person_id=delivery.person_id, origin_id=delivery.id,
        )  # fmt: skip
        await privacy.suppress(session, [wanted])


def _event(fact: ProviderFact, delivery: EmailDelivery) -> Event | None:
    about = {
        "message_id": delivery.id, "person_id": delivery.person_id, "campaign_id": delivery.campaign_id,
        "journey_id": delivery.journey_id, "step_key": delivery.step_key, "at": min(fact.at, now()),
    }  # fmt: skip
    match fact.kind:
        case "delivered":
            return EmailDelivered(**about)
        case "bounced":
            return EmailBounced(**about, hard=fact.hard, code=fact.code[:20], reason=fact.reason[:300])
        case "complained":
            return EmailComplained(**about)
        case _:
            return None


def _item(fact: ProviderFact, delivery: EmailDelivery) -> MailNewsItem | None:
    """What a timeline shows of it: a mail is delivered once, whoever says so how often."""
    if delivery.person_id is None or fact.kind not in ("delivered", "bounced", "complained"):
        return None
    bounced = fact.kind == "bounced"
    known = {"hard": fact.hard, "code": fact.code[:20], "reason": fact.reason[:300]} if bounced else {}
    return MailNewsItem(
        id=uuid5(delivery.id, f"{fact.kind}{fact.hard if bounced else ''}"), kind=fact.kind, message_id=delivery.id,
        person_id=delivery.person_id, at=min(fact.at, now()), data=known,
    )  # fmt: skip


async def _judge(session: AsyncSession, sender_id: UUID) -> None:
    """Trip the breaker of a sender whose mails come back or are reported too often."""
    sender = await rows.sender(session, sender_id, lock=True)
    if sender is None or sender.state != "active":
        return
    seen = (await standings(session, [sender]))[sender_id]
    if (why := restraint.trips(seen)) is not None:
        await stop_sender(session, sender_id, why)
