"""What analytics does when something happened elsewhere: notify people, renew figures."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import Event, subscriber
from tradewind.kernel.jobs import enqueue
from tradewind.modules.ai.events import BudgetReached
from tradewind.modules.analytics import repository
from tradewind.modules.analytics.jobs import RefreshDashboard, refresh_dashboard
from tradewind.modules.analytics.service import notifications
from tradewind.modules.campaigns.events import JourneyHeld
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail, MailKind
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.events import DocumentsDue
from tradewind.modules.leads.events import LeadsImported
from tradewind.modules.leads.events_deals import DealWon
from tradewind.modules.meetings import api as meetings
from tradewind.modules.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingFact,
    MeetingMoved,
    MeetingRequested,
)
from tradewind.modules.meetings.events_calendars import CalendarDisconnected
from tradewind.modules.scoring.events import LeadsScored, ModelTrained
from tradewind.modules.security import api as security
from tradewind.modules.security.events import AlertRaised
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.events import ApprovalRequested
from tradewind.modules.webhooks.events import EndpointDisabled, EndpointPaused
from tradewind.settings import get_settings


@subscriber(LeadsImported)
async def on_leads_imported(session: AsyncSession, event: LeadsImported) -> None:
    """Tell whoever started the import that it is done, and renew the figures."""
    starter = await repository.starter_of(session, f"import:{event.import_id}")
    people = [starter] if starter else await notifications.holders_of(session, "leads:import")
    await notifications.notify(
        session,
        people,
        kind="import.finished",
        title="Import finished",
        body=f"{event.created:,} leads added, {event.updated:,} updated.",
        subject_type="import",
        subject_id=event.import_id,
        dedupe_key=f"import:{event.id}",
    )
    await _renew_figures(session, event)


@subscriber(DealWon)
async def on_deal_won(session: AsyncSession, event: DealWon) -> None:
    """Good news is for everyone who sees deals."""
    deal = await repository.deal_name_and_owner(session, event.deal_id)
    if deal is None:
        return
    amount = "" if event.amount_minor is None else f"{event.amount_minor / 100:,.0f} {event.currency}"
    await notifications.notify(
        session,
        await identity.who_sees(session, "deals:read", owner_id=deal.owner_id),
        kind="deal.won",
        title=f"Deal won: {deal.name}",
        body=amount,
        subject_type="deal",
        subject_id=event.deal_id,
        dedupe_key=f"deal:{event.deal_id}:won",
    )


@subscriber(ModelTrained)
async def on_model_trained(session: AsyncSession, event: ModelTrained) -> None:
    """Those who may train want to know how it went."""
    await notifications.notify(
        session,
        await notifications.holders_of(session, "scoring:write"),
        kind="score.trained",
        title=f"Score trained: model version {event.version}",
        body="It scores leads from now on." if event.promoted else "The present model stays; it does better.",
        subject_type="scoring_model",
        subject_id=event.model_id,
        dedupe_key=f"model:{event.model_id}",
    )


@subscriber(LeadsScored)
async def on_leads_scored(session: AsyncSession, event: LeadsScored) -> None:
    """Many scores moved at once."""
    await _renew_figures(session, event)


@subscriber(EndpointDisabled)
async def on_endpoint_disabled(session: AsyncSession, event: EndpointDisabled) -> None:
    """Data no longer arrives somewhere: those who can mend it hear of it in the app and by mail."""
    advice = "Mend the receiver, then set the endpoint going again and send the failed messages once more"
    await _tell_of_endpoint(session, event, "disabled", "A webhook endpoint was switched off", advice)


@subscriber(EndpointPaused)
async def on_endpoint_paused(session: AsyncSession, event: EndpointPaused) -> None:
    """Messages wait until somebody else answers for the endpoint."""
    advice = "Its messages wait. Who may hear of all its events can set it going again, in their own name"
    await _tell_of_endpoint(session, event, "paused", "A webhook endpoint was paused", advice)


async def _tell_of_endpoint(
    session: AsyncSession,
    event: EndpointDisabled | EndpointPaused,
    what: Literal["disabled", "paused"],
    title: str,
    advice: str,
) -> None:
    people = await notifications.holders_of(session, "webhooks:write")
    await notifications.notify(
        session,
        people,
        kind=f"webhook.{what}",
        title=title,
        body=f"{event.url}: {event.reason}",
        subject_type="webhook_endpoint",
        subject_id=event.endpoint_id,
        dedupe_key=f"webhook:{event.id}",
    )
    words = f"Tradewind no longer sends webhooks to {event.url}. {event.reason}\n\n{advice}:"
    kind = "webhook_disabled" if what == "disabled" else "webhook_paused"
    await _mail(session, people, kind, title, words, f"/settings/webhooks/{event.endpoint_id}")


@subscriber(AlertRaised)
async def on_security_alert(session: AsyncSession, event: AlertRaised) -> None:
    """Those who watch over security hear of it in the app; the mail is written by the module itself."""
    alert = await security.alert(session, event.alert_id)
    await notifications.notify(
        session,
        await notifications.holders_of(session, "security:read"),
        kind="security.alert",
        title=f"Security alert: {alert.label}",
        body=f"{alert.subject_name}: {alert.why}" if alert.subject_name else alert.why,
        subject_type="security_alert",
        subject_id=event.alert_id,
        dedupe_key=f"security:{event.alert_id}",
    )


@subscriber(BudgetReached)
async def on_budget_reached(session: AsyncSession, event: BudgetReached) -> None:
    """Money for models runs out: those who may raise the budget hear of it in the app and by mail."""
    people = await notifications.holders_of(session, "ai:write")
    state = f"is {event.level} % spent"
    body = f"${event.spent_microusd / 1e6:,.2f} of ${event.limit_microusd / 1e6:,.2f} this {event.period}."
    if event.level == 100:
        # A call is refused as soon as it might cost more than what is left.
        left = event.stops and event.spent_microusd < event.limit_microusd
        state = "no longer covers every call" if left else "is used up"
        if event.stops:
            asked = "are asked only what the rest covers" if left else "are no longer asked"
            body += f" Models {asked}; features work their local way until it is raised or the period ends."
    title = f"Budget “{event.budget_name}” {state}"
    await notifications.notify(
        session,
        people,
        kind="ai.budget",
        title=title,
        body=body,
        subject_type="ai_budget",
        subject_id=event.budget_id,
        dedupe_key=f"ai_budget:{event.id}",
    )
    await _mail(session, people, "model_budget", title, f"{title}: {body} Look at it here:", "/settings/ai/usage")


@subscriber(ApprovalRequested)
async def on_approval_requested(session: AsyncSession, event: ApprovalRequested) -> None:
    """Messages wait for somebody's agreement: those who may give it hear of it in the app and by mail."""
    approval = await sending.waiting_approval(session, event.approval_id)
    if approval is None:
        return
    people = await notifications.holders_of(session, "sending:approve")
    name = await repository.campaign_name(session, approval.subject_id) or f"a {approval.subject_kind}"
    title = f"To approve: {name}"
    body = f"{approval.waiting:,} messages wait. {' '.join(approval.reasons)}"
    await notifications.notify(
        session,
        people,
        kind="sending.approval",
        title=title,
        body=body,
        subject_type="send_approval",
        subject_id=event.approval_id,
        dedupe_key=f"approval:{event.approval_id}",
    )
    words = f"messages of “{name}” wait until somebody agrees. {body} Nothing leaves before that. Look at it here:"
    await _mail(session, people, "send_approval", title, words, "/settings/guardrails")


