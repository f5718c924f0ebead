"""One decision: every rule is asked, every answer is kept, the strictest holds."""

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tradewind.modules.sending.contracts import TRANSACTIONAL, Decision, Reason, SendRequest, Verdict
from tradewind.modules.sending.policies import Guardrail
from tradewind.modules.sending.rules import caps, hours
from tradewind.modules.sending.rules.zones import likely_zones

RULES: Mapping[str, str] = {
    "wish": "The person's consents and suppressions allow it (module privacy).",
    "kill_switch": "No kill switch of the organisation, the channel, the campaign or the journey is thrown.",
    "approval": "A person agreed, where the audience is large, the campaign new, or the sender new.",
    "budget": "The money set aside for the day, the month or the campaign is not spent.",
    "limit": "The organisation's messages of this hour or day are within the limit.",
    "hours": "It is a decent hour of the day where the person is.",
    "call_hours": "Calls keep to the hours of the person's country.",
    "cap": "The person has not had too many messages lately, over all channels.",
    "expiry": "It can leave before it is of no use any more.",
}
"""Every rule by its id, with what it demands; the guide and the pages list them from here."""

_ORDER: Sequence[Verdict] = ("allow", "defer", "approve", "block")
_ROUNDS = 12
_PHONE_CHANNELS = frozenset({"call", "sms"})


class Past(NamedTuple):
    """A message that a person got, or is about to get."""

    at: datetime
    channel: str
    purpose: str


@dataclass(frozen=True, slots=True)
class WishAnswer:
    """What privacy says about one request."""

    allowed: bool
    reasons: tuple[Reason, ...]
    contact_hash: bytes | None = None


@dataclass(slots=True)
class Spent:
    """What a limit or budget has seen of its present period, and when the next one begins (None: never)."""

    messages: int = 0
    microusd: int = 0
    renews_at: datetime | None = None


@dataclass(slots=True)
class Facts:
    """What the rules look at, read in a few statements for a whole batch. `spent` is by policy key and lane."""

    zone: str
    policies: Sequence[Guardrail]
    internal_channels: frozenset[str] = frozenset()
    stops: frozenset[tuple[str, str]] = frozenset()
    approved: Mapping[UUID, int] = field(default_factory=dict)
    refused: frozenset[UUID] = frozenset()
    started: frozenset[UUID] = frozenset()
    senders: frozenset[str] = frozenset()
    history: dict[Any, list[Past]] = field(default_factory=dict)
    spent: dict[tuple[str, UUID | None], Spent] = field(default_factory=dict)


class Judged(NamedTuple):
    """A decision, with the keys of policies in shadow mode that would have decided otherwise."""

    decision: Decision
    shadow: tuple[str, ...]
    leaves_at: datetime


class _Moment(NamedTuple):
    """What a rule about time says: the first moment, None for never, and why."""

    at: datetime | None
    text: str
    facts: Mapping[str, Any]


def judge(request: SendRequest, wish: WishAnswer, facts: Facts, at: datetime, *, subject: Any) -> Judged:
    """Decide on one message at `at`; `subject` stands for the person in the history. Pure."""
    reasons = list(wish.reasons)
    reasons += _stopped(request, facts)
    bound = _bound(request, facts)
    policies = [
        policy for policy in facts.policies
        if policy.mode != "off" and policy.concerns(request.channel, request.campaign_id)
    ]  # fmt: skip
    for policy in policies:
        if policy.rule == "approval" and bound:
            reasons += _approval(policy, request, facts)
    timing = [policy for policy in policies if policy.rule in _TIMING and bound]
    moment = _settle([policy for policy in timing if policy.mode == "enforce"], request, facts, at, subject)
    for policy in timing:
        reasons.append(_timed(policy, request, facts, at, subject))
    not_before = moment if moment is not None and moment > at else None
    if not_before is not None and request.expires_at is not None and not_before >= request.expires_at:
        words = "It could leave only after it is of no use any more."
        reasons.append(Reason("expiry", "block", words, {"expires_at": request.expires_at, "earliest": not_before}))
    enforced = [reason for reason in reasons if not reason.shadow]
    verdict = _ORDER[max((_ORDER.index(reason.verdict) for reason in enforced), default=0)]
    if verdict == "allow" and not_before is not None:
        verdict = "defer"
    shadow = tuple(sorted({r.policy for r in reasons if r.shadow and r.policy and r.verdict != "allow"}))
    decision = Decision(verdict, not_before if verdict == "defer" else None, tuple(reasons))
    return Judged(decision, shadow, not_before or at)


