"""SQL of the audit log."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.identity.models import AuditLink, AuditRow

_BATCH = 2000
_TIMES = ("occurred_at",)
_COLUMNS = (
    "id", "organisation_id", "occurred_at", "actor_kind", "actor_id", "actor_name", "ip", "request_id", "action",
    "subject_type", "subject_id", "before", "after", "reason", "row_digest",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO audit_log ({', '.join(_COLUMNS)}) VALUES ({', '.join(f'${n + 1}' for n in range(len(_COLUMNS)))})"
)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; None matches everything. `action` also matches as a prefix (`lead` finds `lead.updated`)."""

    action: str | None = None
    actor_id: UUID | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as SQL."""
        found: list[ColumnElement[bool]] = []
        if self.action:
            found.append(
                or_(AuditRow.action == self.action, AuditRow.action.startswith(f"{self.action}.", autoescape=True))
            )
        if self.actor_id:
            found.append(AuditRow.actor_id == self.actor_id)
        if self.subject_type:
            found.append(AuditRow.subject_type == self.subject_type)
        if self.subject_id:
            found.append(AuditRow.subject_id == self.subject_id)
        if self.since:
            found.append(AuditRow.occurred_at >= self.since)
        if self.until:
            found.append(AuditRow.occurred_at < self.until)
        if self.q:
            columns = (AuditRow.action, AuditRow.actor_name, AuditRow.subject_id, AuditRow.reason)
            found.append(or_(*(column.icontains(self.q, autoescape=True) for column in columns)))
        return found


async def insert(session: AsyncSession, rows: Sequence[tuple[dict[str, Any], bytes]]) -> None:
    """Add rows given as plain JSON, each with its digest."""
    connection = await asyncpg_connection(session)
    typed = [
        {
            **row,
            "occurred_at": datetime.fromisoformat(row["occurred_at"]),
            "before": _json(row["before"]),
            "after": _json(row["after"]),
            "row_digest": digest,
        }
        for row, digest in rows
    ]
    await connection.executemany(_INSERT, [tuple(row[name] for name in _COLUMNS) for row in typed])


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def search(filters: AuditFilter) -> Select[Any]:
    """Rows that match with their place in the chain, unordered."""
    return (
        select(AuditRow.__table__, AuditLink.sequence, AuditLink.hash)
        .outerjoin(AuditLink, (AuditLink.id == AuditRow.id) & (AuditLink.organisation_id == AuditRow.organisation_id))
        .where(*filters.conditions())
    )


async def stream(session: AsyncSession, filters: AuditFilter) -> AsyncIterator[list[dict[str, Any]]]:
    """Matching rows, newest first, in batches of plain dictionaries."""
    before: UUID | None = None
    while True:
        statement = search(filters).order_by(AuditRow.id.desc()).limit(_BATCH)
        if before is not None:
            statement = statement.where(AuditRow.id < before)
        rows = [dict(row) for row in (await session.execute(statement)).mappings()]
        if rows:
            yield rows
        if len(rows) < _BATCH:
            return
        before = rows[-1]["id"]


async def seal(session: AsyncSession) -> None:
    """Bring all committed rows, and those of this transaction, into the chain."""
    await session.flush()
    await session.execute(text("SET CONSTRAINTS audit_log_chain IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS audit_log_chain DEFERRED"))
    await session.execute(text("SELECT audit_seal()"))


async def links_with_rows(session: AsyncSession, organisation_id: UUID) -> AsyncIterator[dict[str, Any]]:
    """The chain in order, each link beside its row (whose columns are None where it is gone)."""
    after = 0
    content = [column for column in AuditRow.__table__.columns if column.name != "row_digest"]
    while True:
        statement = (
            select(AuditLink.id.label("link_id"), AuditLink.sequence, AuditLink.hash, AuditLink.row_digest, *content)
            .outerjoin(AuditRow, AuditRow.id == AuditLink.id)
            .where(AuditLink.organisation_id == organisation_id, AuditLink.sequence > after)
            .order_by(AuditLink.sequence)
            .limit(_BATCH)
        )
        rows = [dict(row) for row in (await session.execute(statement)).mappings()]
        for row in rows:
            for key in _TIMES:
                row[key] = row[key].astimezone(UTC) if row[key] else None
            yield row
        if len(rows) < _BATCH:
            return
        after = rows[-1]["sequence"]


async def first_row_outside_chain(session: AsyncSession, organisation_id: UUID) -> UUID | None:
    """A row of the log that no link names; call after `seal`."""
    return await session.scalar(
        select(AuditRow.id)
        .where(
            AuditRow.organisation_id == organisation_id,
            ~select(AuditLink.id).where(AuditLink.id == AuditRow.id).exists(),
        )
        .order_by(AuditRow.id)
        .limit(1)
    )


async def last_sequence(session: AsyncSession) -> int:
    """The highest number in the chain of the session's organisation."""
    organisation_id = actor_of(session).organisation_id
    found = await session.scalar(
        select(AuditLink.sequence)
        .where(AuditLink.organisation_id == organisation_id)
        .order_by(AuditLink.sequence.desc())
        .limit(1)
    )
    return found or 0


async def rows_after(session: AsyncSession, sequence: int, *, limit: int) -> list[dict[str, Any]]:
    """Rows of the session's organisation after a number of the chain, in order, with number and hash."""
    content = [column for column in AuditRow.__table__.columns if column.name not in ("row_digest", "organisation_id")]
    statement = (
        select(AuditLink.sequence, AuditLink.hash, *content)
        .join(AuditRow, AuditRow.id == AuditLink.id)
        .where(AuditLink.organisation_id == actor_of(session).organisation_id, AuditLink.sequence > sequence)
        .order_by(AuditLink.sequence)
        .limit(limit)
    )
    return [{**row, "hash": row["hash"].hex()} for row in (await session.execute(statement)).mappings()]