@subscriber(JourneyHeld)
async def on_journey_held(session: AsyncSession, event: JourneyHeld) -> None:
    """A journey does not work: those who may launch it look at it before anybody is lost."""
    name = await repository.campaign_name(session, event.journey_id) or "a journey"
    await notifications.notify(
        session,
        await notifications.holders_of(session, "campaigns:launch"),
        kind="journey.held",
        title=f"A journey paused itself: {name}",
        body=f"{event.reason}. Everybody else stays where they are until you resume it.",
        subject_type="journey",
        subject_id=event.journey_id,
        dedupe_key=f"journey:{event.id}",
    )


@subscriber(CalendarDisconnected)
async def on_calendar_disconnected(session: AsyncSession, event: CalendarDisconnected) -> None:
    """A host's calendar must be connected again, which only the host can; the mail is written by the module itself."""
    await notifications.notify(
        session,
        [event.user_id],
        kind="calendar.reconnect",
        title=f"Connect your calendar again: {event.label}",
        body="It does not accept the sign-in any more; bookings go on with what was known of it last.",
        subject_type="calendar_connection",
        subject_id=event.connection_id,
        dedupe_key=f"calendar:{event.id}",
    )


@subscriber(DocumentsDue)
async def on_documents_due(session: AsyncSession, event: DocumentsDue) -> None:
    """Those who keep the knowledge look at what expires and what nobody reviewed for long."""
    more = "" if event.count <= len(event.titles) else f" and {event.count - len(event.titles):,} more"
    await notifications.notify(
        session,
        await notifications.holders_of(session, "knowledge:write"),
        kind="knowledge.due",
        title="Knowledge to look at" if event.count > 1 else "A document to look at",
        body=f"{event.expiring:,} expiring, {event.count - event.expiring:,} to review: "
        f"{', '.join(event.titles)}{more}",
        subject_type="knowledge",
        subject_id=event.id,
        dedupe_key=f"knowledge:{event.id}",
    )