def take_note(request: SendRequest, judged: Judged, facts: Facts, *, subject: Any) -> None:
    """Count a message that will leave, so that the next of the batch is judged with it."""
    if judged.decision.verdict == "block" or request.channel in facts.internal_channels:
        return
    if request.purpose != TRANSACTIONAL:
        insort(facts.history.setdefault(subject, []), Past(judged.leaves_at, request.channel, request.purpose))
    for policy in facts.policies:
        if policy.rule in ("limit", "budget") and policy.concerns(request.channel, request.campaign_id):
            spent = facts.spent.get(spent_key(policy, request.campaign_id))
            if spent is not None and (spent.renews_at is None or judged.leaves_at < spent.renews_at):
                spent.messages += 1
                spent.microusd += request.cost_microusd


def _bound(request: SendRequest, facts: Facts) -> bool:
    return request.channel not in facts.internal_channels and request.purpose != TRANSACTIONAL


def _stopped(request: SendRequest, facts: Facts) -> Iterator[Reason]:
    subjects = (
        ("organisation", "", "all messages"),
        ("channel", request.channel, f"the channel {request.channel}"),
        ("campaign", str(request.campaign_id), "the campaign"),
        ("journey", str(request.journey_id), "the journey"),
    )
    for scope, subject, words in subjects:
        if (scope, subject) in facts.stops:
            yield Reason("kill_switch", "defer", f"The kill switch of {words} is thrown.", {"scope": scope})


def _approval(policy: Guardrail, request: SendRequest, facts: Facts) -> Iterator[Reason]:
    subject = request.campaign_id or request.journey_id
    if subject is None:
        return
    shadow = policy.mode == "shadow"
    if subject in facts.refused:
        yield Reason("approval", "block", "A person refused it.", {}, policy.key, shadow)
        return
    settings, size = policy.settings, request.audience_size or 0
    grounds = []
    if settings.audience_over is not None and size > settings.audience_over:
        grounds.append(f"it reaches {size:,} people, more than {settings.audience_over:,}")
    if settings.first_send and subject not in facts.started:
        grounds.append("it has not sent anything yet")
    if settings.new_sender and request.sender and request.sender not in facts.senders:
        grounds.append(f"nothing was sent from {request.sender} yet")
    if not grounds:
        return
    # An agreement covers an audience that grows, but not one that doubles.
    agreed = facts.approved.get(subject)
    if agreed is not None and size <= 2 * agreed:
        yield Reason("approval", "allow", "A person agreed.", {"agreed_for": agreed}, policy.key, shadow)
    else:
        words = f"A person must agree: {' and '.join(grounds)}."
        told = {"audience_size": size, "audience_over": settings.audience_over}
        yield Reason("approval", "approve", words, told, policy.key, shadow)


def _settle(
    policies: Sequence[Guardrail], request: SendRequest, facts: Facts, at: datetime, subject: Any
) -> datetime | None:
    """The first moment from `at` on at which all these policies allow the message; None if one never does."""
    moment = at
    for _ in range(_ROUNDS):
        before = moment
        for policy in policies:
            found = _TIMING[policy.rule](policy, request, facts, moment, subject)
            if found.at is None:
                return None
            moment = max(moment, found.at)
        if moment == before:
            return moment
    return moment


