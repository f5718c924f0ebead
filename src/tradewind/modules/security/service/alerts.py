"""Alerts: reading them, dealing with them, telling administrators; the rules; locked accounts."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.pagination import Page
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail
from tradewind.modules.identity import api as identity
from tradewind.modules.security import repository
from tradewind.modules.security.errors import AlertClosed, AlertNotFound, LockNotFound, RuleNotFound
from tradewind.modules.security.models import Alert, RuleSettings
from tradewind.modules.security.rules import RULES, Rule
from tradewind.modules.security.schemas import AlertRead, AlertUpdate, LockRead, RuleRead, RuleUpdate
from tradewind.settings import get_settings

# What is low is told in the app only: mails that nobody reads hide those that matter.
_MAILED = frozenset({"medium", "high"})


async def page(session: AsyncSession, *, is_closed: bool | None, cursor: str | None, limit: int) -> Page[AlertRead]:
    """Alerts, newest first. Raises InvalidCursor."""
    rows, following, previous = await repository.alert_page(session, is_closed=is_closed, cursor=cursor, limit=limit)
    return Page(items=[_shown(row) for row in rows], next_cursor=following, previous_cursor=previous)


async def read(session: AsyncSession, alert_id: UUID) -> AlertRead:
    """One alert. Raises AlertNotFound."""
    found = await repository.alert(session, alert_id)
    if found is None:
        raise AlertNotFound()
    return _shown(found)


async def handle(session: AsyncSession, alert_id: UUID, change: AlertUpdate) -> AlertRead:
    """Acknowledge or close an alert with a note. Raises AlertNotFound, AlertClosed."""
    found = await repository.alert(session, alert_id, lock=True)
    if found is None:
        raise AlertNotFound()
    if found.state == "closed":
        raise AlertClosed("When it happens again, a new alert is raised.")
    actor = actor_of(session)
    before = {"state": found.state, "note": found.note}
    found.state, found.note = change.state, change.note or found.note
    found.handled_by, found.handled_by_name, found.handled_at = actor.user_id, actor.name, now()
    await session.flush()
    await identity.record(
        session, action=f"security.alert_{change.state}", subject_type="security_alert", subject_id=found.id,
        before=before, after={"state": found.state, "note": found.note},
    )  # fmt: skip
    return _shown(found)


async def rules(session: AsyncSession) -> list[RuleRead]:
    """All rules as they work in the organisation."""
    wanted = await repository.settings(session)
    return [_rule(rule, wanted[key]) for key, rule in RULES.items()]


async def change_rule(session: AsyncSession, key: str, change: RuleUpdate) -> RuleRead:
    """Change a rule; it holds from the next event on. Raises RuleNotFound, Invalid."""
    rule = RULES.get(key)
    if rule is None:
        raise RuleNotFound()
    given = change.model_dump(exclude_none=True)
    if rule.hours is None and {"hours_from", "hours_to"} & set(given):
        raise _refused("hours_from", "This rule knows no hours.")
    stored = await repository.stored_settings(session, key)
    wanted = stored or repository.default_settings(rule)
    before = {field: getattr(wanted, field) for field in given}
    for field, value in given.items():
        setattr(wanted, field, value)
    if wanted.hours_from is not None and wanted.hours_to is not None and wanted.hours_from >= wanted.hours_to:
        raise _refused("hours_to", "The working hours must end after they begin.")
    if stored is None:
        wanted.organisation_id = actor_of(session).organisation_id  # pyright: ignore[reportAttributeAccessIssue]
        session.add(wanted)
    await session.flush()
    if before != given:
        await identity.record(
            session, action="security.rule_changed", subject_type="security_rule", before=before,
            after={"rule": key, **given},
        )  # fmt: skip
    return _rule(rule, wanted)


async def locks(session: AsyncSession) -> list[LockRead]:
    """Members whose accounts are locked now."""
    return [
        LockRead(user_id=member.id, name=member.name, email=member.email, locked_until=until)
        for member, until in await identity.locked_members(session)
    ]


async def unlock(session: AsyncSession, user_id: UUID) -> None:
    """Let a member sign in again at once. Raises LockNotFound."""
    if not await identity.unlock_member(session, user_id):
        raise LockNotFound("Perhaps the lock has just run out.")


async def mail_administrators(session: AsyncSession, alert_id: UUID) -> None:
    """Write to all who may deal with the alert, unless it is of low severity or dealt with."""
    alert = await repository.alert(session, alert_id)
    if alert is None or alert.state == "closed" or alert.severity not in _MAILED:
        return
    label, link = RULES[alert.rule].label, f"{get_settings().base_url}/settings/security-monitoring"
    who = alert.subject_name or ("an API key" if alert.subject_type == "api_key" else "a member")
    subject = f"Security alert: {label} ({who})"
    for member in await identity.list_members(session):
        if "security:write" in member.permissions:
            await email.deliver(
                session,
                Mail(
                    "security_alert", member.email, member.name, subject,
                    f"Hello {member.name},\n\n{label}: {who}. {alert.why}\n\nCounted so far: {alert.occurrences:,}, "
                    f"last on {alert.last_at:%d %B %Y, %H:%M} UTC. Look at it here:\n\n{{link}}",
                    link, member.id,
                ),
            )  # fmt: skip


def _shown(row: Alert | Any) -> AlertRead:
    rule = RULES.get(row.rule)
    return AlertRead(
        rule_label=rule.label if rule else row.rule,
        **{name: getattr(row, name) for name in AlertRead.model_fields if name != "rule_label"},
    )


def _rule(rule: Rule, wanted: RuleSettings) -> RuleRead:
    usual = repository.default_settings(rule)
    fields = ("enabled", "threshold", "window_minutes", "severity", "hours_from", "hours_to")
    values = {field: getattr(wanted, field) for field in fields}
    return RuleRead(
        rule=rule.key, label=rule.label, description=rule.description, **values,
        is_default=all(getattr(usual, field) == value for field, value in values.items()),
    )  # fmt: skip


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])
