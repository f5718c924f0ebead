"""SQL of merges: whole rows as JSON, things that change hands, and the way back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ownership import Former
from tradewind.modules.leads.contracts import MovedRow
from tradewind.modules.leads.models.merges import LeadMerge, LeadMergeMove
from tradewind.modules.leads.models.people import Lead

# Tables whose rows belong to one lead. Their owners need not know of merges: lead_id just changes.
MOVING = ("activities", "notes", "tasks", "files", "deals", "routing_decisions", "lead_secrets")
SEGMENTS = "segment_members"
# Columns that a snapshot holds and an undo restores; generated ones follow by themselves.
COLUMNS = tuple(
    column.name
    for column in Lead.__table__.columns
    if column.computed is None and column.name not in ("id", "organisation_id")
)
_ROWS = text("""
    SELECT id, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(leads)) WHERE key = ANY(:columns)) AS row
    FROM leads WHERE id = ANY(:ids) ORDER BY id FOR UPDATE
""").bindparams(bindparam("ids"), bindparam("columns"))
_WRITE = text(
    f"""
    UPDATE leads SET ({", ".join(COLUMNS)}) = (
        SELECT {", ".join(f"r.{column}" for column in COLUMNS)}
        FROM jsonb_populate_record(NULL::leads, CAST(:row AS jsonb)) r)
    WHERE id = :id
""".replace("NULL::leads", "CAST(NULL AS leads)")
)
_JOIN_SEGMENTS = text("""
    WITH former AS (
        DELETE FROM segment_members WHERE lead_id = ANY(:loser_ids) RETURNING *
    ), joined AS (
        INSERT INTO segment_members (organisation_id, segment_id, lead_id, added_at)
        SELECT organisation_id, segment_id, :winner_id, min(added_at) FROM former
        GROUP BY organisation_id, segment_id
        ON CONFLICT (segment_id, lead_id) DO NOTHING
        RETURNING segment_id
    ), kept AS (
        INSERT INTO lead_merge_moves (organisation_id, merge_id, subject, row_id, from_lead_id, kept, added)
        SELECT f.organisation_id, :merge_id, 'segment_members', f.segment_id, f.lead_id, to_jsonb(f),
            f.segment_id IN (SELECT segment_id FROM joined)
        FROM former f RETURNING row_id
    )
    SELECT count(DISTINCT row_id) FROM kept
""").bindparams(bindparam("loser_ids"))
_LEAVE_SEGMENTS = text("""
    DELETE FROM segment_members s USING lead_merge_moves m
    WHERE m.merge_id = :merge_id AND m.subject = 'segment_members' AND m.added
        AND s.segment_id = m.row_id AND s.lead_id = :winner_id
""")
_REJOIN_SEGMENTS = text("""
    INSERT INTO segment_members (organisation_id, segment_id, lead_id, added_at)
    SELECT m.organisation_id, m.row_id, m.from_lead_id, CAST(m.kept ->> 'added_at' AS timestamptz)
    FROM lead_merge_moves m JOIN segments s ON s.id = m.row_id
    WHERE m.merge_id = :merge_id AND m.subject = 'segment_members'
    ON CONFLICT (segment_id, lead_id) DO NOTHING
""")
_RECOUNT = text("""
    UPDATE segments s SET member_count = (
        SELECT count(*) FROM segment_members m JOIN leads l ON l.id = m.lead_id AND l.deleted_at IS NULL
        WHERE m.segment_id = s.id)
    WHERE s.kind = 'static' AND s.member_count IS NOT NULL
        AND s.id IN (SELECT row_id FROM lead_merge_moves
            WHERE merge_id = :merge_id AND subject = 'segment_members')
""")
_REMEMBER = text("""
    INSERT INTO lead_merge_moves (organisation_id, merge_id, subject, row_id, from_lead_id, kept)
    SELECT m.organisation_id, m.id, :subject, n.row_id, n.lead_id, CAST(n.kept AS jsonb)
    FROM lead_merges m, unnest(CAST(:rows AS uuid[]), CAST(:leads AS uuid[]), CAST(:kept AS text[]))
        AS n (row_id, lead_id, kept)
    WHERE m.id = :merge_id
""")
_HIDE = text("""
    UPDATE leads SET merged_into_id = :winner_id, deleted_at = :at, updated_at = :at, version = version + 1
    WHERE id = ANY(:loser_ids)
""").bindparams(bindparam("loser_ids"))


async def lock_rows(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Whole rows as JSON by id, locked in one order so that two merges cannot block each other."""
    await session.flush()
    rows = await session.execute(_ROWS, {"ids": list(ids), "columns": list(COLUMNS)})
    return {row.id: row.row for row in rows}


async def write_row(session: AsyncSession, lead_id: UUID, row: dict[str, Any]) -> None:
    """Give a lead exactly these column values (as JSON, all of COLUMNS)."""
    await session.execute(_WRITE, {"id": lead_id, "row": orjson.dumps(row).decode()})


