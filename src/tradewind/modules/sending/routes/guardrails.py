"""HTTP of guardrails."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Path, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.sending.policies import Guardrail
from tradewind.modules.sending.rules.hours import CALL_HOURS, ELSEWHERE, Week
from tradewind.modules.sending.rules.judge import RULES
from tradewind.modules.sending.schemas import (
    ApprovalDecision,
    CallHours,
    SendApprovalList,
    SendApprovalRead,
    SendPolicyList,
    SendPolicyRead,
    SendPolicyWrite,
    SendRuleList,
    SendRuleRead,
    SendStopCreate,
    SendStopList,
    SendStopRead,
    ShadowReport,
    TrialRequest,
    TrialResult,
)
from tradewind.modules.sending.service import approving, guardrails, reporting, stopping

router = Router(base="/api/v1/sending", tags=["Guardrails"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Key = Annotated[str, Path(max_length=60)]


@router.get("/rules", dependencies=[requires("sending:read")])
async def list_sending_rules() -> SendRuleList:
    """Every rule a message passes, and the hours for calls by country."""
    table = [*sorted(CALL_HOURS.items()), ("*", ELSEWHERE)]
    return SendRuleList(
        items=[SendRuleRead(id=rule, text=text) for rule, text in RULES.items()],
        call_hours=[CallHours(country=country, days=_days(week)) for country, week in table],
    )


@router.get("/policies", dependencies=[requires("sending:read")])
async def list_guardrails(session: Session) -> SendPolicyList:
    """All guardrails, those switched off, too."""
    items = [_read(found) for found in await guardrails.in_force(session)]
    return SendPolicyList(items=items, channels=guardrails.channel_names())


@router.post("/policies", status_code=201, dependencies=[requires("sending:manage")])
async def create_guardrail(session: Session, data: SendPolicyWrite, response: Response) -> SendPolicyRead:
    """Add a guardrail; it holds for the next decision, and for what waits when it comes to leave."""
    return _tagged(response, await guardrails.create(session, name=data.name, mode=data.mode, settings=data.settings))


@router.put("/policies/{key}", dependencies=[requires("sending:manage")])
async def replace_guardrail(
    session: Session, key: Key, data: SendPolicyWrite, response: Response, if_match: IfMatch = None
) -> SendPolicyRead:
    """Change a guardrail, or its mode. The kind of rule stays; a built-in one keeps its name."""
    changed = await guardrails.change(
        session, key, name=data.name, mode=data.mode, settings=data.settings, if_match=if_match
    )
    return _tagged(response, changed)


@router.delete("/policies/{key}", status_code=204, dependencies=[requires("sending:manage")])
async def delete_guardrail(session: Session, key: Key) -> None:
    """Remove a guardrail of your own; built-in ones are switched off instead."""
    await guardrails.remove(session, key)


@router.post("/policies/trial", dependencies=[requires("sending:read")])
async def try_guardrail(session: Session, data: TrialRequest) -> TrialResult:
    """What a guardrail would have done to the messages of the last days. Nothing is kept."""
    return await reporting.trial(session, data.settings, days=data.days)


@router.get("/shadow-report", dependencies=[requires("sending:read")])
async def read_shadow_report(session: Session, days: Annotated[int, Query(ge=1, le=90)] = 30) -> ShadowReport:
    """What guardrails in shadow mode would have stopped."""
    return await reporting.shadow_report(session, days=days)


@router.get("/stops", dependencies=[requires("sending:read")])
async def list_kill_switches(session: Session) -> SendStopList:
    """Kill switches that are thrown."""
    return SendStopList(items=await stopping.thrown(session))


@router.post("/stops", dependencies=[requires("sending:manage")])
async def throw_kill_switch(session: Session, data: SendStopCreate) -> SendStopRead:
    """Stop everything, a channel, a campaign or a journey; it holds for the very next message."""
    return await stopping.throw(session, data)


@router.delete("/stops/{stop_id:uuid}", status_code=204, dependencies=[requires("sending:manage")])
async def lift_kill_switch(
    session: Session,
    stop_id: UUID,
    waiting: Annotated[Literal["send", "cancel"], Query(description="What becomes of messages that waited")] = "send",
) -> None:
    """Let messages leave again. What waited is judged anew, or cancelled."""
    await stopping.lift(session, stop_id, waiting=waiting)


@router.get("/approvals", dependencies=[requires("sending:read")])
async def list_approvals(
    session: Session, state: Literal["waiting", "approved", "refused"] | None = None
) -> SendApprovalList:
    """The newest hundred approvals."""
    return SendApprovalList(items=await approving.list_all(session, state=state))


@router.post("/approvals/{approval_id:uuid}/approve", dependencies=[requires("sending:approve", people=True)])
async def approve_messages(session: Session, approval_id: UUID, data: ApprovalDecision) -> SendApprovalRead:
    """Agree: what waited leaves."""
    return await approving.decide(session, approval_id, approved=True, note=data.note)


@router.post("/approvals/{approval_id:uuid}/refuse", dependencies=[requires("sending:approve", people=True)])
async def refuse_messages(session: Session, approval_id: UUID, data: ApprovalDecision) -> SendApprovalRead:
    """Refuse: what waited ends, and nothing more of the campaign or journey leaves."""
    return await approving.decide(session, approval_id, approved=False, note=data.note)


def _read(found: Guardrail) -> SendPolicyRead:
    return SendPolicyRead(
        key=found.key, name=found.name, rule=found.rule, mode=found.mode, settings=found.settings,
        built_in=found.built_in, version=found.version,
    )  # fmt: skip


def _tagged(response: Response, found: Guardrail) -> SendPolicyRead:
    response.headers["ETag"] = etag(found.version)
    return _read(found)


def _days(week: Week) -> list[list[tuple[int, int]]]:
    return [list(spans) for spans in week.days]
