"""HTTP of the suppression list."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.multipart import FILE_BODY, read_file
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import storable
from tradewind.kernel.routing import Router
from tradewind.modules.privacy import api
from tradewind.modules.privacy.contracts import Channel, NewSuppression, Scope, SuppressionReason
from tradewind.modules.privacy.errors import ListTooLarge
from tradewind.modules.privacy.list_files import MAX_BYTES
from tradewind.modules.privacy.schemas.consents import Note
from tradewind.modules.privacy.schemas.suppressions import (
    SuppressionCount,
    SuppressionImportRead,
    SuppressionRead,
    SuppressionRelease,
    SuppressionsAdded,
    SuppressionsCreate,
)
from tradewind.modules.privacy.service import listing, suppressing

router = Router(tags=["Suppression"])
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/suppressions", dependencies=[requires("privacy:read")])
async def list_suppressions(
    session: Session,
    channel: Channel | None = None,
    reason: SuppressionReason | None = None,
    address: Annotated[
        str | None, Query(min_length=3, max_length=320, description="The whole address"), AfterValidator(storable)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[SuppressionRead]:
    """Contact points that get nothing, or only what they asked for; newest first."""
    return await listing.page(session, channel=channel, reason=reason, address=address, cursor=cursor, limit=limit)


@router.get("/suppression-counts", dependencies=[requires("privacy:read")])
async def count_suppressions(session: Session) -> list[SuppressionCount]:
    """How many contact points are suppressed, by channel and reason."""
    return await listing.counts(session)


@router.post("/suppressions", status_code=201, dependencies=[requires("privacy:write")])
async def add_suppressions(session: Session, data: SuppressionsCreate) -> SuppressionsAdded:
    """Stop messages to contact points; what is suppressed already stays so, or becomes wider."""
    wanted = [NewSuppression(**each.model_dump(), source="manual") for each in data.suppressions]
    return SuppressionsAdded(added=await api.suppress(session, wanted))


@router.post("/suppressions/{suppression_id:uuid}/release", status_code=204, dependencies=[requires("privacy:write")])
async def release_suppression(session: Session, suppression_id: UUID, data: SuppressionRelease) -> None:
    """Take a contact point off the list, saying why. The entry stays as evidence."""
    await suppressing.release_one(session, suppression_id, note=data.note)


@router.post(
    "/suppressions/import",
    dependencies=[requires("privacy:write"), rate_limit("suppression_imports", "20/hour", key="actor")],
    openapi_extra=FILE_BODY,
)
async def import_suppressions(
    request: Request,
    session: Session,
    channel: Channel = "email",
    reason: SuppressionReason = "import",
    scope: Scope | None = None,
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="Reads national phone numbers")] = None,
    note: Note = "",
) -> SuppressionImportRead:
    """Put every address of a text or CSV file (10 MB, 200,000 lines) on the list; the same file twice adds nothing."""
    too_large = ListTooLarge(f"One import takes {MAX_BYTES >> 20} MB. Split the list.")
    _, content = await read_file(request, max_bytes=MAX_BYTES, too_large=too_large)
    return await listing.bring_in(
        session, content, channel=channel, reason=reason, scope=scope, country=country, note=note
    )


@router.get(
    "/suppressions/export",
    dependencies=[requires("privacy:read")],
    response_class=StreamingResponse,
    responses=_CSV,
)
async def export_suppressions(request: Request, actor: CurrentActor) -> StreamingResponse:
    """The whole list as CSV; addresses are masked for those who may not see contact details."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        await listing.note_export(session)

    async def pieces() -> AsyncIterator[bytes]:
        async with database.transaction(actor) as session:
            async for piece in listing.export(session):
                yield piece

    headers = {"Content-Disposition": f'attachment; filename="suppressions-{now():%Y-%m-%d}.csv"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)