async def hide_losers(session: AsyncSession, winner_id: UUID, loser_ids: list[UUID], at: datetime) -> None:
    """Mark the losers as merged and deleted."""
    await session.execute(_HIDE, {"winner_id": winner_id, "loser_ids": loser_ids, "at": at})


async def move_rows(
    session: AsyncSession, subject: str, *, merge_id: UUID, winner_id: UUID, loser_ids: list[UUID]
) -> int:
    """Give the losers' rows of a table to the winner, remembering each. Returns how many."""
    statement = text(f"""
        WITH going AS (
            SELECT id, lead_id FROM {subject} WHERE lead_id = ANY(:loser_ids) FOR UPDATE
        ), moved AS (
            UPDATE {subject} t SET lead_id = :winner_id FROM going WHERE t.id = going.id
            RETURNING t.id, t.organisation_id, going.lead_id AS former
        ), kept AS (
            INSERT INTO lead_merge_moves (organisation_id, merge_id, subject, row_id, from_lead_id)
            SELECT organisation_id, :merge_id, :subject, id, former FROM moved RETURNING 1
        )
        SELECT count(*) FROM kept
    """).bindparams(bindparam("loser_ids"))
    values = {"merge_id": merge_id, "winner_id": winner_id, "loser_ids": loser_ids, "subject": subject}
    return await session.scalar(statement, values) or 0


async def move_back(session: AsyncSession, subject: str, *, merge_id: UUID, winner_id: UUID) -> None:
    """Give moved rows back, but for those that went elsewhere since."""
    statement = text(f"""
        UPDATE {subject} t SET lead_id = m.from_lead_id FROM lead_merge_moves m
        WHERE m.merge_id = :merge_id AND m.subject = :subject AND t.id = m.row_id AND t.lead_id = :winner_id
    """)
    await session.execute(statement, {"merge_id": merge_id, "winner_id": winner_id, "subject": subject})


async def join_segments(session: AsyncSession, *, merge_id: UUID, winner_id: UUID, loser_ids: list[UUID]) -> int:
    """Put the winner into the losers' static segments instead of them. Returns the number of segments."""
    values = {"merge_id": merge_id, "winner_id": winner_id, "loser_ids": loser_ids}
    count = await session.scalar(_JOIN_SEGMENTS, values) or 0
    await session.execute(_RECOUNT, {"merge_id": merge_id})
    return count


async def leave_segments(session: AsyncSession, *, merge_id: UUID, winner_id: UUID) -> None:
    """Undo `join_segments`; call once the losers live again, so that counts come right."""
    await session.execute(_LEAVE_SEGMENTS, {"merge_id": merge_id, "winner_id": winner_id})
    await session.execute(_REJOIN_SEGMENTS, {"merge_id": merge_id})
    await session.execute(_RECOUNT, {"merge_id": merge_id})


async def locked_merge(session: AsyncSession, merge_id: UUID) -> LeadMerge | None:
    """The merge, locked."""
    query = select(LeadMerge).where(LeadMerge.id == merge_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def stands(session: AsyncSession, merge_id: UUID) -> bool:
    """Whether a merge was not taken back; it cannot be until the transaction ends. One that is gone stands."""
    query = select(LeadMerge.undone_at).where(LeadMerge.id == merge_id).with_for_update(read=True)
    return await session.scalar(query) is None


async def remember(
    session: AsyncSession, merge_id: UUID, moves: Mapping[str, Former], kept: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """Note whose rows were before a merge, by table; `kept` is what else an undo needs of a row."""
    for subject, former in moves.items():
        values = {
            "merge_id": merge_id, "subject": subject, "rows": list(former), "leads": list(former.values()),
            "kept": [orjson.dumps(kept[row], default=str).decode() if row in kept else None for row in former],
        }  # fmt: skip
        await session.execute(_REMEMBER, values)


async def remembered(session: AsyncSession, merge_id: UUID, subject: str) -> list[MovedRow]:
    """What a merge moved of a table, with what was kept of it."""
    query = select(LeadMergeMove.row_id, LeadMergeMove.from_lead_id, LeadMergeMove.kept).where(
        LeadMergeMove.merge_id == merge_id, LeadMergeMove.subject == subject
    )
    return [MovedRow(*row) for row in await session.execute(query)]


async def later_merge(session: AsyncSession, merge: LeadMerge) -> LeadMerge | None:
    """A merge into the same winner made after this one and not undone."""
    query = (
        select(LeadMerge)
        .where(
            LeadMerge.winner_id == merge.winner_id,
            LeadMerge.undone_at.is_(None),
            LeadMerge.id > merge.id,
        )
        .limit(1)
    )
    return await session.scalar(query)


async def merges_of(session: AsyncSession, lead_id: UUID, limit: int = 50) -> list[LeadMerge]:
    """Merges in which the lead won or lost, newest first."""
    query = (
        select(LeadMerge)
        .where((LeadMerge.winner_id == lead_id) | LeadMerge.loser_ids.contains([lead_id]))
        .order_by(LeadMerge.merged_at.desc(), LeadMerge.id.desc())
        .limit(limit)
    )
    return list((await session.scalars(query)).all())
