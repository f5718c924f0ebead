"""Write keys of event sources: made, changed and ended by the module that owns the sources."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import FieldError, Invalid
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.contracts import PublishableKey
from tradewind.modules.identity.errors_keys import KeyNotFound
from tradewind.modules.identity.models.api_keys import ApiKey
from tradewind.modules.identity.repository import api_keys as repository
from tradewind.modules.identity.service import api_keys, audit


async def create(session: AsyncSession, *, name: str, allowed_origins: Sequence[str]) -> PublishableKey:
    """See `identity.api.create_publishable_key`."""
    draft = api_keys.Draft(name=name, kind="publishable", allowed_origins=allowed_origins, for_servers=True)
    return _contract((await api_keys.create(session, draft)).key)


async def several(session: AsyncSession, key_ids: Iterable[UUID]) -> dict[UUID, PublishableKey]:
    """See `identity.api.publishable_keys`."""
    return {key.id: _contract(key) for key in await repository.several(session, key_ids)}


async def change_origins(session: AsyncSession, key_id: UUID, origins: Sequence[str]) -> PublishableKey:
    """See `identity.api.change_key_origins`."""
    errors: list[FieldError] = []
    normal = api_keys.normal_origins(origins, errors)
    if errors:
        raise Invalid("The sites were not changed: some are not valid.", errors=errors)
    key = await _locked(session, key_id)
    if key.allowed_origins == normal:
        return _contract(key)
    before, key.allowed_origins = key.allowed_origins, normal
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="api_key.updated", subject_type="api_key", subject_id=key_id,
        before={"allowed_origins": before}, after={"allowed_origins": normal},
    )  # fmt: skip
    return _contract(key)


async def expire(session: AsyncSession, key_id: UUID, at: datetime) -> None:
    """See `identity.api.expire_key`."""
    key = await _locked(session, key_id)
    before, key.expires_at = key.expires_at, at
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="api_key.updated", subject_type="api_key", subject_id=key_id,
        before={"expires_at": before}, after={"expires_at": at},
    )  # fmt: skip


async def _locked(session: AsyncSession, key_id: UUID) -> ApiKey:
    key = await repository.locked(session, key_id)
    if key is None:
        raise KeyNotFound()
    return key


def _contract(key: ApiKey) -> PublishableKey:
    ends_at = key.revoked_at or key.expires_at
    return PublishableKey(key.id, key.shown, tuple(key.allowed_origins), ends_at, key.last_used_at)
