"""The audit log: search, export, verification."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.classification import hides, masked_facts
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.kernel.payload import Moment
from tradewind.kernel.routing import Router
from tradewind.modules.identity.errors import OrganisationNotFound
from tradewind.modules.identity.models import AuditRow
from tradewind.modules.identity.repository.audit import AuditFilter, search
from tradewind.modules.identity.schemas.audit import AuditRead, AuditVerification
from tradewind.modules.identity.schemas.fields import Text
from tradewind.modules.identity.service import audit

router = Router(prefix="/audit-log", tags=["Audit log"])
_COLUMNS = (
    "id", "occurred_at", "actor_kind", "actor_id", "actor_name", "ip", "request_id", "action", "subject_type",
    "subject_id", "before", "after", "reason", "sequence", "hash",
)  # fmt: skip
_NEWEST = [SortColumn("id", AuditRow.id.expression, descending=True)]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2500, 1, 1, tzinfo=UTC)


def _filter(
    action: Annotated[Text | None, Query(description="An action, or its first part: `lead`")] = None,
    actor_id: UUID | None = None,
    subject_type: Text | None = None,
    subject_id: Text | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    q: Annotated[Text | None, Query(description="Part of action, actor's name, subject or reason")] = None,
) -> AuditFilter:
    return AuditFilter(action, actor_id, subject_type, subject_id, _bounded(since), _bounded(until), q)


def _bounded(moment: datetime | None) -> datetime | None:
    """Years that PostgreSQL's driver cannot shift to UTC are cut to sensible ones."""
    return None if moment is None else min(max(moment, _EARLIEST), _LATEST)


Filter = Annotated[AuditFilter, Depends(_filter)]


@router.get("", dependencies=[requires("audit:read")])
async def search_audit_log(
    session: Session,
    filters: Filter,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[AuditRead]:
    """Rows that match, newest first."""
    rows, following, previous = await fetch_page(session, search(filters), _NEWEST, cursor=cursor, limit=limit)
    hidden = hides(actor_of(session))
    items = [AuditRead.model_validate(_shown(dict(row._mapping), hidden=hidden)) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


@router.get(
    "/export",
    dependencies=[requires("audit:read")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "CSV, newest first"}},
)
async def export_audit_log(request: Request, actor: CurrentActor, filters: Filter) -> StreamingResponse:
    """All rows that match as CSV. Cells that a spreadsheet would run as formulas are made text."""
    database = request.app.state.database
    hidden = hides(actor)

    async def lines() -> AsyncIterator[str]:
        yield _line(_COLUMNS)
        async with database.transaction(actor) as session:
            async for batch in audit.stream(session, filters):
                yield "".join(_line([_cell(_shown(row, hidden=hidden)[key]) for key in _COLUMNS]) for row in batch)

    name = f"audit-log-{now():%Y-%m-%d}.csv"
    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.post("/verification", dependencies=[requires("audit:read")])
async def verify_audit_log(session: Session) -> AuditVerification:
    """Walk the hash chain and name the first row that does not fit."""
    organisation_id = actor_of(session).organisation_id
    if organisation_id is None:
        raise OrganisationNotFound()
    report = await audit.verify(session, organisation_id)
    return AuditVerification.model_validate(report, from_attributes=True)


def _shown(row: dict[str, Any], *, hidden: bool) -> dict[str, Any]:
    """A row for the outside; `hidden` masks personal data in what changed and why."""
    shown = {**row, "hash": row["hash"].hex() if row["hash"] else None}
    if hidden:
        shown |= {key: masked_facts(row[key]) for key in ("before", "after", "reason")}
    return shown


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _line(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
