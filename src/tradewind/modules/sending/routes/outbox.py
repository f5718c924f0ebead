"""HTTP of the ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.sending.contracts import Recipient, SendRequest, State
from tradewind.modules.sending.schemas import (
    CheckRequest,
    OutboxOverview,
    ResolveRequest,
    SendDecisionRead,
    SendIntentRead,
    SendIntentRow,
    WithdrawRequest,
)
from tradewind.modules.sending.service import deciding, outbox, settling
from tradewind.modules.sending.service.guardrails import check_channels
from tradewind.modules.sending.written import decision_data

router = Router(base="/api/v1/sending", tags=["Outbox"])


@router.get("/overview", dependencies=[requires("sending:read")])
async def read_outbox_overview(session: Session) -> OutboxOverview:
    """How many messages wait, went, did not, and are unknown."""
    return await outbox.overview(session)


@router.get("/intents", dependencies=[requires("sending:read")])
async def list_messages(
    session: Session,
    state: Annotated[list[State] | None, Query(max_length=9)] = None,
    channel: Annotated[str | None, Query(min_length=1, max_length=60)] = None,
    person_id: UUID | None = None,
    campaign_id: UUID | None = None,
    journey_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[SendIntentRow]:
    """Messages, newest first, each with why it waits or did not leave."""
    filters = {
        "state": state or None, "channel": channel, "person_id": person_id, "campaign_id": campaign_id,
        "journey_id": journey_id,
    }  # fmt: skip
    return await outbox.page(session, filters, cursor=cursor, limit=limit)


@router.get("/intents/{intent_id:uuid}", dependencies=[requires("sending:read")])
async def read_message(session: Session, intent_id: UUID) -> SendIntentRead:
    """A message with every reason of its decision."""
    return await outbox.read(session, intent_id)


@router.post("/intents/{intent_id:uuid}/withdraw", dependencies=[requires("sending:manage")])
async def withdraw_message(session: Session, intent_id: UUID, data: WithdrawRequest) -> SendIntentRead:
    """Keep a message that waits from leaving."""
    await settling.withdraw_one(session, intent_id, reason=data.reason)
    return await outbox.read(session, intent_id)


@router.post("/intents/{intent_id:uuid}/resolve", dependencies=[requires("sending:manage")])
async def resolve_message(session: Session, intent_id: UUID, data: ResolveRequest) -> SendIntentRead:
    """Say what became of an unknown message: it was sent, it was not, or it is to be sent again."""
    await settling.resolve(session, intent_id, data.verdict, note=data.note)
    return await outbox.read(session, intent_id)


@router.post("/check", dependencies=[requires("sending:read")])
async def check_message(session: Session, data: CheckRequest) -> SendDecisionRead:
    """Whether a message would leave now, with every reason. Nothing is sent or kept."""
    check_channels([data.channel])
    recipient = Recipient(
        address=data.address, person_id=data.person_id, time_zone=data.time_zone, country=data.country
    )
    request = SendRequest(channel=data.channel, recipient=recipient, purpose=data.purpose)
    [decision] = await deciding.may_send(session, [request], now())
    return SendDecisionRead.model_validate(decision_data(decision))
