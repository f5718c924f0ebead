"""What became of the sample company's mails: by whom they left, which arrived, and what timelines say of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.kernel.database import actor_of
from tradewind.modules.email.models.delivery import ADDRESS
from tradewind.modules.email.repository import delivery as rows
from tradewind.modules.email.schemas.delivery import SenderCreate
from tradewind.modules.email.service import domains, senders
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.sending.models import ADDRESS as INTENT_ADDRESS

_ADDRESS = "team@northlight.example"
_WARMING_FOR = timedelta(days=12)
_INTENTS = text("""
    SELECT id, state, purpose, person_id, address_sealed, content ->> 'subject' AS subject, provider,
        coalesce(sent_at, not_before) AS at, outcome ->> 'reason' AS reason
    FROM send_intents WHERE key LIKE 'sample-%' AND state IN ('sent', 'refused', 'unknown') ORDER BY id""")
_SETTLE = text("""
    UPDATE email_deliveries SET settled_at = created_at + interval '40 seconds',
        status = CASE WHEN id = ANY (CAST(:bounced AS uuid[])) THEN 'bounced' ELSE 'delivered' END,
        bounce = CASE WHEN id = ANY (CAST(:bounced AS uuid[])) THEN 'hard' ELSE 'none' END,
        code = CASE WHEN id = ANY (CAST(:bounced AS uuid[])) THEN '5.1.1' ELSE '' END,
        reason = CASE WHEN id = ANY (CAST(:bounced AS uuid[])) THEN '550 5.1.1 no such mailbox' ELSE '' END
    WHERE NOT id = ANY (CAST(:open AS uuid[]))""")
_FACTS = text("""
    INSERT INTO email_facts (id, organisation_id, delivery_id, sender_id, source, key, kind, hard, code, reason, at)
    SELECT gen_random_uuid(), organisation_id, id, sender_id, 'sample', id::text, status, bounce = 'hard', code, reason,
        settled_at FROM email_deliveries WHERE status IN ('bounced', 'delivered')""")
_DAYS = text("""
    INSERT INTO email_sender_days (organisation_id, sender_id, day, reserved, sent, delivered, hard)
    SELECT organisation_id, sender_id, created_at::date, count(*), count(*) FILTER (WHERE status = 'delivered'),
        count(*) FILTER (WHERE status = 'delivered'), count(*) FILTER (WHERE status = 'bounced')
    FROM email_deliveries GROUP BY 1, 2, 3""")
_WORDS = {"sent": "E-mail sent", "delivered": "E-mail delivered", "bounced": "E-mail bounced"}


async def add_deliveries(session: AsyncSession) -> None:
    """Let the week's messages have left by a sender of the company that is warming up."""
    begun = clock.now() - _WARMING_FOR
    with clock.frozen(begun):
        sender = await senders.add(
            session,
            SenderCreate(name="Northlight Team", address=_ADDRESS, adapter="local", warm_up=True, daily_limit=2_000),
        )
        await domains.add(session, _ADDRESS.partition("@")[2])
    mails = [row._mapping for row in await session.execute(_INTENTS)]
    await rows.add_deliveries(session, [_delivery(session, mail, sender.id) for mail in mails])
    bounced = [mail["id"] for mail in mails if mail["state"] == "refused"]
    doubtful = [mail["id"] for mail in mails if mail["state"] == "unknown"]
    await session.execute(_SETTLE, {"bounced": bounced, "open": doubtful})
    await session.execute(_FACTS)
    await session.execute(_DAYS)
    told = [(mail, kind) for mail in mails for kind in _kinds(mail["state"])]
    await leads.record_activities(session, [_entry(mail, kind) for mail, kind in told])


def _delivery(session: AsyncSession, mail: Mapping[Any, Any], sender_id: UUID) -> dict[str, Any]:
    address = INTENT_ADDRESS.open_text(mail["id"], mail["address_sealed"])
    return {
        "id": mail["id"], "organisation_id": actor_of(session).organisation_id, "sender_id": sender_id,
        "person_id": mail["person_id"], "purpose": mail["purpose"], "domain": address.rpartition("@")[2],
        "address_sealed": ADDRESS.seal(mail["id"], address), "subject": mail["subject"] or "",
        "provider": mail["provider"], "status": "sending", "created_at": mail["at"],
    }  # fmt: skip


def _kinds(state: str) -> tuple[str, ...]:
    return {"sent": ("sent", "delivered"), "refused": ("bounced",)}.get(state, ())


def _entry(mail: Mapping[Any, Any], kind: str) -> NewActivity:
    after = timedelta(seconds=40 if kind != "sent" else 0)
    return NewActivity(
        id=uuid5(mail["id"], kind), kind=f"email.{kind}", lead_id=mail["person_id"], title=_WORDS[kind],
        body="\n".join(filter(None, (mail["subject"], mail["reason"]))), occurred_at=mail["at"] + after,
        source="E-mail", data={"message_id": str(mail["id"])}, actor_kind="system",
    )  # fmt: skip
