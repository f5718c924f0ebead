"""Senders: who mails come from and how they leave; tests, limits, health."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.addresses import normal_email
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.email import doors, restraint
from tradewind.modules.email.adapters._base import Later, SenderBroken
from tradewind.modules.email.errors import AddressTaken, DeliveryInvalid, SenderNotFound
from tradewind.modules.email.models.delivery import EmailSender
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.schemas.delivery import (
    AdapterRead,
    BreakerRead,
    SenderCheckRead,
    SenderCreate,
    SenderHealth,
    SenderRead,
    SenderUpdate,
    TestMailRead,
)
from tradewind.modules.email.service import facts, opening
from tradewind.modules.email.service.opening import ADAPTERS
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import TRANSACTIONAL, NewIntent, Recipient
from tradewind.settings import get_settings

MAX_SENDERS = 50
_HEALTH_DAYS = 7
DOOR = "sender"


def adapters() -> list[AdapterRead]:
    """Ways to send, by label."""
    return [AdapterRead(**spec.describe(), secrets=sorted(spec.secrets)) for spec in map(opening.spec_of, ADAPTERS)]


async def list_all(session: AsyncSession) -> list[SenderRead]:
    """All senders, the default first."""
    return await _shown(session, await rows.senders(session))


async def one(session: AsyncSession, sender_id: UUID) -> SenderRead:
    """A sender. Raises SenderNotFound."""
    return (await _shown(session, [await find(session, sender_id)]))[0]


async def add(session: AsyncSession, data: SenderCreate) -> SenderRead:
    """Add a sender; the first one is the default. Raises DeliveryInvalid, AddressTaken."""
    known = await rows.senders(session)
    if len(known) >= MAX_SENDERS:
        raise DeliveryInvalid(f"There are {MAX_SENDERS} senders already. Remove one that is not used.")
    settings = opening.checked_settings(data.adapter, data.settings)
    sender = EmailSender(
        id=new_id(), organisation_id=actor_of(session).organisation_id, name=data.name.strip(),
        address=_address("address", data.address), reply_to=_address("reply_to", data.reply_to),
        bounce_address=_address("bounce_address", data.bounce_address), adapter=data.adapter, door=doors.new_door(),
        is_default=data.is_default or not known, rotates=data.rotates, daily_limit=data.daily_limit,
        warmup_from=now().date() if data.warm_up else None, domain_limits=dict(data.domain_limits), version=1,
        state="active", settings={},
    )  # fmt: skip
    opening.store_settings(sender, settings)
    if sender.is_default:
        await rows.clear_default(session)
    session.add(sender)
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise AddressTaken(f"There is a sender {sender.address} already.") from error
    await _audit(session, "added", sender, after={"address": sender.address, "adapter": sender.adapter})
    return await one(session, sender.id)


async def change(session: AsyncSession, sender_id: UUID, data: SenderUpdate, if_match: str | None) -> SenderRead:
    """Change what is given; `state` active resumes a stopped sender with a clean slate.

    Raises SenderNotFound, PreconditionFailed, DeliveryInvalid.
    """
    sender = await find(session, sender_id, lock=True)
    current = (await _shown(session, [sender]))[0].model_dump(mode="json")
    check_version(if_match, sender.version, current)
    given = data.model_dump(exclude_unset=True, exclude={"settings", "warm_up", "adapter", "state", "renew"})
    before = {name: getattr(sender, name) for name in given}
    for name, value in given.items():
        if name in ("reply_to", "bounce_address"):
            value = _address(name, value or "")
        if value is not None or name == "daily_limit":
            if name == "is_default" and value:
                await rows.clear_default(session)
            setattr(sender, name, value)
    if data.adapter is not None or data.settings is not None:
        known = opening.known_secrets(sender) if data.adapter in (None, sender.adapter) else {}
        sender.adapter = data.adapter or sender.adapter
        wanted = data.settings if data.settings is not None else sender.settings
        opening.store_settings(sender, opening.checked_settings(sender.adapter, wanted, known))
        given["settings"] = "changed"
    if data.warm_up is not None:
        sender.warmup_from = (sender.warmup_from or now().date()) if data.warm_up else None
        given["warmup_from"] = str(sender.warmup_from)
    if data.state is not None and data.state != sender.state:
        before["state"], given["state"] = sender.state, data.state
        sender.state, sender.problem, sender.broken_until = data.state, None, None
        sender.resumed_at = now()
    if data.renew:
        sender.door, given["events_address"] = doors.new_door(), "renewed"
    sender.version += 1
    await session.flush()
    await _audit(session, "changed", sender, before=before, after=given)
    return await one(session, sender_id)


async def remove(session: AsyncSession, sender_id: UUID) -> None:
    """Remove a sender; what it sent stays known. Raises SenderNotFound."""
    sender = await find(session, sender_id, lock=True)
    await session.delete(sender)
    await session.flush()
    await _audit(session, "removed", sender, before={"address": sender.address})


async def check(database: Database, actor: Actor, sender_id: UUID) -> SenderCheckRead:
    """Ask the other side whether it would take mails; nothing is sent. Raises SenderNotFound."""
    async with database.transaction(actor) as session:
        sender = await find(session, sender_id)
        ready = opening.opened(sender, None)
    async with opening.adapter(ready.adapter, ready.settings, database.settings) as adapter:
        try:
            return SenderCheckRead(ok=True, text=await adapter.check())
        except (SenderBroken, Later) as failure:
            return SenderCheckRead(ok=False, text=failure.reason)


async def test_mail(session: AsyncSession, sender_id: UUID, to: str) -> TestMailRead:
    """Put a test mail into the outbox, by way of everything a mail goes through. Raises SenderNotFound."""
    sender = await find(session, sender_id)
    actor = actor_of(session)
    if not to:
        assert actor.user_id is not None
        to = (await identity.member(session, actor.user_id)).email
    address = _address("to", to)
    if not address:
        raise DeliveryInvalid("An address is needed.", errors=[{"field": "to", "message": "is needed"}])
    content = {
        "sender_id": str(sender_id),
        "subject": f"Test of {sender.address}",
        "text": f"This is a test mail from {sender.name or sender.address}.\n\nIt arrived, so mails leave.",
    }
    intent = NewIntent(
        key=f"sender-test:{new_id()}", channel="email", recipient=Recipient(address=address), purpose=TRANSACTIONAL,
        priority="transactional", content=content,
    )  # fmt: skip
    ref = (await sending.intend(session, [intent]))[0]
    await _audit(session, "tested", sender, after={"to": address})
    return TestMailRead(message_id=ref.id, state=ref.state, to=address)


async def find(session: AsyncSession, sender_id: UUID, *, lock: bool = False) -> EmailSender:
    """A sender's row. Raises SenderNotFound."""
    found = await rows.sender(session, sender_id, lock=lock)
    if found is None:
        raise SenderNotFound()
    return found


