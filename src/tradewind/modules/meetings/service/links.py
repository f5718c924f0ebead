"""Signed links: whoever holds one acts as the attendee it was sent to, without signing in."""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.errors_bookings import LinkNotFound
from tradewind.modules.meetings.repository import links as repository
from tradewind.settings import get_settings

_BYTES = 24


async def issue(
    session: AsyncSession,
    *,
    meeting_id: UUID | None = None,
    attendee_id: UUID | None = None,
    waiting_id: UUID | None = None,
) -> str:
    """A new token (192 random bits); earlier ones stay valid, since they are in mails. It is stored as a hash."""
    token = secrets.token_urlsafe(_BYTES)
    await repository.add(session, _digest(token), meeting_id=meeting_id, attendee_id=attendee_id, waiting_id=waiting_id)
    return token


async def open_link(session: AsyncSession, token: str) -> repository.Target:
    """What a link is about; the session acts in its organisation from here on. Raises LinkNotFound."""
    hashed = _digest(token)
    organisation_id = await repository.organisation_of(session, hashed)
    if organisation_id is None:
        raise LinkNotFound("It may have been cut off in the mail, or the meeting is long over.")
    await enter(session, organisation_id, "Meeting link")
    found = await repository.target(session, hashed)
    if found is None:
        raise LinkNotFound()
    return found


async def enter(session: AsyncSession, organisation_id: UUID, name: str) -> None:
    """Let a stranger's session act in an organisation, with no permission at all."""
    await identity.become(session, Actor(kind="anonymous", organisation_id=organisation_id, name=name))


def page_url(token: str) -> str:
    """Where an attendee looks at, moves, confirms or cancels."""
    return f"{get_settings().base_url}/meeting/{token}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
