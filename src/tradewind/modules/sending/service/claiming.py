"""Taking due messages for an attempt, after asking once more whether anything forbids them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.sending.channels import ClaimedIntent
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.models import ADDRESS
from tradewind.modules.sending.repository import guards, ledger
from tradewind.modules.sending.repository.ledger import plain, plain_or_none
from tradewind.modules.sending.rules.judge import Facts, Judged
from tradewind.modules.sending.service import deciding, gathering, guardrails, telling
from tradewind.modules.sending.service.intending import open_approvals
from tradewind.modules.sending.written import blocking_rules, decision_json

# What a kill switch stops is looked at again after this; lifting the switch wakes the worker, but moves no rows.
_STOPPED_REST = timedelta(minutes=1)
# Once may be bad luck: the process was stopped.
_SUSPICIOUS = 2


class Stream(NamedTuple):
    """Messages of one organisation that leave by one channel with one priority."""

    organisation_id: UUID
    channel: str
    priority: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attempt got. `closed` says that a guardrail keeps the whole stream from leaving for now."""

    attempt_id: UUID
    intents: tuple[ClaimedIntent, ...] = ()
    costs: dict[UUID, int] = field(default_factory=dict)
    found: int = 0
    closed: bool = False


async def claim(
    session: AsyncSession, stream: Stream, lanes: Sequence[UUID], *, at: datetime, lease_until: datetime, limit: int
) -> Claim:
    """Take up to `limit` due messages of these lanes; what may not leave now is moved on, with the reasons."""
    attempt_id = new_id()
    await guards.lock(session, stream.organisation_id)
    open_lanes, most = await _open(session, stream, lanes, at)
    if not open_lanes or most == 0:
        return Claim(attempt_id, closed=True)
    rows = await ledger.due(
        session, stream.organisation_id, open_lanes, channel=stream.channel, priority=stream.priority, at=at,
        limit=limit if most is None else min(limit, most),
    )  # fmt: skip
    rows = _together(rows)
    late = [row for row in rows if row["expires_at"] <= at]
    fresh = [row for row in rows if row["expires_at"] > at]
    requests = [_request(row) for row in fresh]
    judged, _ = await deciding.decide(session, requests, [at] * len(requests), planned=False)
    taken = [(row, each) for row, each in zip(fresh, judged, strict=True) if each.decision.verdict == "allow"]
    left = [
        (row, request, each)
        for row, request, each in zip(fresh, requests, judged, strict=True)
        if each.decision.verdict != "allow"
    ]
    await _take(session, stream, attempt_id, taken, at=at, lease_until=lease_until)
    await _move(session, stream, left, late, at)
    addresses = {request.key: request.recipient.address for request in requests}
    intents = tuple(_claimed(row, stream, addresses[str(row["id"])]) for row, _ in taken)
    costs = {intent.id: row["cost_microusd"] for intent, (row, _) in zip(intents, taken, strict=True)}
    return Claim(attempt_id, intents, costs, found=len(rows))


async def _open(
    session: AsyncSession, stream: Stream, lanes: Sequence[UUID], at: datetime
) -> tuple[list[UUID], int | None]:
    """The lanes that nothing stops as a whole, and how many messages the limits leave room for."""
    stops = {(stop.scope, stop.subject) for stop in await guards.stops(session)}
    if stops & {("organisation", ""), ("channel", stream.channel)}:
        return [], 0
    found = [lane for lane in lanes if not stops & {("campaign", str(lane)), ("journey", str(lane))}]
    if stream.channel in gathering.internal_channels() or stream.priority == "transactional":
        return found, None
    policies = [policy for policy in await guardrails.in_force(session) if policy.rule in ("limit", "budget")]
    if not policies or not found:
        return found, None
    facts = Facts(await gathering.zone_of(session), policies)
    await gathering.add_spent(session, facts, found, at)
    rooms = {lane: gathering.room(policies, facts, stream.channel, lane) for lane in found}
    found = [lane for lane in found if rooms[lane] != 0]
    return found, min((room for lane in found if (room := rooms[lane]) is not None), default=None)