def _timed(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> Reason:
    found = _TIMING[policy.rule](policy, request, facts, at, subject)
    verdict: Verdict = "block" if found.at is None else "defer" if found.at > at else "allow"
    told = {**found.facts, "earliest": found.at} if verdict == "defer" else found.facts
    return Reason(policy.rule, verdict, found.text, told, policy.key, policy.mode == "shadow")


def _hours(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> _Moment:
    return _within(request, facts, at, (policy.week,), f"the hours of “{policy.name}”")


def _call_hours(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> _Moment:
    country = (request.recipient.country or "").upper()
    week = hours.CALL_HOURS.get(country, hours.ELSEWHERE)
    return _within(request, facts, at, (week,), f"the hours for calls to {country or 'an unknown country'}")


def _within(request: SendRequest, facts: Facts, at: datetime, weeks: tuple[hours.Week, ...], words: str) -> _Moment:
    who = request.recipient
    phone = who.address if request.channel in _PHONE_CHANNELS else None
    zones = likely_zones(who.time_zone, who.country, phone, facts.zone)
    found = hours.first_allowed(at, zones, weeks)
    told = {"time_zones": list(zones[:6]), "zone_known": bool(who.time_zone)}
    if found is None:
        return _Moment(None, f"No moment of the week is within {words} in all time zones the person may be in.", told)
    inside = "within" if found <= at else "outside"
    return _Moment(found, f"At the person's place it is {inside} {words}.", told)


def _cap(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> _Moment:
    settings = policy.settings
    if settings.purposes and request.purpose not in settings.purposes:
        return _Moment(at, "Messages of this purpose are not counted.", {})
    period = caps.PERIODS[settings.period]
    moments = [
        past.at
        for past in facts.history.get(subject, ())
        if policy.binds(past.channel) and (not settings.purposes or past.purpose in settings.purposes)
    ]
    found = caps.first_within(at, moments, settings.amount, period)
    had = caps.count_before(at, moments, period)
    told = {"had": had, "amount": settings.amount, "period": settings.period}
    words = f"{had} of at most {settings.amount} messages in a {settings.period}"
    return _Moment(found, f"The person has had {words}.", told)


def _limit(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> _Moment:
    settings = policy.settings
    spent = facts.spent.get(spent_key(policy, request.campaign_id), Spent())
    told = {"sent": spent.messages, "amount": settings.amount, "period": settings.period}
    words = f"{spent.messages:,} of at most {settings.amount:,} messages of this {settings.period} are sent or planned."
    full = spent.messages >= settings.amount and spent.renews_at is not None and at < spent.renews_at
    return _Moment(spent.renews_at if full else at, words, told)


def _budget(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime, subject: Any) -> _Moment:
    settings = policy.settings
    if settings.period == "campaign" and request.campaign_id is None:
        return _Moment(at, "The budget is for campaigns.", {})
    spent = facts.spent.get(spent_key(policy, request.campaign_id), Spent())
    amount, cost = settings.amount_microusd, request.cost_microusd
    told = {"spent_microusd": spent.microusd, "amount_microusd": amount, "period": settings.period}
    words = f"{spent.microusd / 1e6:.2f} of {amount / 1e6:.2f} USD of the {settings.period} are spent or planned."
    renewed = spent.renews_at is not None and at >= spent.renews_at
    if (renewed and cost <= amount) or spent.microusd + cost <= amount:
        return _Moment(at, words, told)
    return _Moment(spent.renews_at if cost <= amount else None, words, told)


_TIMING: Mapping[str, Callable[[Guardrail, SendRequest, Facts, datetime, Any], _Moment]] = {
    "limit": _limit,
    "budget": _budget,
    "hours": _hours,
    "call_hours": _call_hours,
    "cap": _cap,
}


def spent_key(policy: Guardrail, campaign_id: UUID | None) -> tuple[str, UUID | None]:
    """Where `Facts.spent` keeps what a limit or budget has seen: by campaign, where each has its own."""
    each = policy.rule == "budget" and policy.settings.period == "campaign"
    return policy.key, campaign_id if each else None
