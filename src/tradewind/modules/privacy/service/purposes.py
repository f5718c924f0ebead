"""Purposes: adding, changing, archiving."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.errors import PurposeKeyTaken, PurposeNotFound, PurposeProtected, TooManyPurposes
from tradewind.modules.privacy.models.consents import Purpose
from tradewind.modules.privacy.repository import consents as consents_repository
from tradewind.modules.privacy.repository import purposes as repository
from tradewind.modules.privacy.schemas.consents import PurposeCreate, PurposeRead, PurposeUpdate
from tradewind.modules.privacy.service.default_purposes import TRANSACTIONAL
from tradewind.modules.privacy.service.keys import organisation_key

MAX_PURPOSES = 30


async def list_all(session: AsyncSession, *, archived: bool) -> list[PurposeRead]:
    """Purposes in their order, with how many contact points said what."""
    await organisation_key(session)
    counts = await consents_repository.counts(session)
    return [_read(row, counts.get(row.key, {})) for row in await repository.all_purposes(session, archived=archived)]


async def create(session: AsyncSession, data: PurposeCreate) -> PurposeRead:
    """Add a purpose. Raises PurposeKeyTaken, TooManyPurposes."""
    key = await organisation_key(session)
    if await repository.by_key(session, data.key) is not None:
        raise PurposeKeyTaken(f"A purpose has the key “{data.key}” already, perhaps an archived one.")
    count, last = await repository.count(session)
    if count >= MAX_PURPOSES:
        raise TooManyPurposes(f"There are {MAX_PURPOSES} purposes; nobody reads more. Change one that is not used.")
    values = data.model_dump(mode="json")
    row = Purpose(id=new_id(), organisation_id=key.organisation_id, position=last + 1, **values)
    session.add(row)
    await session.flush()
    await _record(session, "added", row, before=None, after=values)
    return _read(row, {})


async def change(session: AsyncSession, purpose_id: UUID, data: PurposeUpdate, *, if_match: str | None) -> PurposeRead:
    """Change a purpose. Raises PurposeNotFound, PurposeProtected, PreconditionFailed."""
    row = await repository.locked(session, purpose_id)
    if row is None:
        raise PurposeNotFound()
    counts = (await consents_repository.counts(session)).get(row.key, {})
    check_version(if_match, row.version, _read(row, counts).model_dump(mode="json"))
    given = {name: value for name, value in data.model_dump(mode="json").items() if value is not None}
    archived = given.pop("archived", None)
    if archived is not None and archived != (row.archived_at is not None):
        given["archived_at"] = now() if archived else None
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if row.key == TRANSACTIONAL and changed.keys() & {"requires", "archived_at"}:
        raise PurposeProtected("Bookings, receipts and account mails are sent under it, without consent.")
    if changed:
        before = {name: getattr(row, name) for name in changed}
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        await session.flush()
        await _record(session, "changed", row, before=before, after=changed)
    return _read(row, counts)


async def _record(
    session: AsyncSession, verb: str, row: Purpose, *, before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    await identity.record(
        session,
        action=f"consent_purpose.{verb}",
        subject_type="consent_purpose",
        subject_id=row.id,
        before=before,
        after=after,
    )


def _read(row: Purpose, counts: dict[str, int]) -> PurposeRead:
    return PurposeRead.model_validate(row).model_copy(update=counts)
