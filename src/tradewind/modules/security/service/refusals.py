"""Counting requests that were refused for want of permission: in this process, told in tens."""

from datetime import datetime, timedelta
from uuid import UUID

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.events import publish
from tradewind.modules.security.events import RequestsRefused

TOLD_IN = 10
_FORGOTTEN_AFTER = timedelta(minutes=10)
_MAX_REMEMBERED = 10_000

_counts: dict[UUID, tuple[int, datetime]] = {}


async def note(database: Database, actor: Actor) -> None:
    """Count one refusal; every tenth of an actor is told in a transaction of its own."""
    subject = actor.user_id or actor.key_id
    if subject is None or actor.organisation_id is None:
        return
    count, since = _counts.pop(subject, (0, now()))
    if now() - since > _FORGOTTEN_AFTER:
        count, since = 0, now()
    if count + 1 < TOLD_IN:
        if len(_counts) >= _MAX_REMEMBERED:
            _counts.pop(next(iter(_counts)))
        _counts[subject] = (count + 1, since)
        return
    async with database.transaction(Actor.system(actor.organisation_id)) as session:
        await publish(
            session,
            RequestsRefused(
                subject_type="user" if actor.user_id else "api_key", subject_id=subject, subject_name=actor.name,
                count=TOLD_IN, ip=actor.ip,
            ),
        )  # fmt: skip
