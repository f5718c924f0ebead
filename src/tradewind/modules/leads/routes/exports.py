"""HTTP of exports."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from tradewind.kernel.access import CurrentActor, requires
from tradewind.kernel.clock import now
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.texts import SearchText
from tradewind.modules.leads.service import exports
from tradewind.modules.leads.service.lists import parse_condition

router = Router(tags=["Exports"])
_FILE = {"type": "string", "format": "binary"}
# As many ids as fit into an address that every proxy lets through.
EXPORTED_IDS = 150
_ROWS = {"type": "array", "items": {"type": "object"}}


@router.get(
    "/leads/export",
    dependencies=[requires("leads:export")],
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {
                kind.split(";")[0]: {"schema": _ROWS if name == "json" else _FILE}
                for name, kind in exports.MEDIA_TYPES.items()
            }
        }
    },
)
async def export_leads(
    request: Request,
    actor: CurrentActor,
    format: exports.Format = "csv",
    q: Annotated[SearchText | None, Query()] = None,
    filter: Annotated[str | None, Query(max_length=20_000, description="A condition as JSON")] = None,
    segment_id: UUID | None = None,
    ids: Annotated[
        list[UUID] | None,
        Query(max_length=EXPORTED_IDS, description="Only these leads, of those the filter finds."),
    ] = None,
) -> StreamingResponse:
    """All leads of a filtered list as CSV, XLSX or JSON. Cells that look like formulas are made harmless."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        chosen, fields = await exports.prepare(
            session, kind=format, condition=parse_condition(filter), q=q, segment_id=segment_id, ids=ids or ()
        )

    async def pieces() -> AsyncIterator[bytes]:
        async with database.transaction(actor) as session:
            async for piece in exports.stream(session, format, chosen, fields):
                yield piece

    name = f"leads-{now():%Y-%m-%d}.{format}"
    return StreamingResponse(
        pieces(),
        media_type=exports.MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
