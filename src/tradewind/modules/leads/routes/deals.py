"""HTTP of deals and of the board."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import Day
from tradewind.kernel.routing import Router
from tradewind.kernel.sparse import FieldsText, answer, chosen_fields, page_answer
from tradewind.modules.leads.repository.deals import DealFilter
from tradewind.modules.leads.schemas.deals import (
    Board,
    CardPage,
    DealCreate,
    DealMove,
    DealRead,
    DealSort,
    DealUpdate,
    StageChangeRead,
)
from tradewind.modules.leads.schemas.pipelines import StageKind
from tradewind.modules.leads.schemas.texts import SearchText
from tradewind.modules.leads.service import board as board_service
from tradewind.modules.leads.service import deals as service

router = Router(tags=["Deals"])
IfMatch = Annotated[str | None, Header()]
Amount = Annotated[int | None, Query(ge=0, le=10**15)]
CursorText = Annotated[str, Query(min_length=1, max_length=2048)]


@router.get("/pipelines/{pipeline_id}/board", dependencies=[requires("deals:read")])
async def read_board(
    session: Session,
    pipeline_id: UUID,
    owner_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Board:
    """Columns with count, amounts per currency, weighted amounts, and their first cards."""
    return await board_service.read_board(session, pipeline_id, owner_id=owner_id, limit=limit)


@router.get("/stages/{stage_id}/cards", dependencies=[requires("deals:read")])
async def read_cards(
    session: Session,
    stage_id: UUID,
    cursor: CursorText,
    owner_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> CardPage:
    """More cards of one column, from its `more` cursor on."""
    return await board_service.read_cards(session, stage_id, cursor=cursor, owner_id=owner_id, limit=limit)


@router.get("/deals", dependencies=[requires("deals:read")], response_model=Page[DealRead])
async def list_deals(
    session: Session,
    pipeline_id: UUID | None = None,
    stage_id: UUID | None = None,
    kind: StageKind | None = None,
    owner_id: UUID | None = None,
    lead_id: UUID | None = None,
    company_id: UUID | None = None,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    close_from: Day | None = None,
    close_to: Day | None = None,
    q: SearchText | None = None,
    sort: DealSort = "-created_at",
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    fields: FieldsText = None,
) -> Page[DealRead] | Response:
    """Deals by pipeline, stage, outcome, owner, lead, company, amount, close date or words in their names."""
    wanted = DealFilter(
        pipeline_id, stage_id, kind, owner_id, lead_id, company_id, currency, amount_from, amount_to, close_from,
        close_to, q,
    )  # fmt: skip
    names = chosen_fields(fields, DealRead)
    if names is not None:
        return page_answer(*await service.list_fields(session, wanted, names, sort=sort, cursor=cursor, limit=limit))
    return await service.list_deals(session, wanted, sort=sort, cursor=cursor, limit=limit)


@router.post("/deals", status_code=201, dependencies=[requires("deals:write")])
async def create_deal(session: Session, data: DealCreate, response: Response) -> DealRead:
    """Open a deal."""
    return tagged(response, await service.create_deal(session, data))


@router.get("/deals/{deal_id}", dependencies=[requires("deals:read")], response_model=DealRead)
async def read_deal(
    session: Session, deal_id: UUID, response: Response, fields: FieldsText = None
) -> DealRead | Response:
    """One deal."""
    names = chosen_fields(fields, DealRead)
    if names is not None:
        return answer(*await service.read_fields(session, deal_id, names))
    return tagged(response, await service.read_deal(session, deal_id))


@router.patch("/deals/{deal_id}", dependencies=[requires("deals:write")])
async def update_deal(
    session: Session, deal_id: UUID, data: DealUpdate, response: Response, if_match: IfMatch = None
) -> DealRead:
    """Change a deal; with `If-Match`, 412 and the present deal if someone was faster."""
    return tagged(response, await service.update_deal(session, deal_id, data, if_match))


@router.delete("/deals/{deal_id}", status_code=204, dependencies=[requires("deals:write")])
async def delete_deal(session: Session, deal_id: UUID, if_match: IfMatch = None) -> None:
    """Delete a deal; `restore` brings it back."""
    await service.delete_deal(session, deal_id, if_match)


@router.post("/deals/{deal_id}/restore", dependencies=[requires("deals:write")])
async def restore_deal(session: Session, deal_id: UUID, response: Response) -> DealRead:
    """Bring a deleted deal back."""
    return tagged(response, await service.restore_deal(session, deal_id))


@router.post("/deals/{deal_id}/move", dependencies=[requires("deals:write")])
async def move_deal(
    session: Session, deal_id: UUID, data: DealMove, response: Response, if_match: IfMatch = None
) -> DealRead:
    """Move a card to a stage and a place in it; a lost stage needs `lost_reason`."""
    return tagged(response, await service.move_deal(session, deal_id, data, if_match))


@router.get("/deals/{deal_id}/history", dependencies=[requires("deals:read")])
async def deal_history(session: Session, deal_id: UUID) -> list[StageChangeRead]:
    """The stages a deal went through, newest first."""
    return await service.deal_history(session, deal_id)
