"""SQL of deals: one row with the names it belongs to, lists, positions on the board, outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.deals import Deal, DealStageChange, Stage
from tradewind.modules.leads.models.people import Lead

# Cards lie this far apart, so that about fifty moves fit between two before a column is numbered anew.
SPACING = 1024.0
_SMALLEST_GAP = 1e-6
_REBALANCE = text("""
    UPDATE deals d SET position = o.place * CAST(:spacing AS double precision)
    FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS place
          FROM deals WHERE stage_id = :stage_id AND deleted_at IS NULL) o
    WHERE d.id = o.id
""")


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What a list of deals is narrowed to; None means any."""

    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    kind: str | None = None
    owner_id: UUID | None = None
    lead_id: UUID | None = None
    company_id: UUID | None = None
    currency: str | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    close_from: date | None = None
    close_to: date | None = None
    q: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as SQL conditions on deals and their stage."""
        equal = {
            Deal.pipeline_id: self.pipeline_id,
            Deal.stage_id: self.stage_id,
            Stage.kind: self.kind,
            Deal.owner_id: self.owner_id,
            Deal.lead_id: self.lead_id,
            Deal.company_id: self.company_id,
            Deal.currency: self.currency,
        }
        found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
        if self.amount_from is not None:
            found.append(Deal.amount_minor >= self.amount_from)
        if self.amount_to is not None:
            found.append(Deal.amount_minor <= self.amount_to)
        if self.close_from is not None:
            found.append(Deal.close_date >= self.close_from)
        if self.close_to is not None:
            found.append(Deal.close_date <= self.close_to)
        if self.q:
            pattern = "%" + self.q.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
            found.append(or_(*(func.lower(c).like(pattern) for c in (Deal.name, Lead.full_name, Company.name))))
        return found


def _read() -> Select[Any]:
    return (
        select(
            *Deal.__table__.columns,
            Lead.full_name.label("lead_name"),
            Lead.score.label("lead_score"),
            Lead.score_band.label("lead_score_band"),
            func.coalesce(Company.name, Lead.company_name).label("company_name"),
            Stage.name.label("stage_name"),
            Stage.kind.label("kind"),
            Stage.probability.label("probability"),
        )
        .join(Stage, Stage.id == Deal.stage_id)
        .outerjoin(Lead, Lead.id == Deal.lead_id)
        .outerjoin(Company, Company.id == Deal.company_id)
    )


def _only(statement: Select[Any], names: Sequence[str] | None) -> Select[Any]:
    """The statement with the named columns only; the joins stay, since conditions may need them."""
    if names is None:
        return statement
    columns = {column.key: column for column in statement.selected_columns}
    return statement.with_only_columns(*(columns[name] for name in names), maintain_column_froms=True)


async def read(session: AsyncSession, deal_id: UUID, names: Sequence[str] | None = None) -> Row[Any] | None:
    """One live deal with names of lead, company and stage, or only the named columns of it."""
    statement = _only(_read(), names).where(Deal.id == deal_id, Deal.deleted_at.is_(None))
    return (await session.execute(statement)).first()


async def read_many(session: AsyncSession, ids: Select[Any]) -> Sequence[Row[Any]]:
    """The live deals whose ids a statement selects, newest first."""
    statement = _read().where(Deal.id.in_(ids), Deal.deleted_at.is_(None))
    return (await session.execute(statement.order_by(Deal.created_at.desc(), Deal.id.desc()))).all()


async def behind(session: AsyncSession, lead_id: UUID, stage: Stage) -> UUID | None:
    """The lead's open deal of the stage's pipeline that was touched last, locked, if it stands before the stage."""
    row = await session.execute(
        select(Deal.id, Stage.position)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            Deal.lead_id == lead_id,
            Deal.pipeline_id == stage.pipeline_id,
            Deal.deleted_at.is_(None),
            Stage.kind == "open",
        )
        .order_by(Deal.updated_at.desc(), Deal.id.desc())
        .limit(1)
        .with_for_update(of=Deal)
    )
    found = row.first()
    return found.id if found is not None and found.position < stage.position else None


async def locked(session: AsyncSession, deal_id: UUID, *, deleted: bool = False) -> Deal | None:
    """The deal, locked until the transaction ends."""
    query = select(Deal).where(Deal.id == deal_id).with_for_update().execution_options(populate_existing=True)
    query = query.where(Deal.deleted_at.is_not(None) if deleted else Deal.deleted_at.is_(None))
    return await session.scalar(query)


SORTS: dict[str, tuple[Any, bool]] = {
    "created_at": (Deal.created_at, False),
    "updated_at": (Deal.updated_at, False),
    "name": (func.lower(Deal.name), False),
    "amount_minor": (Deal.amount_minor, True),
    "close_date": (Deal.close_date, True),
    "stage_entered_at": (Deal.stage_entered_at, False),
}


async def list_page(
    session: AsyncSession,
    wanted: DealFilter,
    *,
    sort: str,
    cursor: str | None,
    limit: int,
    names: Sequence[str] | None = None,
) -> tuple[list[Row[Any]], str | None, str | None]:
    """One page of live deals, or of their named columns: (rows, next cursor, previous cursor)."""
    descending = sort.startswith("-")
    expression, nullable = SORTS[sort.removeprefix("-")]
    columns = [
        SortColumn(sort.removeprefix("-"), expression, descending=descending, nullable=nullable),
        SortColumn("id", Deal.__table__.c.id, descending=descending),
    ]
    statement = _only(_read(), names).where(Deal.deleted_at.is_(None), *wanted.conditions())
    return await fetch_page(session, statement, columns, cursor=cursor, limit=limit)


async def count(session: AsyncSession, wanted: DealFilter, *, bound: int) -> int:
    """How many live deals fit, counting to `bound` at most."""
    matching = (
        select(Deal.id)
        .join(Stage, Stage.id == Deal.stage_id)
        .outerjoin(Lead, Lead.id == Deal.lead_id)
        .outerjoin(Company, Company.id == Deal.company_id)
        .where(Deal.deleted_at.is_(None), *wanted.conditions())
        .limit(bound)
        .subquery()
    )
    return await session.scalar(select(func.count()).select_from(matching)) or 0


async def history(session: AsyncSession, deal_id: UUID, limit: int) -> Sequence[DealStageChange]:
    """The deal's moves, newest first."""
    query = (
        select(DealStageChange)
        .where(DealStageChange.deal_id == deal_id)
        .order_by(DealStageChange.changed_at.desc(), DealStageChange.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def top_position(session: AsyncSession, stage_id: UUID) -> float:
    """A position above all cards of the stage."""
    first = await session.scalar(
        select(func.min(Deal.position)).where(Deal.stage_id == stage_id, Deal.deleted_at.is_(None))
    )
    return (first if first is not None else 0.0) - SPACING


async def position_beside(
    session: AsyncSession, *, stage_id: UUID, neighbour_id: UUID, moving_id: UUID, before: bool
) -> float | None:
    """The middle between a card and its other neighbour; numbers the column anew when they lie too close.

    The caller holds the lock of the stage. None if the neighbour is not on this stage.
    """
    for _ in range(2):
        at = await session.scalar(
            select(Deal.position).where(Deal.id == neighbour_id, Deal.stage_id == stage_id, Deal.deleted_at.is_(None))
        )
        if at is None:
            return None
        others = (Deal.stage_id == stage_id, Deal.deleted_at.is_(None), Deal.id.not_in([moving_id, neighbour_id]))
        edge = func.max(Deal.position) if before else func.min(Deal.position)
        beyond = Deal.position <= at if before else Deal.position >= at
        other = await session.scalar(select(edge).where(*others, beyond))
        if other is None:
            return at - SPACING if before else at + SPACING
        if abs(at - other) > _SMALLEST_GAP:
            return (at + other) / 2
        await session.flush()
        await session.execute(_REBALANCE, {"stage_id": stage_id, "spacing": SPACING})
    return None


async def outcome_kinds(session: AsyncSession, lead_id: UUID) -> set[str]:
    """Kinds of the stages on which the lead's live deals stand."""
    query = (
        select(Stage.kind)
        .join(Deal, Deal.stage_id == Stage.id)
        .where(Deal.lead_id == lead_id, Deal.deleted_at.is_(None))
        .distinct()
    )
    return set((await session.scalars(query)).all())
