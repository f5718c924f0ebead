"""Dangerous actions need a proof by the strongest means within ten minutes; opening the session counts as one."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.errors import Forbidden
from tradewind.modules.identity.errors import StepUpRequired
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import factors as factor_repository
from tradewind.modules.identity.repository import sessions as repository
from tradewind.modules.identity.service.acting import as_user

Method = Literal["password", "totp", "recovery_code", "passkey"]
WINDOW = timedelta(minutes=10)


async def require(database: Database, actor: Actor) -> None:
    """Raise StepUpRequired, naming the allowed `methods`, unless the actor's session was proven lately.

    Reads the database, not a cache: a proof just given through another process counts at once.
    """
    async with database.transaction(as_user(_person(actor), actor.organisation_id)) as session:
        await _check(session, actor)


async def check(session: AsyncSession) -> None:
    """As `require`, for the session's own actor: where only some changes of a route are dangerous."""
    await _check(session, actor_of(session))


def _person(actor: Actor) -> UUID:
    if actor.kind != "user" or actor.user_id is None or actor.session_id is None:
        raise Forbidden("Only a signed-in person can do this.", code="kernel.people_only")
    return actor.user_id


async def _check(session: AsyncSession, actor: Actor) -> None:
    user_id, session_id = _person(actor), actor.session_id
    assert session_id is not None
    proven = await repository.proven_at(session, session_id)
    by_factor = await factor_methods(session, user_id)
    since = proven and (proven.strong_at if by_factor else proven.authenticated_at)
    if since is None or now() - since >= WINDOW:
        methods = by_factor or await other_methods(session, user_id)
        raise StepUpRequired("This needs a fresh proof that it is you.", extra={"methods": methods})


async def factor_methods(session: AsyncSession, user_id: UUID) -> list[Method]:
    """By what the acting user proves themselves with a second factor, the strongest first; empty without one."""
    found: list[Method] = []
    if await factor_repository.passkeys(session, user_id):
        found.append("passkey")
    if await factor_repository.totp(session, user_id):
        found.append("totp")
    if found and await factor_repository.codes_left(session, user_id):
        found.append("recovery_code")
    return found


async def other_methods(session: AsyncSession, user_id: UUID) -> list[str]:
    """What is left for a user without a second factor; `sso` means signing in again through the identity provider."""
    return ["password"] if await account_repository.has_password(session, user_id) else ["sso"]
