"""Handing the letters of a batch to their senders, and keeping what became of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.modules.email.adapters._base import Later, Lost, MailAdapter, ProviderFact, Refused, SenderBroken
from tradewind.modules.email.composing.letters import Letter
from tradewind.modules.email.models.delivery import ADDRESS
from tradewind.modules.email.models.sink import BODY, HTML, SunkMail
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.service import facts, opening, outgoing
from tradewind.modules.email.service.opening import OpenSender
from tradewind.modules.email.service.outgoing import Prepared
from tradewind.modules.sending.channels import (
    ClaimedIntent,
    Outcome,
    Record,
    SendingContext,
    later,
    refused,
    sent,
    unknown,
)
from tradewind.modules.sending.events import MessageFact

log = structlog.get_logger(__name__)
_STATUS = {"sent": "sent", "refused": "refused", "later": "deferred", "unknown": "sending"}
_STOPPED_SECONDS = 300.0
_BROKEN_FOR = timedelta(minutes=15)


@dataclass(slots=True)
class _Kept:
    """An open adapter, and how many batches use it."""

    version: int
    adapter: MailAdapter
    users: int = 0


# Adapters keep their connections between batches: by sender, as long as the sender does not change.
_open: WeakKeyDictionary[Database, dict[UUID | None, _Kept]] = WeakKeyDictionary()


@dataclass(slots=True)
class _Tally:
    """What a sender's share of a batch came to."""

    outcomes: list[tuple[ClaimedIntent, Letter, Outcome]] = field(default_factory=list)
    hard: list[ProviderFact] = field(default_factory=list)
    resting: dict[str, float] = field(default_factory=dict)
    broken: str | None = None


