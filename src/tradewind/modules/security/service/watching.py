"""Storing security events, and judging each as it comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.errors import MemberNotFound
from tradewind.modules.security import repository
from tradewind.modules.security.events import AlertContinued, AlertRaised
from tradewind.modules.security.models import Alert
from tradewind.modules.security.repository import Finding
from tradewind.modules.security.rules import RULES, duration
from tradewind.modules.security.schemas import SubjectType

TOLD_AGAIN_AFTER = timedelta(hours=1)
_MAX_NETWORKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that happened; `id` makes it count once."""

    id: UUID
    kind: str
    subject_id: UUID
    occurred_at: datetime
    subject_type: SubjectType = "user"
    subject_name: str = ""
    ip: str | None = None
    device: str | None = None
    time_zone: str | None = None
    quantity: int = 1


async def observe(session: AsyncSession, seen: Observation) -> None:
    """Store what happened, and raise or count on the alerts that follow from it."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    await repository.hold(session, organisation_id)
    await repository.add_event(
        session,
        {
            "id": seen.id, "organisation_id": organisation_id, "kind": seen.kind, "subject_type": seen.subject_type,
            "subject_id": seen.subject_id, "ip": seen.ip, "network": identity.address_range(seen.ip),
            "device": seen.device, "time_zone": seen.time_zone, "quantity": seen.quantity,
            "occurred_at": seen.occurred_at,
        },
    )  # fmt: skip
    wanted = await repository.settings(session)
    rules = [(rule, wanted[rule.key]) for rule in RULES.values() if seen.kind in rule.kinds]
    rules = [(rule, chosen) for rule, chosen in rules if chosen.enabled]
    if not rules:
        return
    found = await repository.findings(session, rules, subject_type=seen.subject_type, subject_id=seen.subject_id)
    for finding in found:
        if finding.counts_on:
            await _count_on(session, finding)
        else:
            chosen = wanted[finding.rule]
            await _raise(session, seen, finding, chosen.severity, chosen.window_minutes)


async def _raise(session: AsyncSession, seen: Observation, finding: Finding, severity: str, minutes: int) -> None:
    alert = Alert(
        organisation_id=actor_of(session).organisation_id,
        rule=finding.rule,
        subject_type=seen.subject_type,
        subject_id=seen.subject_id,
        subject_name=await _name(session, seen),
        severity=severity,
        occurrences=finding.hits,
        why=RULES[finding.rule].why.format(
            hits=f"{finding.hits:,}", window=duration(minutes), threshold=finding.threshold
        ),
        networks=finding.networks[:_MAX_NETWORKS],
        first_at=finding.first_at,
        last_at=finding.last_at,
        last_position=finding.last_position,
        told_at=now(),
    )
    session.add(alert)
    await session.flush()
    await identity.record(
        session, action="security.alert_raised", subject_type="security_alert", subject_id=alert.id,
        after={"rule": alert.rule, "severity": severity, "subject_type": seen.subject_type, "subject": seen.subject_id},
        reason=alert.why,
    )  # fmt: skip
    await publish(
        session,
        AlertRaised(
            alert_id=alert.id, rule=alert.rule, severity=severity, subject_type=seen.subject_type,
            subject_id=seen.subject_id,
        ),
    )  # fmt: skip


async def _count_on(session: AsyncSession, finding: Finding) -> None:
    assert finding.alert_id is not None
    alert = await repository.alert(session, finding.alert_id, lock=True)
    assert alert is not None
    alert.occurrences += finding.hits
    alert.last_at = max(alert.last_at, finding.last_at)
    alert.last_position = finding.last_position
    alert.networks = sorted({*alert.networks, *finding.networks})[:_MAX_NETWORKS]
    if alert.state == "open" and now() - alert.told_at >= TOLD_AGAIN_AFTER:
        alert.told_at = now()
        await publish(session, AlertContinued(alert_id=alert.id))
    await session.flush()


async def _name(session: AsyncSession, seen: Observation) -> str:
    if seen.subject_name or seen.subject_type != "user":
        return seen.subject_name
    try:
        return (await identity.member(session, seen.subject_id)).name
    except MemberNotFound:
        return ""
