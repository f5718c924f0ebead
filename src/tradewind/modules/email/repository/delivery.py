"""SQL of senders, domains, deliveries and ways in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Double, Integer, TextClause, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email.contracts import SentMail
from tradewind.modules.email.models.delivery import EmailDelivery, EmailDomain, EmailFact, EmailMailbox, EmailSender


def _typed(
    sql: str, *, integers: Sequence[str] = (), moments: Sequence[str] = (), floats: Sequence[str] = ()
) -> TextClause:
    """Statement whose named parameters have types, where PostgreSQL could not tell."""
    kinds = ((integers, Integer()), (moments, DateTime(timezone=True)), (floats, Double()))
    return text(sql).bindparams(*(bindparam(name, type_=kind) for names, kind in kinds for name in names))


async def senders(session: AsyncSession) -> list[EmailSender]:
    """All senders, the default first."""
    return list(await session.scalars(select(EmailSender).order_by(EmailSender.is_default.desc(), EmailSender.id)))


async def sender(session: AsyncSession, sender_id: UUID, *, lock: bool = False) -> EmailSender | None:
    """One sender."""
    statement = select(EmailSender).where(EmailSender.id == sender_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def default_sender(session: AsyncSession) -> EmailSender | None:
    """The sender of account mails, whatever its state."""
    return await session.scalar(select(EmailSender).where(EmailSender.is_default))


async def clear_default(session: AsyncSession) -> None:
    """No sender is the default one."""
    await session.execute(update(EmailSender).where(EmailSender.is_default).values(is_default=False))


async def domains(session: AsyncSession) -> list[EmailDomain]:
    """All sending domains by name."""
    return list(await session.scalars(select(EmailDomain).order_by(EmailDomain.domain)))


async def domain(session: AsyncSession, domain_id: UUID, *, lock: bool = False) -> EmailDomain | None:
    """One sending domain."""
    statement = select(EmailDomain).where(EmailDomain.id == domain_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def mailboxes(session: AsyncSession) -> list[EmailMailbox]:
    """All ways in, oldest first."""
    return list(await session.scalars(select(EmailMailbox).order_by(EmailMailbox.id)))


async def mailbox(session: AsyncSession, mailbox_id: UUID, *, lock: bool = False) -> EmailMailbox | None:
    """One way in."""
    statement = select(EmailMailbox).where(EmailMailbox.id == mailbox_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


_DAYS = text("""
    SELECT sender_id, sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(hard)::int AS hard,
           sum(soft)::int AS soft, sum(complaints)::int AS complaints, sum(replies)::int AS replies,
           coalesce(sum(reserved) FILTER (WHERE day = :today), 0)::int AS today
    FROM email_sender_days WHERE day >= :since GROUP BY sender_id""")


async def days(session: AsyncSession, *, since: date, today: date) -> dict[UUID, Any]:
    """Sums of the senders' days since a day, and what was reserved today."""
    return {row.sender_id: row for row in await session.execute(_DAYS, {"since": since, "today": today})}


_DAYS_SINCE = text("""
    SELECT d.sender_id, sum(d.sent)::int AS sent, sum(d.delivered)::int AS delivered, sum(d.hard)::int AS hard,
           sum(d.complaints)::int AS complaints
    FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS date[])) AS w (sender_id, since)
    JOIN email_sender_days d ON d.sender_id = w.sender_id AND d.day >= w.since GROUP BY d.sender_id""")


async def days_since(session: AsyncSession, since: Mapping[UUID, date]) -> dict[UUID, dict[str, int]]:
    """Sums of senders' days, each since a day of its own: sent, delivered, hard, complaints."""
    found = await session.execute(_DAYS_SINCE, {"ids": list(since), "since": list(since.values())})
    return {row.sender_id: {name: getattr(row, name) for name in row._fields[1:]} for row in found}


_BEGIN_DAY = text("""
    INSERT INTO email_sender_days (organisation_id, sender_id, day) VALUES (:organisation_id, :sender_id, :day)
    ON CONFLICT DO NOTHING""")
# Two who reserve at once take turns at the row, which is there by now.
_RESERVE = _typed(
    """
    WITH former AS (
        SELECT reserved FROM email_sender_days WHERE sender_id = :sender_id AND day = :day FOR UPDATE
    )
    UPDATE email_sender_days d SET reserved = greatest(
        former.reserved, least(former.reserved + :wanted, coalesce(:quota, former.reserved + :wanted)))
    FROM former WHERE d.sender_id = :sender_id AND d.day = :day RETURNING d.reserved - former.reserved""",
    integers=("wanted", "quota"),
)