async def _take(
    session: AsyncSession,
    stream: Stream,
    attempt_id: UUID,
    taken: Sequence[tuple[asyncpg.Record, Judged]],
    *,
    at: datetime,
    lease_until: datetime,
) -> None:
    if not taken:
        return
    rows = [
        (plain(row["id"]), decision_json(each.decision), " ".join(sorted({*row["shadow"], *each.shadow})))
        for row, each in taken
    ]
    await ledger.take(session, stream.organisation_id, attempt_id, rows, at=at, lease_until=lease_until)
    if stream.channel not in gathering.internal_channels():
        hour = guards.hour(at)
        counted = [(hour, stream.channel, plain(row["lane_id"]), 1, row["cost_microusd"]) for row, _ in taken]
        await guards.count(session, stream.organisation_id, counted)


async def _move(
    session: AsyncSession,
    stream: Stream,
    left: Sequence[tuple[asyncpg.Record, NewIntent, Judged]],
    late: Sequence[asyncpg.Record],
    at: datetime,
) -> None:
    approvals = await open_approvals(session, ((request, each) for _, request, each in left))
    moved = []
    ended: list[tuple[asyncpg.Record, str, list[str]]] = [(row, "expired", ["expiry"]) for row in late]
    for row, request, each in left:
        decision = each.decision
        written = decision_json(decision)
        if decision.verdict == "block":
            moved.append((plain(row["id"]), "blocked", at, written, None, at))
            ended.append((row, "blocked", blocking_rules(decision)))
        elif decision.verdict == "approve":
            approval = approvals.get(request.campaign_id or request.journey_id or ledger.NO_LANE)
            moved.append((plain(row["id"]), "held", row["not_before"], written, approval, None))
        else:
            moved.append(
                (plain(row["id"]), "scheduled", decision.not_before or at + _STOPPED_REST, written, None, None)
            )
    moved += [(plain(row["id"]), "expired", row["not_before"], None, None, at) for row in late]
    if moved:
        await ledger.move(session, stream.organisation_id, moved)
    await telling.tell(
        session, (telling.fact({**row, "state": state}, at=at, reasons=reasons) for row, state, reasons in ended)
    )


def _together(rows: Sequence[asyncpg.Record]) -> Sequence[asyncpg.Record]:
    """Those that share an attempt: the more often theirs broke off, the fewer, until the culprit is alone."""
    suspects = [row for row in rows if row["broken_off"] >= _SUSPICIOUS]
    if not suspects:
        return rows
    suspects.sort(key=lambda row: -row["broken_off"])
    return suspects[: max(1, len(suspects) >> suspects[0]["broken_off"] - 1)]


def _request(row: asyncpg.Record) -> NewIntent:
    return NewIntent(
        # The row's own id: the key of the ledger is of no use here.
        key=str(row["id"]), content={}, channel=row["channel"], purpose=row["purpose"], priority=row["priority"],
        recipient=Recipient(
            # One that is forgotten or damaged is no address, so that the message is blocked.
            address=ADDRESS.readable(plain(row["id"]), row["address_sealed"]) or "",
            person_id=plain_or_none(row["person_id"]), time_zone=row["time_zone"], country=row["country"],
        ),
        campaign_id=plain_or_none(row["campaign_id"]), journey_id=plain_or_none(row["journey_id"]),
        cost_microusd=row["cost_microusd"], sender=row["sender"], expires_at=row["expires_at"],
    )  # fmt: skip


def _claimed(row: asyncpg.Record, stream: Stream, address: str) -> ClaimedIntent:
    return claimed_intent(row, stream.organisation_id, address, attempt=row["attempts"] + 1)


def claimed_intent(row: Any, organisation_id: UUID, address: str, *, attempt: int) -> ClaimedIntent:
    """A row of the ledger as channels see it."""
    return ClaimedIntent(
        id=plain(row["id"]), organisation_id=organisation_id, channel=row["channel"], address=address,
        purpose=row["purpose"], priority=row["priority"], content=row["content"], attempt=attempt,
        person_id=plain_or_none(row["person_id"]), campaign_id=plain_or_none(row["campaign_id"]),
        journey_id=plain_or_none(row["journey_id"]), step_key=row["step_key"], sender=row["sender"],
        created_at=row["created_at"], expires_at=row["expires_at"],
    )  # fmt: skip
