"""Kill switches: thrown and lifted by people, effective with the next message."""

from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.sending.errors import StopNotFound
from tradewind.modules.sending.events import StopChanged
from tradewind.modules.sending.models import Stop
from tradewind.modules.sending.repository import guards
from tradewind.modules.sending.schemas import SendStopCreate, SendStopRead
from tradewind.modules.sending.service import settling, waking
from tradewind.modules.sending.service.guardrails import channel_names

Waiting = Literal["send", "cancel"]


async def thrown(session: AsyncSession) -> list[SendStopRead]:
    """All kill switches that are thrown."""
    return [_read(stop) for stop in await guards.stops(session)]


async def throw(session: AsyncSession, data: SendStopCreate) -> SendStopRead:
    """Stop a scope; a second time changes nothing. Raises Invalid for a subject that makes no sense."""
    actor = actor_of(session)
    values = {
        "id": new_id(), "organisation_id": actor.organisation_id, "scope": data.scope, "subject": _subject(data),
        "reason": data.reason, "created_by": actor.user_id, "created_by_name": actor.name,
    }  # fmt: skip
    if await guards.add_stop(session, values):
        await _tell(session, data.scope, values["subject"], active=True, reason=data.reason)
    return next(
        _read(stop)
        for stop in await guards.stops(session)
        if (stop.scope, stop.subject) == (data.scope, values["subject"])
    )


async def lift(session: AsyncSession, stop_id: UUID, *, waiting: Waiting) -> None:
    """End a stop; what waited is sent, each message judged again, or cancelled. Raises StopNotFound."""
    stop = await session.get(Stop, stop_id, with_for_update=True)
    if stop is None:
        raise StopNotFound()
    if waiting == "cancel":
        by = "all" if stop.scope == "organisation" else stop.scope
        value = None if by == "all" else stop.subject if by == "channel" else UUID(stop.subject)
        await settling.withdraw(session, by, value, reason="cancelled when the kill switch was lifted")
    await session.delete(stop)
    await session.flush()
    await _tell(session, stop.scope, stop.subject, active=False, reason=f"what waited: {waiting}")
    await waking.wake(session)


async def lift_campaign(session: AsyncSession, campaign_id: UUID, *, reason: str) -> None:
    """End the stop of a campaign that was thrown for this reason; one that somebody threw for another one stays."""
    for stop in await guards.stops(session):
        if (stop.scope, stop.subject, stop.reason) == ("campaign", str(campaign_id), reason):
            await lift(session, stop.id, waiting="send")


def _subject(data: SendStopCreate) -> str:
    words = None
    if data.scope == "organisation":
        return ""
    if data.scope == "channel":
        if data.subject in channel_names():
            return data.subject
        words = f"There is no channel “{data.subject}”."
    else:
        try:
            return str(UUID(data.subject))
        except ValueError:
            words = f"The subject must be the id of the {data.scope}."
    raise Invalid(words, errors=[{"field": "subject", "message": words}])


def _read(stop: Stop) -> SendStopRead:
    return SendStopRead.model_validate(stop, from_attributes=True)


async def _tell(session: AsyncSession, scope: str, subject: str, *, active: bool, reason: str) -> None:
    await publish(session, StopChanged(scope=scope, subject=subject, active=active))
    await identity.record(
        session, action=f"sending.{'stopped' if active else 'resumed'}", subject_type=f"sending_{scope}",
        subject_id=subject or None, after={"scope": scope, "subject": subject}, reason=reason or None,
    )  # fmt: skip