async def _shown(session: AsyncSession, senders: list[EmailSender]) -> list[SenderRead]:
    today = now().date()
    days = await rows.days(session, since=today - timedelta(days=_HEALTH_DAYS - 1), today=today)
    aligned = {domain.domain: domain.aligned for domain in await rows.domains(session) if domain.checked_at is not None}
    may_write = actor_of(session).may("email:write")
    seen = await facts.standings(session, senders)
    found = []
    for sender in senders:
        spec = opening.spec_of(sender.adapter)
        day = days.get(sender.id)
        counted = {name: getattr(day, name) if day else 0 for name in _COUNTED}
        quota = restraint.daily_quota(sender.daily_limit, sender.warmup_from, today)
        token = doors.token(DOOR, sender.organisation_id, sender.id, sender.door)
        posts = "events" in spec.capabilities and may_write
        found.append(
            SenderRead(
                id=sender.id, name=sender.name, address=sender.address, reply_to=sender.reply_to,
                bounce_address=sender.bounce_address, adapter=sender.adapter, adapter_label=spec.label,
                settings=sender.settings, secrets_set=sorted(opening.known_secrets(sender)),
                events_url=f"{get_settings().base_url}/api/v1/email-events/{token}" if posts else None,
                is_default=sender.is_default, rotates=sender.rotates, state=sender.state,  # pyright: ignore[reportArgumentType]
                problem=sender.problem, broken_until=sender.broken_until, daily_limit=sender.daily_limit,
                warmup_from=sender.warmup_from, domain_limits=sender.domain_limits,
                domain_aligned=aligned.get(sender.address.rpartition("@")[2]),
                health=SenderHealth(
                    **counted, quota=quota, warmup_day=restraint.ramp_day(sender.warmup_from, today),
                    warmup_days=restraint.RAMP_DAYS, breaker=_breaker(seen[sender.id]),
                ),
                version=sender.version, created_at=sender.created_at,
            )
        )  # fmt: skip
    return found


def _breaker(seen: restraint.Standing) -> BreakerRead:
    return BreakerRead(
        days=restraint.BREAKER_DAYS, hard_limit=restraint.MAX_HARD_RATE, complaints_limit=restraint.MAX_COMPLAINT_RATE,
        **asdict(seen),
    )  # fmt: skip


_COUNTED = ("sent", "delivered", "hard", "soft", "complaints", "replies", "today")


def _address(field: str, text: str) -> str:
    if not text:
        return ""
    address = normal_email(text)
    if address is None:
        words = f"{text!r} is no mail address."
        raise DeliveryInvalid(words, errors=[{"field": field, "message": words}])
    return address


async def _audit(
    session: AsyncSession,
    verb: str,
    sender: EmailSender,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=f"email_sender.{verb}", subject_type="email_sender", subject_id=sender.id,
        before=before, after=after,
    )  # fmt: skip
