"""Approvals: a person looks at what is about to reach many people, and agrees or refuses."""

from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.sending.contracts import ApprovalSummary
from tradewind.modules.sending.errors import AlreadyDecided, ApprovalNotFound
from tradewind.modules.sending.events import ApprovalDecided
from tradewind.modules.sending.models import Approval
from tradewind.modules.sending.repository import guards, ledger, reading
from tradewind.modules.sending.schemas import SendApprovalRead
from tradewind.modules.sending.service import telling, waking

_SHOWN = 100


async def list_all(
    session: AsyncSession, *, state: Literal["waiting", "approved", "refused"] | None
) -> list[SendApprovalRead]:
    """The newest approvals."""
    found = await guards.approvals(session, state=state, limit=_SHOWN)
    waiting = await reading.waiting_for(session, [approval.id for approval in found])
    return [
        SendApprovalRead.model_validate({**_columns(approval), "waiting": waiting.get(approval.id, 0)})
        for approval in found
    ]


async def waiting(session: AsyncSession, approval_id: UUID) -> ApprovalSummary | None:
    """An approval that nobody has decided yet."""
    found = await guards.approval(session, approval_id)
    if found is None or found.state != "waiting":
        return None
    messages = (await reading.waiting_for(session, [approval_id])).get(approval_id, 0)
    reasons = tuple(reason["text"] for reason in found.reasons)
    return ApprovalSummary(found.subject_kind, found.subject_id, found.audience_size, messages, reasons)


async def decide(session: AsyncSession, approval_id: UUID, *, approved: bool, note: str) -> SendApprovalRead:
    """Agree, and what waits leaves; or refuse, and it ends. Raises ApprovalNotFound, AlreadyDecided."""
    approval = await guards.approval(session, approval_id)
    if approval is None:
        raise ApprovalNotFound()
    if approval.state != "waiting":
        raise AlreadyDecided(f"{approval.decided_by_name} was faster.")
    actor, moment = actor_of(session), now()
    approval.state = "approved" if approved else "refused"
    approval.note, approval.decided_at = note, moment
    approval.decided_by, approval.decided_by_name = actor.user_id, actor.name
    await session.flush()
    outcome = {} if approved else {"reason": f"{actor.name} refused it." + (f" {note}" if note else "")}
    rows = await ledger.release(
        session, approval_id, state="scheduled" if approved else "blocked", at=moment,
        outcome=orjson.dumps(outcome).decode(),
    )  # fmt: skip
    if approved:
        await waking.wake(session)
    else:
        await telling.tell(session, (telling.fact(row, at=moment, reasons=["approval"]) for row in rows))
    await publish(session, ApprovalDecided(approval_id=approval_id, subject_id=approval.subject_id, approved=approved))
    await identity.record(
        session, action=f"sending.{approval.state}", subject_type=approval.subject_kind, subject_id=approval.subject_id,
        after={"messages": len(rows), "audience_size": approval.audience_size}, reason=note or None,
    )  # fmt: skip
    return SendApprovalRead.model_validate({**_columns(approval), "waiting": 0})


def _columns(approval: Approval) -> dict[str, Any]:
    return {name: getattr(approval, name) for name in SendApprovalRead.model_fields if name != "waiting"}