@subscriber(MeetingRequested)
async def on_meeting_requested(session: AsyncSession, event: MeetingRequested) -> None:
    """Hosts are asked to accept it."""
    await _tell_hosts(session, event, "requested", "Meeting to accept")


@subscriber(MeetingBooked)
async def on_meeting_booked(session: AsyncSession, event: MeetingBooked) -> None:
    """Hosts hear of it in the app too."""
    await _tell_hosts(session, event, "booked", "New meeting")


@subscriber(MeetingMoved)
async def on_meeting_moved(session: AsyncSession, event: MeetingMoved) -> None:
    """Hosts hear of another time, unless it was their own calendar that told us."""
    if event.by != "calendar" and event.previous_starts_at != event.starts_at:
        await _tell_hosts(session, event, "moved", "Meeting moved")


@subscriber(MeetingCancelled)
async def on_meeting_cancelled(session: AsyncSession, event: MeetingCancelled) -> None:
    """Hosts hear that they have the time for something else."""
    if event.by != "calendar" and not event.declined:
        await _tell_hosts(session, event, "cancelled", "Meeting cancelled")


async def _tell_hosts(session: AsyncSession, event: MeetingFact, what: str, title: str) -> None:
    meeting = await meetings.summary(session, event.meeting_id)
    if meeting is None:
        return
    zones = {one.id: one.time_zone for one in await identity.list_members(session)}
    for host_id in meeting.host_ids:
        if host_id not in zones:
            continue
        when = meeting.starts_at.astimezone(ZoneInfo(zones[host_id]))
        names = ", ".join(meeting.attendee_names[:3])
        await notifications.notify(
            session,
            [host_id],
            kind=f"meeting.{what}",
            title=f"{title}: {meeting.title}",
            body=f"{when:%d %b %Y, %H:%M}{f', with {names}' if names else ''}",
            subject_type="meeting",
            subject_id=event.meeting_id,
            dedupe_key=f"meeting:{event.id}",
        )


async def _mail(
    session: AsyncSession, people: Collection[UUID], kind: MailKind, title: str, words: str, path: str
) -> None:
    """Write to these members what they are told in the app, with the address of the page where they deal with it."""
    link = f"{get_settings().base_url}{path}"
    for member in await identity.list_members(session):
        if member.id in people:
            text = f"Hello {member.name},\n\n{words}\n\n{{link}}"
            await email.deliver(session, Mail(kind, member.email, member.name, title, text, link, member.id))


async def _renew_figures(session: AsyncSession, event: Event) -> None:
    """Only organisations large enough to have stored figures need it; others compute live."""
    if await repository.stored_figures(session) is not None:
        await enqueue(session, refresh_dashboard, RefreshDashboard(), dedupe_key=f"dashboard:{event.organisation_id}")
