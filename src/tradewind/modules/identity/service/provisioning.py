"""What an administrator sets up for provisioning: tokens, and which group gives which role."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Conflict, NotFound
from tradewind.modules.identity.models.scim import ScimSettings, ScimToken
from tradewind.modules.identity.repository import organisations as organisation_repository
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.scim import roles
from tradewind.modules.identity.scim.endpoint import TOKEN_PREFIX
from tradewind.modules.identity.service import audit, members
from tradewind.modules.identity.service.secrets import digest, new_secret

MAX_TOKENS = 20
_HINT_CHARACTERS = 4


class TokenNotFound(NotFound):
    code = "identity.scim_token_not_found"
    title = "Provisioning token not found"


class TooManyTokens(Conflict):
    code = "identity.scim_too_many_tokens"
    title = "Too many provisioning tokens"


async def create_token(session: AsyncSession, *, name: str, valid_days: int) -> tuple[ScimToken, str]:
    """A new token and its clear text, which is not kept. Raises TooManyTokens."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    await organisation_repository.lock_members(session, actor.organisation_id)
    if len(await repository.tokens(session)) >= MAX_TOKENS:
        raise TooManyTokens(f"An organisation has at most {MAX_TOKENS}. Revoke one that is not used any more.")
    secret = TOKEN_PREFIX + new_secret()
    added = ScimToken(
        organisation_id=actor.organisation_id, name=name, hint=secret[-_HINT_CHARACTERS:], token_hash=digest(secret),
        created_by_name=actor.name, expires_at=now() + timedelta(days=valid_days),
    )  # fmt: skip
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="provisioning.token_created", subject_type="provisioning_token", subject_id=added.id,
        after={"name": name, "expires_at": added.expires_at},
    )  # fmt: skip
    return added, secret


async def revoke_token(session: AsyncSession, token_id: UUID) -> None:
    """Refuse a token from now on. Raises TokenNotFound."""
    found = await repository.token(session, token_id)
    if found is None:
        raise TokenNotFound()
    found.revoked_at = now()
    await session.flush()
    await audit.record(
        session, action="provisioning.token_revoked", subject_type="provisioning_token", subject_id=token_id,
        before={"name": found.name},
    )  # fmt: skip


async def change_settings(
    session: AsyncSession, *, if_match: str | None, default_role: str, rules: list[dict[str, str]]
) -> ScimSettings:
    """Save the rules and apply them to everyone the identity provider manages.

    Raises Invalid for an unknown role, LastAdmin, PreconditionFailed.
    """
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    await organisation_repository.lock_members(session, organisation_id)
    found = await roles.current(session)
    check_version(if_match, found.version)
    for role in {default_role, *(rule["role"] for rule in rules)}:
        await members.check_role(session, role)
    before = {"default_role": found.default_role, "rules": found.rules}
    after = {"default_role": default_role, "rules": rules}
    if found.version == 0:
        found.organisation_id = organisation_id
        session.add(found)
    elif before == after:
        return found
    found.default_role, found.rules = default_role, rules
    found.version += 1
    await session.flush()
    await audit.record(
        session, action="provisioning.rules_changed", subject_type="organisation", subject_id=organisation_id,
        before=before, after=after,
    )  # fmt: skip
    await roles.apply(session, None)
    return found
