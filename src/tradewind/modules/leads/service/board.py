"""The board: what stands on each stage and what it is worth, currency by currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Cursor, InvalidCursor
from tradewind.modules.leads.errors_deals import StageNotFound
from tradewind.modules.leads.repository import board as repository
from tradewind.modules.leads.repository import pipelines as pipeline_rows
from tradewind.modules.leads.schemas.deals import Board, BoardCard, BoardColumn, BoardTotal, CardPage
from tradewind.modules.leads.service import pipelines


async def read_board(
    session: AsyncSession, pipeline_id: UUID, *, owner_id: UUID | None = None, limit: int = 50
) -> Board:
    """Columns of a pipeline with sums and their first `limit` cards. Raises PipelineNotFound."""
    pipeline = await pipelines.require_pipeline(session, pipeline_id)
    stages = await pipeline_rows.stages_of(session, [pipeline_id])
    sums: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in await repository.totals(session, pipeline_id, owner_id):
        sums[row.stage_id].append(row)
    cards: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for card in await repository.first_cards(
        session,
        organisation_id=pipeline.organisation_id,
        stage_ids=[stage.id for stage in stages],
        owner_id=owner_id,
        limit=limit + 1,
    ):
        cards[card.stage_id].append(card)
    columns = [
        BoardColumn(
            stage_id=stage.id,
            name=stage.name,
            kind=stage.kind,  # pyright: ignore[reportArgumentType]
            probability=round(stage.probability, 4),
            position=stage.position,
            count=sum(row.number for row in sums[stage.id]),
            totals=[_total(row, stage.probability) for row in _by_worth(sums[stage.id])],
            cards=[_card(card) for card in cards[stage.id][:limit]],
            more=_more(stage.id, cards[stage.id], limit),
        )
        for stage in stages
    ]
    return Board(
        pipeline_id=pipeline.id,
        name=pipeline.name,
        currency=pipeline.currency,
        totals=_added(total for column in columns if column.kind == "open" for total in column.totals),
        columns=columns,
    )


async def read_cards(
    session: AsyncSession, stage_id: UUID, *, cursor: str, owner_id: UUID | None = None, limit: int = 50
) -> CardPage:
    """The next cards of a column. Raises StageNotFound, InvalidCursor."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    if await pipeline_rows.stage(session, stage_id) is None:
        raise StageNotFound("There is no such stage; it may have been removed.")
    position, last_id = Cursor.decode(cursor, _order(stage_id)).values
    if not isinstance(position, float) or not isinstance(last_id, UUID):
        raise InvalidCursor("Start again from the board.")
    rows = await repository.more_cards(
        session,
        organisation_id=organisation_id,
        stage_id=stage_id,
        owner_id=owner_id,
        after=(position, last_id),
        limit=limit + 1,
    )
    return CardPage(cards=[_card(row) for row in rows[:limit]], more=_more(stage_id, rows, limit))


def _order(stage_id: UUID) -> str:
    return f"board:{stage_id}"


def _more(stage_id: UUID, rows: Sequence[Row[Any]], limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return Cursor((last.position, last.id)).encode(_order(stage_id))


def _card(row: Row[Any]) -> BoardCard:
    return BoardCard.model_validate(row._mapping)


def _total(row: Row[Any], probability: float) -> BoardTotal:
    return BoardTotal(
        currency=row.currency,
        count=row.number,
        amount_minor=row.amount_minor,
        weighted_minor=round(row.amount_minor * round(probability, 4)),
    )


def _by_worth(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: (-row.number, row.currency))


def _added(totals: Iterable[BoardTotal]) -> list[BoardTotal]:
    sums: dict[str, BoardTotal] = {}
    for total in totals:
        present = sums.get(total.currency)
        sums[total.currency] = BoardTotal(
            currency=total.currency,
            count=total.count + (present.count if present else 0),
            amount_minor=total.amount_minor + (present.amount_minor if present else 0),
            weighted_minor=total.weighted_minor + (present.weighted_minor if present else 0),
        )
    return sorted(sums.values(), key=lambda total: (-total.count, total.currency))
