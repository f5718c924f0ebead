"""What the rules look at, read for a whole batch in a few statements."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy import contracts as wishes
from tradewind.modules.sending.channels import channels
from tradewind.modules.sending.contracts import Reason, SendRequest
from tradewind.modules.sending.policies import Guardrail
from tradewind.modules.sending.repository import guards, ledger
from tradewind.modules.sending.rules import caps
from tradewind.modules.sending.rules.judge import Facts, Past, Spent, WishAnswer, spent_key
from tradewind.modules.sending.rules.zones import zone_info
from tradewind.modules.sending.service import guardrails

_PRIVATE: frozenset[str] = frozenset(get_args(wishes.Channel))
_NO_WISH = WishAnswer(True, ())


def internal_channels() -> frozenset[str]:
    """Channels that do not reach the person."""
    return frozenset(name for name, channel in channels().items() if not channel.reaches_person)


async def answers(session: AsyncSession, requests: Sequence[SendRequest]) -> list[WishAnswer]:
    """What privacy says to each request; nothing where the channel does not reach the person."""
    internal = internal_channels()
    places = [place for place, request in enumerate(requests) if request.channel not in internal]
    asks = [
        wishes.ContactAsk(cast(wishes.Channel, request.channel), request.recipient.address, request.purpose)
        for request in (requests[place] for place in places)
    ]
    found = [_NO_WISH] * len(requests)
    if asks:
        for place, standing in zip(places, await privacy.standings(session, asks), strict=True):
            found[place] = _answer(standing)
    return found


async def facts(
    session: AsyncSession,
    requests: Sequence[SendRequest],
    wish: Sequence[WishAnswer],
    *,
    at: datetime,
    planned: bool,
    without: Collection[UUID] = (),
) -> Facts:
    """Facts about these requests at `at`. `planned` counts what waits already; `without` are messages themselves asked
    about.
    """
    policies = [policy for policy in await guardrails.in_force(session) if policy.mode != "off"]
    found = Facts(
        zone=await zone_of(session),
        policies=policies,
        internal_channels=internal_channels(),
        stops=frozenset((stop.scope, stop.subject) for stop in await guards.stops(session)),
    )
    if any(policy.rule == "cap" for policy in policies):
        await _add_history(session, found, requests, wish, at, planned=planned, without=without)
    if any(policy.rule == "approval" for policy in policies):
        await _add_approvals(session, found, requests)
    await add_spent(session, found, {request.campaign_id for request in requests if request.campaign_id}, at)
    return found


def subject_of(request: SendRequest, wish: WishAnswer) -> Any:
    """What stands for the person in the history: the id, else the contact point."""
    if request.recipient.person_id is not None:
        return str(request.recipient.person_id)
    return wish.contact_hash.hex() if wish.contact_hash is not None else None


async def zone_of(session: AsyncSession) -> str:
    """The organisation's time zone."""
    return (await identity.get_organisation(session)).time_zone


async def add_spent(session: AsyncSession, found: Facts, campaigns: Collection[UUID], at: datetime) -> None:
    """Add what limits and budgets have seen of their present periods."""
    for policy in found.policies:
        if policy.rule not in ("limit", "budget"):
            continue
        if policy.campaign_id is not None and policy.campaign_id not in campaigns:
            continue
        period = policy.settings.period
        if period == "campaign":
            by_lane = await guards.spent_by_lane(session, campaigns, policy.channels) if campaigns else {}
            for campaign in campaigns:
                messages, microusd = by_lane.get(campaign, (0, 0))
                found.spent[spent_key(policy, campaign)] = Spent(messages, microusd + policy.besides(None), None)
            continue
        begins, renews = period_around(at, period, found.zone)
        if (lane := policy.campaign_id) is not None:
            by_lane = await guards.spent_by_lane(session, [lane], policy.channels, since=begins)
            messages, microusd = by_lane.get(lane, (0, 0))
        else:
            messages, microusd = await guards.spent(session, begins, policy.channels)
        found.spent[spent_key(policy, None)] = Spent(messages, microusd + policy.besides(begins), renews)


def period_around(at: datetime, period: str, zone: str) -> tuple[datetime, datetime]:
    """Beginning and end of the hour, day or month of `at` in a zone, in UTC, by the hours that counters are kept by."""
    local = at.astimezone(zone_info(zone))
    if period == "hour":
        begins = guards.hour(at)
        return begins, begins + timedelta(hours=1)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        following = midnight + timedelta(days=1)
    else:
        midnight = midnight.replace(day=1)
        following = (midnight + timedelta(days=32)).replace(day=1)
    return guards.hour(midnight.astimezone(UTC)), following.astimezone(UTC)


def room(policies: Sequence[Guardrail], found: Facts, channel: str, campaign_id: UUID | None) -> int | None:
    """How many messages more the limits and budgets in force let this channel and campaign send; None for any number.

    A budget counts as open while anything of it is left: what single messages cost is weighed when they are judged.
    """
    least: int | None = None
    for policy in policies:
        if policy.mode != "enforce" or policy.rule not in ("limit", "budget"):
            continue
        if not policy.concerns(channel, campaign_id):
            continue
        spent = found.spent.get(spent_key(policy, campaign_id))
        if spent is None:
            continue
        if policy.rule == "limit":
            left = max(0, policy.settings.amount - spent.messages)
            least = left if least is None else min(least, left)
        elif spent.microusd >= policy.settings.amount_microusd:
            least = 0
    return least


def _answer(standing: wishes.Standing) -> WishAnswer:
    reasons = tuple(
        Reason("wish", "allow" if reason.allows else "block", reason.text, {"code": reason.code, **reason.facts})
        for reason in standing.reasons
    )
    if not standing.allowed and all(reason.verdict == "allow" for reason in reasons):
        reasons = (*reasons, Reason("wish", "block", "The person's wishes do not allow it."))
    return WishAnswer(standing.allowed, reasons, standing.contact_hash)


async def _add_history(
    session: AsyncSession,
    found: Facts,
    requests: Sequence[SendRequest],
    wish: Sequence[WishAnswer],
    at: datetime,
    *,
    planned: bool,
    without: Collection[UUID],
) -> None:
    people = {request.recipient.person_id for request in requests if request.recipient.person_id is not None}
    strangers = {
        answer.contact_hash
        for request, answer in zip(requests, wish, strict=True)
        if request.recipient.person_id is None and answer.contact_hash is not None
    }
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    rows = await ledger.history(
        session, organisation_id, people=people, strangers=strangers, without=without,
        states=ledger.PLANNED if planned else ledger.REACHING, since=at - max(caps.PERIODS.values()),
    )  # fmt: skip
    for row in rows:
        if row["channel"] not in found.internal_channels:
            found.history.setdefault(row["subject"], []).append(Past(row["at"], row["channel"], row["purpose"]))


async def _add_approvals(session: AsyncSession, found: Facts, requests: Sequence[SendRequest]) -> None:
    subjects = {request.campaign_id or request.journey_id for request in requests} - {None}
    if not subjects:
        return
    known = cast(set[UUID], subjects)
    decided = await guards.decided(session, known)
    found.approved = {subject: size for subject, state, size in decided if state == "approved"}
    found.refused = frozenset(subject for subject, state, _ in decided if state == "refused")
    settings = [policy.settings for policy in found.policies if policy.rule == "approval"]
    if any(each.first_send for each in settings):
        found.started = await guards.started(session, known)
    senders = {request.sender for request in requests if request.sender}
    if senders and any(each.new_sender for each in settings):
        found.senders = await guards.known_senders(session, senders)
