"""The signed-in person: who they are, where they work, what they like."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.places import time_zones
from tradewind.modules.identity.errors import OrganisationNotFound, UserNotFound
from tradewind.modules.identity.models import User
from tradewind.modules.identity.repository import accounts, organisations
from tradewind.modules.identity.service import audit

_MAX_PREFERENCES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """A user with their organisations; `current` is the one the session works in."""

    user: User
    current: Any
    organisations: list[Any]


async def current(session: AsyncSession) -> Profile:
    """The acting user. Raises UserNotFound, OrganisationNotFound."""
    actor = actor_of(session)
    user = await accounts.user(session, actor.user_id) if actor.user_id else None
    if user is None:
        raise UserNotFound("This is for signed-in people.")
    mine = list(await organisations.organisations_of_user(session, user.id))
    here = next((row for row in mine if row.id == actor.organisation_id), None)
    if here is None:
        raise OrganisationNotFound()
    return Profile(user, here, mine)


async def change(
    session: AsyncSession,
    *,
    name: str | None = None,
    locale: str | None = None,
    time_zone: str | None = None,
    preferences: dict[str, Any] | None = None,
) -> Profile:
    """Change the acting user's profile; `preferences` are merged, a null removes a key. Raises Invalid."""
    profile = await current(session)
    user = profile.user
    if time_zone is not None and time_zone not in time_zones():
        message = "Give an IANA time zone such as Europe/Berlin."
        raise Invalid(message, errors=[{"field": "time_zone", "message": message}])
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, value in (("name", name), ("locale", locale), ("time_zone", time_zone)):
        if value is not None and value != getattr(user, key):
            before[key], after[key] = getattr(user, key), value
            setattr(user, key, value)
    if preferences:
        merged = {k: v for k, v in {**user.preferences, **preferences}.items() if v is not None}
        if len(str(merged)) > _MAX_PREFERENCES:
            message = "Preferences are limited to 64 kB."
            raise Invalid(message, errors=[{"field": "preferences", "message": message}])
        user.preferences = merged
    await session.flush()
    if after:
        await audit.record(
            session, action="user.updated", subject_type="user", subject_id=user.id, before=before, after=after
        )
    return profile
