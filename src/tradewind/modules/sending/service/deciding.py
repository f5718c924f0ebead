"""Whether messages may leave: facts gathered once, every message judged in the order asked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.sending.contracts import Decision, SendRequest
from tradewind.modules.sending.rules.judge import Judged, WishAnswer, judge, take_note
from tradewind.modules.sending.service import gathering


async def may_send(session: AsyncSession, requests: Sequence[SendRequest], at: datetime) -> list[Decision]:
    """A decision on each request at `at`, in order; changes nothing."""
    judged, _ = await decide(session, requests, [at] * len(requests), planned=True)
    return [each.decision for each in judged]


async def decide(
    session: AsyncSession,
    requests: Sequence[SendRequest],
    moments: Sequence[datetime],
    *,
    planned: bool,
    without: Collection[UUID] = (),
) -> tuple[list[Judged], list[WishAnswer]]:
    """Judge each request at its moment, and what privacy answered; earlier ones count against later ones."""
    if not requests:
        return [], []
    wishes = await gathering.answers(session, requests)
    facts = await gathering.facts(session, requests, wishes, at=min(moments), planned=planned, without=without)
    found = []
    for request, wish, at in zip(requests, wishes, moments, strict=True):
        subject = gathering.subject_of(request, wish)
        judged = judge(request, wish, facts, at, subject=subject)
        take_note(request, judged, facts, subject=subject)
        found.append(judged)
    return found, wishes
