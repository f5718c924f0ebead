"""What guardrails would have done: those in shadow mode by what they took note of, unsaved ones by trying them."""

from collections import Counter
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.sending.contracts import Recipient, SendRequest
from tradewind.modules.sending.models import ADDRESS
from tradewind.modules.sending.policies import Guardrail, PolicySettings
from tradewind.modules.sending.repository import reading
from tradewind.modules.sending.repository.ledger import plain, plain_or_none
from tradewind.modules.sending.rules.judge import Facts, Spent, WishAnswer, judge, spent_key, take_note
from tradewind.modules.sending.schemas import ShadowLine, ShadowReport, TrialResult
from tradewind.modules.sending.service import gathering, guardrails

_MOST = 50_000
_ALLOWED = WishAnswer(True, ())


async def shadow_report(session: AsyncSession, *, days: int) -> ShadowReport:
    """What each guardrail in shadow mode would have stopped in the last days; those with nothing, too."""
    since = now() - timedelta(days=days)
    found = {row.key: row for row in await reading.shadow(session, since)}
    items = []
    for policy in await guardrails.in_force(session):
        row = found.get(policy.key)
        if row is None and policy.mode != "shadow":
            continue
        items.append(
            ShadowLine(
                key=policy.key, name=policy.name, rule=policy.rule, messages=row.messages if row else 0,
                people=row.people if row else 0, last_at=row.last_at if row else None,
            )
        )  # fmt: skip
    return ShadowReport(since=since, messages=await reading.created_since(session, since), items=items)


async def trial(session: AsyncSession, settings: PolicySettings, *, days: int) -> TrialResult:
    """Replay what was sent in the last days through one guardrail, as if it had been in force from the beginning."""
    rows = await reading.sent(session, now() - timedelta(days=days), limit=_MOST)
    policy = Guardrail("trial", "", "enforce", settings)
    facts = Facts(await gathering.zone_of(session), [policy], gathering.internal_channels())
    verdicts: Counter[str] = Counter()
    people = set()
    for row in reversed(rows):
        request = _request(row)
        at: datetime = row["sent_at"]
        subject = row["person_id"] or row["contact_hash"]
        _renew(policy, request, facts, at)
        judged = judge(request, _ALLOWED, facts, at, subject=subject)
        if judged.decision.verdict != "allow":
            verdicts[judged.decision.verdict] += 1
            people.add(subject)
        take_note(request, judged, facts, subject=subject)
    return TrialResult(
        messages=len(rows), blocked=verdicts["block"], deferred=verdicts["defer"], approvals=verdicts["approve"],
        people=len(people), complete=len(rows) < _MOST,
    )  # fmt: skip


def _renew(policy: Guardrail, request: SendRequest, facts: Facts, at: datetime) -> None:
    """Begin a new period of a limit or budget when its time has come."""
    if policy.rule not in ("limit", "budget"):
        return
    key = spent_key(policy, request.campaign_id)
    spent = facts.spent.get(key)
    if spent is None or (spent.renews_at is not None and at >= spent.renews_at):
        period = policy.settings.period
        renews = None if period == "campaign" else gathering.period_around(at, period, facts.zone)[1]
        facts.spent[key] = Spent(renews_at=renews)


def _request(row: asyncpg.Record) -> SendRequest:
    by_phone = row["channel"] in ("call", "sms")
    return SendRequest(
        channel=row["channel"], purpose=row["purpose"], priority=row["priority"], sender=row["sender"],
        recipient=Recipient(
            # Only the number's place matters here; nothing is opened that is not needed.
            address=(ADDRESS.readable(plain(row["id"]), row["address_sealed"]) or "") if by_phone else "",
            person_id=plain_or_none(row["person_id"]), time_zone=row["time_zone"], country=row["country"],
        ),
        campaign_id=plain_or_none(row["campaign_id"]), journey_id=plain_or_none(row["journey_id"]),
        cost_microusd=row["cost_microusd"],
    )  # fmt: skip