async def attempt(context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
    """Send each message of a batch once; see `sending.channels.Channel.attempt`."""
    async with context.database.transaction(context.actor) as session:
        prepared = await outgoing.prepare(session, batch)
        await _note(session, prepared)
    if prepared.outcomes:
        await record(*prepared.outcomes)
    shares = [_hand_over(context, prepared, sender_id, record) for sender_id in prepared.letters]
    # Each ends by itself: a share that fails must not leave another one running behind the attempt's back.
    for failure in await asyncio.gather(*shares, return_exceptions=True):
        if failure is not None:
            raise failure


async def reconcile(context: SendingContext, batch: Sequence[ClaimedIntent]) -> list[Outcome]:
    """What is known meanwhile of messages whose outcome was not: by what providers told, and by the sink."""
    by_id = {intent.id: intent for intent in batch}
    async with context.database.transaction(context.actor) as session:
        known = await rows.deliveries(session, by_id)
        kept = set(await session.scalars(select(SunkMail.id).where(SunkMail.id.in_(by_id), SunkMail.leaves.is_(False))))
    outcomes: list[Outcome] = []
    for intent_id, intent in by_id.items():
        delivery = known.get(intent_id)
        if delivery is not None and delivery.provider == "local":
            outcomes.append(
                sent(intent, provider="local") if intent_id in kept else later(intent, "It is not in the sink.")
            )
        elif delivery is not None and delivery.status in ("sent", "delivered", "bounced", "complained"):
            told = {"told": delivery.status}
            message_id = delivery.provider_message_id
            outcomes.append(sent(intent, provider=delivery.provider, message_id=message_id, facts=told))
    return outcomes


async def _note(session: AsyncSession, prepared: Prepared) -> None:
    """Who is about to get a mail, so that whatever comes back finds it, even after a crash."""
    noted = [
        {
            "id": intent.id, "organisation_id": intent.organisation_id, "sender_id": sender_id,
            "person_id": intent.person_id, "campaign_id": intent.campaign_id, "journey_id": intent.journey_id,
            "step_key": intent.step_key, "purpose": intent.purpose, "domain": outgoing.domain_of(intent.address),
            "address_sealed": ADDRESS.seal(intent.id, intent.address), "subject": letter.subject[:500],
            "conversation_key": intent.content.get("conversation_key"), "created_at": now(), "status": "sending",
            "provider": prepared.senders[sender_id].adapter, "bounce": "none", "code": "", "reason": "",
        }
        for sender_id, letters in prepared.letters.items()
        for intent, letter in letters
    ]  # fmt: skip
    if noted:
        await rows.add_deliveries(session, noted)


async def _hand_over(context: SendingContext, prepared: Prepared, sender_id: UUID | None, record: Record) -> None:
    sender, letters = prepared.senders[sender_id], list(prepared.letters[sender_id])
    tally = _Tally()
    waiting = iter(letters)

    async def run(adapter: MailAdapter) -> None:
        # One iterator for all: whoever is free takes the next letter.
        for intent, letter in waiting:
            try:
                outcome = await _one(adapter, sender, intent, letter, tally, record)
            except Exception:
                # A vendor's surprise about one letter: the ledger accounts for it, the others go on.
                log.exception("email.adapter_failed", adapter=sender.adapter, intent_id=str(intent.id))
                continue
            tally.outcomes.append((intent, letter, outcome))
            if sender.adapter != "local":
                await record(outcome)

    async with _adapter(context.database, sender_id, sender) as adapter:
        await asyncio.gather(*(run(adapter) for _ in range(min(adapter.spec.connections, len(letters)))))
    async with context.database.transaction(context.actor) as session:
        await _keep(session, sender_id, sender, tally)
    if sender.adapter == "local":
        # Only what is in the sink was sent.
        await record(*(outcome for _, _, outcome in tally.outcomes))


@asynccontextmanager
async def _adapter(database: Database, sender_id: UUID | None, sender: OpenSender) -> AsyncIterator[MailAdapter]:
    """The adapter of a sender as it is; that of a former version is closed when its last batch is through."""
    known = _open.setdefault(database, {})
    former = known.get(sender_id)
    kept = former
    if kept is None or kept.version != sender.version:
        kept = known[sender_id] = _Kept(sender.version, opening.adapter_of(sender, database.settings))
        if former is not None and not former.users:
            await former.adapter.__aexit__(None, None, None)
    kept.users += 1
    try:
        yield kept.adapter
    finally:
        kept.users -= 1
        if not kept.users and known.get(sender_id) is not kept:
            await kept.adapter.__aexit__(None, None, None)


async def close(database: Database) -> None:
    """Hang up all connections of a process."""
    for kept in _open.pop(database, {}).values():
        await kept.adapter.__aexit__(None, None, None)


async def _one(
    adapter: MailAdapter, sender: OpenSender, intent: ClaimedIntent, letter: Letter, tally: _Tally, record: Record
) -> Outcome:
    domain = outgoing.domain_of(intent.address)
    if tally.broken is not None:
        return later(intent, tally.broken, after_seconds=_STOPPED_SECONDS, provider=sender.adapter)
    if domain in tally.resting:
        return later(
            intent, f"{domain} asked for a rest.", after_seconds=tally.resting[domain], provider=sender.adapter
        )

    async def expose() -> bool:
        return intent.id in await record.exposing(intent)

    try:
        accepted = await adapter.send(letter, sender.key, expose)
    except Refused as no:
        if no.hard:
            known = {"message_id": intent.id, "recipient": intent.address, "code": no.code, "reason": no.reason}
            tally.hard.append(ProviderFact(kind="bounced", id=f"sent:{intent.id}", at=now(), hard=True, **known))
        return refused(intent, no.reason[:1000], provider=sender.adapter, facts={"code": no.code} if no.code else None)
    except Later as wait:
        if wait.domain_wide:
            tally.resting[domain] = wait.after_seconds or 60.0
        return later(intent, wait.reason[:1000], after_seconds=wait.after_seconds, provider=sender.adapter)
    except Lost as doubt:
        return unknown(intent, doubt.reason[:1000], provider=sender.adapter)
    except SenderBroken as broken:
        tally.broken = broken.reason[:1000]
        return later(intent, tally.broken, after_seconds=_STOPPED_SECONDS, provider=sender.adapter)
    except ConnectionError as failure:
        return later(intent, str(failure), provider=sender.adapter)
    told = {"sender": sender.address.address}
    return sent(intent, provider=sender.adapter, message_id=accepted.provider_message_id, facts=told)


async def settle_told(session: AsyncSession, messages: Sequence[MessageFact]) -> None:
    """What the ledger says became of mails: for those whose attempt died before it could keep that itself."""
    told = [
        (fact.intent_id, "sent" if fact.state == "sent" else "refused", None, "", " ".join(fact.reasons)[:1000])
        for fact in messages
        if fact.channel == "email"
    ]
    await rows.settle(session, told, at=now())


async def _keep(session: AsyncSession, sender_id: UUID | None, sender: OpenSender, tally: _Tally) -> None:
    """Deliveries, counters, rests and the sender's own state, in one transaction."""
    moment = now()
    results = Counter(outcome.result for _, _, outcome in tally.outcomes)
    settled = [
        (intent.id, _STATUS[outcome.result], outcome.provider_message_id, "", outcome.reason)
        for intent, _, outcome in tally.outcomes
    ]
    await rows.settle(session, settled, at=moment)
    if sender.adapter == "local":
        await _sink(session, tally)
    if sender_id is not None and tally.outcomes:
        organisation_id = tally.outcomes[0][0].organisation_id
        await rows.count(
            session, organisation_id, sender_id, moment.date(), sent=results["sent"],
            reserved=-(results["later"] + results["refused"]),
        )  # fmt: skip
        if tally.resting:
            await rows.let_rest(
                session, sender_id, sorted(tally.resting), at=moment, seconds=min(tally.resting.values())
            )
        reached = {outgoing.domain_of(i.address) for i, _, outcome in tally.outcomes if outcome.result == "sent"}
        await rows.rested(session, sender_id, sorted(reached - tally.resting.keys()))
        if tally.broken is not None:
            await facts.stop_sender(session, sender_id, tally.broken, until=moment + _BROKEN_FOR)
    if tally.hard:
        await facts.take(session, "sending", tally.hard)


async def _sink(session: AsyncSession, tally: _Tally) -> None:
    """Mails of the local sender, for those who may read the sink."""
    taken = [(intent, letter) for intent, letter, outcome in tally.outcomes if outcome.result == "sent"]
    for intent, letter in taken:
        values = {
            "id": intent.id, "organisation_id": intent.organisation_id, "kind": "message",
            "to_email": letter.to.address, "to_name": letter.to.name, "subject": letter.subject,
            "html_sealed": HTML.seal(intent.id, letter.html) if letter.html else None,
            "body_sealed": BODY.seal(intent.id, letter.text),
            "link_sealed": None, "leaves": False, "created_at": now(),
        }  # fmt: skip
        await session.execute(insert(SunkMail).values(values).on_conflict_do_nothing())
