"""SQL of pipelines and stages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.models.deals import Deal, Pipeline, Stage

_ADD_DEFAULT = text("""
    INSERT INTO pipelines (id, organisation_id, name, currency, is_default, position)
    VALUES (:id, :organisation_id, :name, :currency, true, 0)
    ON CONFLICT (organisation_id) WHERE is_default AND archived_at IS NULL DO NOTHING
    RETURNING id
""")
_REORDER = text("""
    UPDATE stages s SET position = o.place - 1, updated_at = now()
    FROM unnest(CAST(:stage_ids AS uuid[])) WITH ORDINALITY AS o(id, place)
    WHERE s.id = o.id AND s.pipeline_id = :pipeline_id
""").bindparams(bindparam("stage_ids"))
_EMPTY_STAGE = text("""
    WITH top AS (
        SELECT coalesce(max(position), 0) AS last FROM deals WHERE stage_id = :to_id AND deleted_at IS NULL
    ), going AS (
        SELECT d.id, d.stage_entered_at, row_number() OVER (ORDER BY d.position, d.id) AS place
        FROM deals d WHERE d.stage_id = :from_id
    ), moved AS (
        UPDATE deals d SET stage_id = :to_id, position = top.last + going.place * 1024,
            stage_entered_at = :at, version = d.version + 1, updated_at = :at
        FROM going, top WHERE d.id = going.id
        RETURNING d.id, d.organisation_id, d.amount_minor, d.currency, d.deleted_at, going.stage_entered_at AS since
    ), history AS (
        INSERT INTO deal_stage_changes (id, organisation_id, deal_id, from_stage_id, from_stage_name, to_stage_id,
            to_stage_name, from_kind, to_kind, amount_minor, currency, seconds_in_stage, changed_by,
            changed_by_name, changed_at)
        SELECT gen_random_uuid(), m.organisation_id, m.id, f.id, f.name, t.id, t.name, f.kind, t.kind,
            m.amount_minor, m.currency, extract(epoch FROM CAST(:at AS timestamptz) - m.since), :user_id,
            :user_name, :at
        FROM moved m, stages f, stages t WHERE f.id = :from_id AND t.id = :to_id
    )
    SELECT count(*) FILTER (WHERE deleted_at IS NULL) FROM moved
""")


async def add_default(
    session: AsyncSession, *, pipeline_id: UUID, organisation_id: UUID, name: str, currency: str
) -> bool:
    """Insert the default pipeline unless there is one; safe when two do it at once. True if it was added."""
    result = await session.execute(
        _ADD_DEFAULT,
        {"id": pipeline_id, "organisation_id": organisation_id, "name": name, "currency": currency},
    )
    return result.first() is not None


async def has_any(session: AsyncSession) -> bool:
    """Whether a live default pipeline exists."""
    query = select(Pipeline.id).where(Pipeline.is_default, Pipeline.archived_at.is_(None)).limit(1)
    return await session.scalar(query) is not None


async def all_pipelines(session: AsyncSession) -> Sequence[Pipeline]:
    """Live pipelines in their order."""
    query = select(Pipeline).where(Pipeline.archived_at.is_(None)).order_by(Pipeline.position, Pipeline.created_at)
    return (await session.scalars(query)).all()


async def pipeline(session: AsyncSession, pipeline_id: UUID, *, lock: bool = False) -> Pipeline | None:
    """One live pipeline."""
    query = select(Pipeline).where(Pipeline.id == pipeline_id, Pipeline.archived_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def default_pipeline(session: AsyncSession) -> Pipeline | None:
    """The pipeline new deals go to."""
    return await session.scalar(select(Pipeline).where(Pipeline.is_default, Pipeline.archived_at.is_(None)))


async def stages_of(session: AsyncSession, pipeline_ids: Sequence[UUID]) -> Sequence[Stage]:
    """Stages of these pipelines, in order."""
    query = (
        select(Stage).where(Stage.pipeline_id.in_(pipeline_ids)).order_by(Stage.pipeline_id, Stage.position, Stage.id)
    )
    return (await session.scalars(query)).all()


async def stage(session: AsyncSession, stage_id: UUID, *, lock: bool = False) -> Stage | None:
    """One stage; `lock` serialises changes of its order of cards."""
    query = select(Stage).where(Stage.id == stage_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


async def name_taken(session: AsyncSession, name: str, *, but: UUID | None = None) -> bool:
    """Whether a live pipeline bears this name, ignoring case."""
    query = select(Pipeline.id).where(func.lower(Pipeline.name) == name.lower(), Pipeline.archived_at.is_(None))
    if but:
        query = query.where(Pipeline.id != but)
    return await session.scalar(query.limit(1)) is not None


async def live_deals(session: AsyncSession, *, pipeline_id: UUID | None = None, stage_id: UUID | None = None) -> int:
    """How many deals stand on a pipeline or a stage."""
    query = select(func.count()).select_from(Deal).where(Deal.deleted_at.is_(None))
    if pipeline_id:
        query = query.where(Deal.pipeline_id == pipeline_id)
    if stage_id:
        query = query.where(Deal.stage_id == stage_id)
    return await session.scalar(query) or 0


async def reorder(session: AsyncSession, pipeline_id: UUID, stage_ids: Sequence[UUID]) -> None:
    """Give the stages the order of the list."""
    await session.execute(_REORDER, {"pipeline_id": pipeline_id, "stage_ids": list(stage_ids)})


async def empty_stage(session: AsyncSession, **values: object) -> int:
    """Move all deals of a stage to the end of another, with history. Returns how many live ones moved.

    `values`: from_id, to_id, at, user_id, user_name.
    """
    return await session.scalar(_EMPTY_STAGE, values) or 0