async def reserve(
    session: AsyncSession, organisation_id: UUID, sender_id: UUID, *, day: date, wanted: int, quota: int | None
) -> int:
    """Take up to `wanted` mails from what a sender may send on a day; returns how many it got."""
    named = {"sender_id": sender_id, "day": day}
    await session.execute(_BEGIN_DAY, {**named, "organisation_id": organisation_id})
    return int(await session.scalar(_RESERVE, {**named, "wanted": wanted, "quota": quota}) or 0)


_PACE = _typed(
    """
    INSERT INTO email_paces AS p (organisation_id, sender_id, domain, minute, sent)
    SELECT :organisation_id, :sender_id, w.domain, :minute, least(w.wanted, w.quota)
    FROM unnest(CAST(:domains AS text[]), CAST(:wanted AS int[]), CAST(:quotas AS int[])) AS w (domain, wanted, quota)
    ORDER BY w.domain
    ON CONFLICT (sender_id, domain) DO UPDATE SET
        minute = excluded.minute,
        sent = CASE WHEN p.rests_until > :at THEN p.sent
                    WHEN p.minute = excluded.minute THEN p.sent + excluded.sent ELSE excluded.sent END
    RETURNING domain, sent, rests_until""",
    moments=("at", "minute"),
)


async def take_pace(
    session: AsyncSession,
    organisation_id: UUID,
    sender_id: UUID,
    wanted: dict[str, int],
    quotas: dict[str, int],
    *,
    at: datetime,
) -> dict[str, tuple[int, datetime | None]]:
    """Count mails to receiving domains in this minute: the count after it, and until when a domain rests."""
    values = {
        "organisation_id": organisation_id, "sender_id": sender_id, "minute": at.replace(second=0, microsecond=0),
        "domains": list(wanted), "wanted": list(wanted.values()), "quotas": [quotas[name] for name in wanted], "at": at,
    }  # fmt: skip
    return {row.domain: (row.sent, row.rests_until) for row in await session.execute(_PACE, values)}


_REST = _typed(
    """
    UPDATE email_paces SET rests = rests + 1,
        rests_until = :at + least(3600, greatest(:shortest, 60 * power(2, least(rests, 10)))) * interval '1 second'
    WHERE sender_id = :sender_id AND domain = ANY (CAST(:domains AS text[])) AND coalesce(rests_until, :at) <= :at""",
    moments=("at",),
    floats=("shortest",),
)
_RESTED = text("""
    UPDATE email_paces SET rests = 0, rests_until = NULL
    WHERE sender_id = :sender_id AND domain = ANY (CAST(:domains AS text[])) AND rests > 0""")


async def let_rest(
    session: AsyncSession, sender_id: UUID, domains: Collection[str], *, at: datetime, seconds: float
) -> None:
    """Receiving domains asked to be left alone: longer each time in a row."""
    values = {"sender_id": sender_id, "domains": list(domains), "at": at, "shortest": seconds}
    await session.execute(_REST, values)


async def rested(session: AsyncSession, sender_id: UUID, domains: Collection[str]) -> None:
    """Receiving domains take mails again."""
    await session.execute(_RESTED, {"sender_id": sender_id, "domains": list(domains)})


_COUNTERS = ("reserved", "sent", "delivered", "hard", "soft", "complaints", "replies")
_COUNT = _typed(
    """
    INSERT INTO email_sender_days AS d
        (organisation_id, sender_id, day, reserved, sent, delivered, hard, soft, complaints, replies)
    VALUES (:organisation_id, :sender_id, :day, greatest(0, :reserved), :sent, :delivered, :hard, :soft, :complaints,
            :replies)
    ON CONFLICT (sender_id, day) DO UPDATE SET
        reserved = greatest(0, d.reserved + :reserved), sent = d.sent + :sent, delivered = d.delivered + :delivered,
        hard = d.hard + :hard, soft = d.soft + :soft, complaints = d.complaints + :complaints,
        replies = d.replies + :replies""",
    integers=_COUNTERS,
)


