"""What follows from an attempt: delivered, tried again later, given up, endpoint disabled."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.events import AuditRecorded
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.catalogue import PING
from tradewind.modules.webhooks.models import Endpoint
from tradewind.modules.webhooks.sending import schedule
from tradewind.modules.webhooks.sending.sender import Outcome
from tradewind.modules.webhooks.service import audit_stream, stopping, waking

# Later ones are found by the sweep of every minute.
_OWN_WAKE = timedelta(seconds=70)
_AUDIT = AuditRecorded.public.type if AuditRecorded.public else ""


async def record(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Store attempts of one organisation and all that follows from them, in the session's transaction."""
    steps = {outcome.claim.delivery_id: _step(outcome) for outcome in outcomes}
    # Endpoints first: whoever deletes one locks in the same order.
    ids = {outcome.claim.endpoint_id for outcome in outcomes}
    endpoints = await repository.locked_endpoints(session, list(ids))
    first_attempts = await repository.finish_attempts(session, list(steps.values()))
    known = [outcome for outcome in outcomes if outcome.claim.delivery_id in first_attempts]
    if not known:
        return
    await repository.add_attempts(session, [_row(outcome) for outcome in known])
    by_endpoint: defaultdict[UUID, list[Outcome]] = defaultdict(list)
    for outcome in known:
        by_endpoint[outcome.claim.endpoint_id].append(outcome)
    waits = [step.due_at - now() for step in steps.values() if step.due_at is not None]
    for endpoint in endpoints:
        part = by_endpoint[endpoint.id]
        _note(endpoint, part)
        _rewind_audit_log(endpoint, part, steps)
        await session.flush()
        reason = _reason_to_disable(endpoint, part, steps, first_attempts)
        if reason is not None and endpoint.state != "disabled":
            await stopping.disable(session, endpoint, reason)
        elif any(outcome.delivered and outcome.claim.content.type == _AUDIT for outcome in part):
            await audit_stream.cut(session, endpoint.id)
        if endpoint.rest_until is not None:
            waits.append(endpoint.rest_until - now())
    waits = [wait for wait in waits if wait <= _OWN_WAKE]
    if waits:
        # The last to come: an earlier one that is due then goes along, and resting endpoints are awake again.
        for wait in {min(waits), max(waits)}:
            await waking.wake(session, after=max(wait, timedelta()))


def _step(outcome: Outcome) -> repository.Step:
    delay = None
    if not outcome.delivered and not outcome.gone and outcome.claim.content.type != PING:
        delay = schedule.next_delay(outcome.claim.step, outcome.retry_after_seconds)
    state = "delivered" if outcome.delivered else "failed" if delay is None else "waiting"
    return repository.Step(
        delivery_id=outcome.claim.delivery_id,
        state=state,
        due_at=None if delay is None else now() + delay,
        started_at=outcome.started_at,
        finished_at=now() if delay is None else None,
        status=outcome.status,
        error=outcome.error,
    )


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "id": new_id(),
        "organisation_id": outcome.claim.content.organisation_id,
        "endpoint_id": outcome.claim.endpoint_id,
        "delivery_id": outcome.claim.delivery_id,
        "started_at": outcome.started_at,
        "duration_ms": outcome.duration_ms,
        "format": outcome.claim.format,
        "signature": outcome.signature,
        "status": outcome.status,
        "error": outcome.error,
        "answer": outcome.answer,
        "retry_after_seconds": None if outcome.retry_after_seconds is None else round(outcome.retry_after_seconds),
    }


def _note(endpoint: Endpoint, outcomes: list[Outcome]) -> None:
    for outcome in sorted(outcomes, key=lambda entry: entry.started_at):
        if outcome.delivered:
            endpoint.last_success_at = now()
            endpoint.failures_in_row, endpoint.rest_until = 0, None
            continue
        endpoint.last_failure_at = now()
        endpoint.failures_in_row += 1
        if outcome.overloaded:
            endpoint.rest_until = now() + schedule.rest(endpoint.failures_in_row, outcome.retry_after_seconds)


def _rewind_audit_log(endpoint: Endpoint, outcomes: list[Outcome], steps: dict[UUID, repository.Step]) -> None:
    """Rows of a message that was given up are cut again once the endpoint is resumed."""
    for outcome in outcomes:
        content = outcome.claim.content
        if content.type == _AUDIT and steps[outcome.claim.delivery_id].state == "failed":
            endpoint.audit_position = int(content.data["first"]) - 1


def _reason_to_disable(
    endpoint: Endpoint,
    outcomes: list[Outcome],
    steps: dict[UUID, repository.Step],
    first_attempts: dict[UUID, datetime],
) -> str | None:
    """Why the endpoint must not receive anything more, None if it may.

    One message that the receiver never accepts is no reason while others get through, except in the audit log,
    of which no row may be left out.
    """
    if any(outcome.gone for outcome in outcomes):
        return "The receiver answered 410 Gone."
    for outcome in outcomes:
        content, first = outcome.claim.content, first_attempts[outcome.claim.delivery_id]
        if steps[outcome.claim.delivery_id].state != "failed" or content.type == PING:
            continue
        if content.type == _AUDIT or endpoint.last_success_at is None or endpoint.last_success_at < first:
            return f"All {schedule.ATTEMPTS} attempts to deliver a message failed. Last: {outcome.error}"
    return None
