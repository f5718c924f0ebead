"""HTTP of companies."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.kernel.sparse import FieldsText, answer, chosen_fields, page_answer
from tradewind.modules.leads.schemas.companies import CompanyCreate, CompanyRead, CompanySort, CompanyUpdate
from tradewind.modules.leads.schemas.texts import SearchText
from tradewind.modules.leads.schemas.timeline import TimelinePage
from tradewind.modules.leads.service import companies as service
from tradewind.modules.leads.service import timeline

router = Router(prefix="/companies", tags=["Companies"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
CursorText = Annotated[str | None, Query(min_length=1, max_length=2048)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("", dependencies=[requires("leads:read")], response_model=Page[CompanyRead])
async def list_companies(
    session: Session,
    limit: Limit = 50,
    cursor: CursorText = None,
    sort: CompanySort = "name",
    q: SearchText | None = None,
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
    industry: SearchText | None = None,
    owner_id: UUID | None = None,
    tag: SearchText | None = None,
    fields: FieldsText = None,
) -> Page[CompanyRead] | Response:
    """A page of companies."""
    names = chosen_fields(fields, CompanyRead)
    wanted: dict[str, Any] = {"sort": sort, "cursor": cursor, "limit": limit, "q": q, "country": country}
    wanted |= {"industry": industry, "owner_id": owner_id, "tag": tag}
    if names is not None:
        return page_answer(*await service.list_fields(session, names, **wanted))
    return await service.list_companies(session, **wanted)


@router.post("", status_code=201, dependencies=[requires("leads:write")])
async def create_company(session: Session, data: CompanyCreate, response: Response) -> CompanyRead:
    """Add a company."""
    company = await service.create_company(session, data)
    response.headers["ETag"] = etag(company.version)
    response.headers["Location"] = f"/api/v1/companies/{company.id}"
    return company


@router.get("/{company_id:uuid}", dependencies=[requires("leads:read")], response_model=CompanyRead)
async def read_company(
    session: Session, company_id: UUID, response: Response, fields: FieldsText = None
) -> CompanyRead | Response:
    """One company."""
    names = chosen_fields(fields, CompanyRead)
    if names is not None:
        return answer(*await service.read_fields(session, company_id, names))
    company = await service.read_company(session, company_id)
    response.headers["ETag"] = etag(company.version)
    return company


@router.patch("/{company_id:uuid}", dependencies=[requires("leads:write")])
async def update_company(
    session: Session, company_id: UUID, data: CompanyUpdate, response: Response, if_match: IfMatch = None
) -> CompanyRead:
    """Change a company. With If-Match, 412 and the current state if someone else was faster."""
    company = await service.update_company(session, company_id, data, if_match=if_match)
    response.headers["ETag"] = etag(company.version)
    return company


@router.delete("/{company_id:uuid}", status_code=204, dependencies=[requires("leads:delete")])
async def delete_company(session: Session, company_id: UUID, if_match: IfMatch = None) -> None:
    """Delete a company; its people stay."""
    await service.delete_company(session, company_id, if_match=if_match)


@router.get("/{company_id:uuid}/timeline", dependencies=[requires("leads:read")])
async def read_company_timeline(
    session: Session, company_id: UUID, cursor: CursorText = None, limit: Limit = 50
) -> TimelinePage:
    """What happened to a company, newest first."""
    return await timeline.company_timeline(session, company_id, kinds=[], cursor=cursor, limit=limit)