async def count(session: AsyncSession, organisation_id: UUID, sender_id: UUID, day: date, **more: int) -> None:
    """Add to the counters of a sender's day; `reserved` may go down."""
    values = {**dict.fromkeys(_COUNTERS, 0), **more}
    await session.execute(_COUNT, {"organisation_id": organisation_id, "sender_id": sender_id, "day": day, **values})


async def add_deliveries(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Note mails that are about to leave; one of another attempt is there already."""
    statement = insert(EmailDelivery).values(rows)
    renewed = {name: statement.excluded[name] for name in ("sender_id", "provider", "subject", "domain")}
    settled = statement.on_conflict_do_update(
        index_elements=["id"], set_={**renewed, "status": "sending"}, where=EmailDelivery.status == "sending"
    )
    await session.execute(settled)


async def settle(
    session: AsyncSession, rows: Sequence[tuple[UUID, str, str | None, str, str]], *, at: datetime
) -> None:
    """What became of attempts: (id, status, provider's id, code, reason); what is known already is not overwritten."""
    if not rows:
        return
    await session.execute(
        text("""
            UPDATE email_deliveries d SET
                status = CASE WHEN d.status IN ('sending', 'deferred') THEN v.status ELSE d.status END,
                code = CASE WHEN d.status IN ('sending', 'deferred') THEN v.code ELSE d.code END,
                reason = CASE WHEN d.status IN ('sending', 'deferred') THEN v.reason ELSE d.reason END,
                settled_at = CASE WHEN d.status IN ('sending', 'deferred') THEN CAST(:at AS timestamptz)
                                  ELSE d.settled_at END,
                provider_message_id = coalesce(v.provider_id, d.provider_message_id)
            FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:provider_ids AS text[]),
                        CAST(:codes AS text[]), CAST(:reasons AS text[])) AS v (id, status, provider_id, code, reason)
            WHERE d.id = v.id AND (d.status IN ('sending', 'deferred')
                                   OR (v.provider_id IS NOT NULL AND d.provider_message_id IS NULL))"""),
        {
            "at": at, "ids": [row[0] for row in rows], "statuses": [row[1] for row in rows],
            "provider_ids": [row[2] for row in rows], "codes": [row[3] for row in rows],
            "reasons": [row[4] for row in rows],
        },
    )  # fmt: skip


async def deliveries(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, EmailDelivery]:
    """Deliveries by id, locked in one order: providers post the same mails side by side."""
    statement = select(EmailDelivery).where(EmailDelivery.id.in_(ids)).order_by(EmailDelivery.id)
    found = await session.scalars(statement.with_for_update())
    return {row.id: row for row in found}


async def sent_mails(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, SentMail]:
    """Subjects of mails and what they were sent for, by id."""
    rows = await session.execute(
        select(
            EmailDelivery.id, EmailDelivery.subject, EmailDelivery.campaign_id, EmailDelivery.journey_id,
            EmailDelivery.step_key,
        ).where(EmailDelivery.id.in_(ids))
    )  # fmt: skip
    return {row.id: SentMail(row.subject, row.campaign_id, row.journey_id, row.step_key) for row in rows}


async def deliveries_by_provider(
    session: AsyncSession, provider: str, ids: Collection[str]
) -> dict[str, EmailDelivery]:
    """Deliveries by the provider's own id of them."""
    statement = select(EmailDelivery).where(
        EmailDelivery.provider == provider, EmailDelivery.provider_message_id.in_(ids)
    )
    found = await session.scalars(statement.order_by(EmailDelivery.id).with_for_update())
    return {row.provider_message_id: row for row in found if row.provider_message_id}


async def add_fact(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Store what somebody said, once; False if it was known."""
    statement = insert(EmailFact).values(values).on_conflict_do_nothing().returning(EmailFact.id)
    return await session.scalar(statement) is not None


async def soft_days(session: AsyncSession, address_hash: bytes, *, since: datetime) -> int:
    """On how many days mails to an address came back softly since its last delivery, or since a moment."""
    delivered = (
        select(func.max(EmailFact.at))
        .where(EmailFact.address_hash == address_hash, EmailFact.kind == "delivered")
        .scalar_subquery()
    )
    statement = select(func.count(func.distinct(func.date_trunc("day", EmailFact.at)))).where(
        EmailFact.address_hash == address_hash, EmailFact.kind == "bounced", EmailFact.hard.is_(False),
        EmailFact.at > func.greatest(since, func.coalesce(delivered, since)),
    )  # fmt: skip
    return int(await session.scalar(statement) or 0)
