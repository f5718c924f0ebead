"""HTTP of people: the list, single leads, counts, fields and the timeline."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.pagination import Page, Total
from tradewind.kernel.routing import Router
from tradewind.kernel.sparse import FieldsText, chosen_fields, picked
from tradewind.modules.leads.repository.lists import dumps, row_json
from tradewind.modules.leads.schemas.people import (
    FieldsRead,
    LeadBulkCreate,
    LeadBulkCreated,
    LeadCountRequest,
    LeadCreate,
    LeadRead,
    LeadRow,
    LeadUpdate,
    SearchRead,
)
from tradewind.modules.leads.schemas.texts import SearchText
from tradewind.modules.leads.schemas.timeline import ActivityCreate, ActivityRead, TimelinePage
from tradewind.modules.leads.service import bulk_create, lists, people, timeline

router = Router(tags=["Leads"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
CursorText = Annotated[str | None, Query(min_length=1, max_length=2048)]
Limit = Annotated[int, Query(ge=1, le=100)]
Words = Annotated[SearchText | None, Query(description="Words of name, company, e-mail or notes")]
Filter = Annotated[
    str | None, Query(max_length=20_000, description="A condition as JSON, see GET /leads/fields for its fields")
]
Kinds = Annotated[
    list[Annotated[str, Query(max_length=60, pattern=r"^[a-z_.]+$")]] | None,
    Query(max_length=30, description="Kinds such as email.opened, or their first part: email"),
]


def _answer(row: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        dumps(row_json(row)),
        status_code=status,
        media_type="application/json",
        headers={"ETag": etag(row["version"]), **(headers or {})},
    )


@router.get("/leads", dependencies=[requires("leads:read")], response_model=Page[LeadRow])
async def list_leads(
    session: Session,
    limit: Limit = 50,
    cursor: CursorText = None,
    sort: Annotated[str, Query(max_length=60)] = "-created_at",
    q: Words = None,
    filter: Filter = None,
    segment_id: UUID | None = None,
    fields: FieldsText = None,
) -> Response:
    """A page of leads. The total is exact up to 10,000 and an estimate beyond; pages by cursor carry none."""
    content = await lists.page(
        session,
        condition=filter,
        q=q,
        segment_id=segment_id,
        sort=sort,
        cursor=cursor,
        limit=limit,
        fields=chosen_fields(fields, LeadRow),
    )
    return Response(content, media_type="application/json")


@router.post("/leads", status_code=201, dependencies=[requires("leads:write")], response_model=LeadRead)
async def create_lead(session: Session, data: LeadCreate) -> Response:
    """Add a lead."""
    row = await people.create_lead(session, data)
    return _answer(row, 201, {"Location": f"/api/v1/leads/{row['id']}"})


@router.post("/leads/bulk-create", dependencies=[requires("leads:write")])
async def create_many_leads(session: Session, data: LeadBulkCreate) -> LeadBulkCreated:
    """Add up to 1,000 leads. A body of the wrong shape is refused as a whole; what only the data decides, such as an
    unknown company, is answered item by item, and the other items are added."""
    return await bulk_create.create_leads(session, data.items)


@router.post("/leads/count", dependencies=[requires("leads:read")])
async def count_leads(session: Session, data: LeadCountRequest) -> Total:
    """How many leads a filter holds for: exact up to 10,000, an estimate beyond."""
    return await lists.count(session, condition=data.filter, q=data.q, segment_id=data.segment_id)


@router.get("/leads/fields", dependencies=[requires("leads:read")])
async def read_fields(session: Session) -> FieldsRead:
    """All fields a filter may name, with their kinds, operators and options."""
    return await lists.field_catalogue(session)


@router.get("/leads/{lead_id:uuid}", dependencies=[requires("leads:read")], response_model=LeadRead)
async def read_lead(session: Session, lead_id: UUID, fields: FieldsText = None) -> Response:
    """One lead."""
    chosen = chosen_fields(fields, LeadRead)
    if chosen is None:
        return _answer(await people.read_lead(session, lead_id))
    row = await people.read_lead(session, lead_id, tuple(dict.fromkeys(("id", "version", *chosen))))
    return Response(
        dumps(picked(row_json(row), chosen)), media_type="application/json", headers={"ETag": etag(row["version"])}
    )


@router.patch("/leads/{lead_id:uuid}", dependencies=[requires("leads:write")], response_model=LeadRead)
async def update_lead(session: Session, lead_id: UUID, data: LeadUpdate, if_match: IfMatch = None) -> Response:
    """Change a lead. With If-Match, 412 and the current state if someone else was faster."""
    return _answer(await people.update_lead(session, lead_id, data, if_match=if_match))


@router.delete("/leads/{lead_id:uuid}", status_code=204, dependencies=[requires("leads:delete")])
async def delete_lead(session: Session, lead_id: UUID, if_match: IfMatch = None) -> None:
    """Delete a lead: hidden at once, removed for good after 30 days."""
    await people.delete_lead(session, lead_id, if_match=if_match)


@router.get("/leads/{lead_id:uuid}/timeline", dependencies=[requires("leads:read")])
async def read_timeline(
    session: Session, lead_id: UUID, kind: Kinds = None, cursor: CursorText = None, limit: Limit = 50
) -> TimelinePage:
    """What happened to a lead, newest first."""
    return await timeline.lead_timeline(session, lead_id, kinds=kind or [], cursor=cursor, limit=limit)


@router.post("/leads/{lead_id:uuid}/activities", status_code=201, dependencies=[requires("leads:write")])
async def log_activity(session: Session, lead_id: UUID, data: ActivityCreate) -> ActivityRead:
    """Write down a call, a meeting or a mail that happened outside the product."""
    return await timeline.log_activity(session, lead_id, data)


@router.get("/search", dependencies=[requires("leads:read")])
async def search(session: Session, q: SearchText) -> SearchRead:
    """The quick search: a few leads, companies and deals."""
    return await lists.search(session, q)
