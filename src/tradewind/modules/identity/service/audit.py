"""The audit log: recording, searching, and verifying its hash chain."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.canonical_json import canonical, plain
from tradewind.modules.identity.contracts import ChainReport
from tradewind.modules.identity.events import AuditRecorded
from tradewind.modules.identity.repository import audit as repository

log = structlog.get_logger(__name__)
_HASHED = (
    "id", "organisation_id", "occurred_at", "actor_kind", "actor_id", "actor_name", "ip", "request_id", "action",
    "subject_type", "subject_id", "before", "after", "reason",
)  # fmt: skip


async def record(
    session: AsyncSession,
    *,
    action: str,
    subject_type: str | None = None,
    subject_id: UUID | str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add a row for the session's actor and organisation, in the session's transaction.

    Before and after hold only what changed. Outside any organisation there is no log: the fact goes to the
    process log instead.
    """
    if actor_of(session).organisation_id is None:
        log.info("audit.outside_organisation", action=action, actor=actor_of(session).name)
        return
    row = _row(
        session, action=action, subject_type=subject_type, subject_id=None if subject_id is None else str(subject_id),
        before=before, after=after, reason=reason,
    )  # fmt: skip
    await repository.insert(session, [(row, row_digest(row))])
    await publish(session, AuditRecorded())


async def record_many(
    session: AsyncSession, *, action: str, subject_type: str, after: Sequence[tuple[UUID, dict[str, Any]]]
) -> None:
    """Add a row for each new thing, given as (id, what it is), in one statement."""
    rows = [
        _row(session, action=action, subject_type=subject_type, subject_id=str(key), before=None, after=value)
        for key, value in after
    ]
    await repository.insert(session, [(row, row_digest(row)) for row in rows])
    await publish(session, AuditRecorded())


def _row(session: AsyncSession, *, reason: str | None = None, **facts: Any) -> dict[str, Any]:
    actor = actor_of(session)
    return plain(
        {
            "id": new_id(),
            "organisation_id": actor.organisation_id,
            "occurred_at": now(),
            "actor_kind": actor.kind,
            "actor_id": actor.user_id or actor.key_id,
            "actor_name": actor.name,
            "ip": actor.ip,
            "request_id": actor.request_id,
            "reason": reason,
            **facts,
        }
    )


def row_digest(row: dict[str, Any]) -> bytes:
    """SHA-256 over the canonical JSON of a row's content (plain JSON, times as ISO text in UTC)."""
    return hashlib.sha256(canonical({key: row[key] for key in _HASHED})).digest()


def genesis(organisation_id: UUID) -> bytes:
    """The hash before the first row; differs per organisation, so that chains cannot be swapped."""
    return hashlib.sha256(f"tradewind audit {organisation_id}".encode()).digest()


async def verify(session: AsyncSession, organisation_id: UUID) -> ChainReport:
    """Walk the whole chain of the session's organisation and name the first row that does not fit.

    Finds changed, removed, reordered and smuggled-in rows. A tail cut off together with its links shows only
    against a head noted earlier: the report carries the head for that.
    """
    await repository.seal(session)
    previous, sequence = genesis(organisation_id), 0
    async for link in repository.links_with_rows(session, organisation_id):
        sequence += 1
        reason = _fault(link, sequence, previous)
        if reason is not None:
            return ChainReport(organisation_id, sequence, sequence, "", link["link_id"], link["sequence"], reason)
        previous = link["hash"]
    stray = await repository.first_row_outside_chain(session, organisation_id)
    if stray is not None:
        reason = "the row is in the log but not in the chain"
        return ChainReport(organisation_id, sequence, sequence, previous.hex(), stray, None, reason)
    return ChainReport(organisation_id, sequence, sequence, previous.hex())


def _fault(link: dict[str, Any], sequence: int, previous: bytes) -> str | None:
    if link["sequence"] != sequence:
        return f"link {sequence} is missing"
    if link["hash"] != hashlib.sha256(previous + link["row_digest"]).digest():
        return "the link does not follow from the one before"
    if link["id"] is None:
        return "the row was removed"
    row = {key: link[key] for key in _HASHED}
    if row_digest(plain(row)) != link["row_digest"]:
        return "the row was changed"
    return None


async def stream(session: AsyncSession, filters: repository.AuditFilter) -> AsyncIterator[list[dict[str, Any]]]:
    """All rows that match, newest first, in batches."""
    async for batch in repository.stream(session, filters):
        yield batch


async def head(session: AsyncSession) -> int:
    """The number of the last row in the chain of the session's organisation, 0 before the first."""
    await repository.seal(session)
    return await repository.last_sequence(session)


async def entries(session: AsyncSession, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Rows of the chain that follow number `after`, as plain JSON with their number and hash."""
    await repository.seal(session)
    return [plain(row) for row in await repository.rows_after(session, after, limit=limit)]
