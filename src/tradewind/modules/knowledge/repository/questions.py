"""SQL of questions asked and of the gaps that they show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.knowledge.contracts import SCOPES, Scope
from tradewind.modules.knowledge.models import Source
from tradewind.modules.knowledge.models_answers import AskedQuestion, Gap

_NEWEST = [SortColumn("id", AskedQuestion.id.expression, descending=True)]
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('knowledge.gaps:' || CAST(:organisation_id AS text), 0))")
_NEAREST = text("""
    SELECT id FROM knowledge_gaps WHERE embedding <=> CAST(:vector AS vector) <= :distance
    ORDER BY embedding <=> CAST(:vector AS vector), id LIMIT 1
""")
_ADD_GAP = text("""
    INSERT INTO knowledge_gaps (id, organisation_id, question, language, scope, embedding)
    VALUES (:id, :organisation_id, :question, :language, :scope, CAST(:vector AS vector))
""")
# What somebody has answered, or nobody asks any more, is open again when it stays without answer; dismissed stays so.
_ASKED_AGAIN = text("""
    UPDATE knowledge_gaps
    SET scope = CASE WHEN array_position(CAST(:scopes AS text[]), scope)
                    <= array_position(CAST(:scopes AS text[]), CAST(:scope AS text)) THEN scope ELSE :scope END,
        state = CASE state WHEN 'answered' THEN 'open' ELSE state END, updated_at = now()
    WHERE id = :id
""")
_REPORT = text("""
    WITH counted AS (
        SELECT gap_id, count(*) AS times, min(created_at) AS first_at, max(created_at) AS last_at,
            count(*) FILTER (WHERE created_at > CAST(:at AS timestamptz) - interval '7 days') AS this_week,
            count(*) FILTER (WHERE created_at <= CAST(:at AS timestamptz) - interval '7 days'
                AND created_at > CAST(:at AS timestamptz) - interval '14 days') AS week_before,
            array_agg(DISTINCT channel) AS channels,
            (array_agg(question ORDER BY created_at DESC))[1:20] AS examples
        FROM knowledge_questions WHERE gap_id IS NOT NULL GROUP BY gap_id
    ), weeks AS (
        SELECT q.gap_id, array_agg(q.times ORDER BY w.week) AS trend
        FROM generate_series(0, 7) AS w (week)
        CROSS JOIN LATERAL (
            SELECT g.id AS gap_id, count(k.id) AS times FROM knowledge_gaps g
            LEFT JOIN knowledge_questions k ON k.gap_id = g.id
                AND k.created_at > CAST(:at AS timestamptz) - make_interval(days => 7 * (8 - w.week))
                AND k.created_at <= CAST(:at AS timestamptz) - make_interval(days => 7 * (7 - w.week))
            WHERE g.state = :state GROUP BY g.id
        ) q GROUP BY q.gap_id
    )
    SELECT g.id, g.version, g.question, g.language, g.scope, g.state, g.reason, g.document_id, g.handled_by_name,
        g.handled_at, c.times, c.first_at, c.last_at, c.this_week, c.week_before, c.channels, c.examples, w.trend
    FROM knowledge_gaps g JOIN counted c ON c.gap_id = g.id JOIN weeks w ON w.gap_id = g.id
    WHERE g.state = :state
    ORDER BY c.times DESC, c.last_at DESC, g.id LIMIT :limit
""")
_SUMMARY = text("""
    SELECT count(*) AS asked, count(*) FILTER (WHERE outcome = 'answered') AS answered,
        count(*) FILTER (WHERE outcome = 'refused') AS refused, count(*) FILTER (WHERE thumb = 1) AS helpful,
        count(*) FILTER (WHERE thumb = -1) AS unhelpful
    FROM knowledge_questions WHERE created_at > CAST(:since AS timestamptz)
""")
_FORGET = text("DELETE FROM knowledge_questions WHERE created_at < CAST(:before AS timestamptz)")
_EMPTY_GAPS = text("""
    DELETE FROM knowledge_gaps g WHERE g.state <> 'dismissed'
        AND NOT EXISTS (SELECT FROM knowledge_questions q WHERE q.gap_id = g.id)
""")
_GAP_VECTORS = text("""
    SELECT g.id, CAST(g.embedding AS text) AS embedding, g.state, g.question,
        (SELECT count(*) FROM knowledge_questions q WHERE q.gap_id = g.id) AS times
    FROM knowledge_gaps g WHERE g.embedding IS NOT NULL ORDER BY times DESC, g.id LIMIT :limit
""")
_MERGE = text("UPDATE knowledge_questions SET gap_id = :kept WHERE gap_id = ANY (CAST(:merged AS uuid[]))")
_DROP = text("DELETE FROM knowledge_gaps WHERE id = ANY (CAST(:merged AS uuid[]))")


@dataclass(frozen=True, slots=True)
class GapVector:
    """A gap as merging sees it."""

    id: UUID
    vector: np.ndarray[Any, Any]
    state: str
    question: str
    times: int


async def kinds_of_sources(session: AsyncSession, source_ids: Collection[UUID]) -> dict[UUID, str]:
    """The kind of each of these sources."""
    if not source_ids:
        return {}
    rows = await session.execute(select(Source.id, Source.kind).where(Source.id.in_(source_ids)))
    return {row.id: row.kind for row in rows}


async def hold_gaps(session: AsyncSession) -> None:
    """Let one transaction at a time add gaps of the organisation, so that two alike questions make one."""
    await session.execute(_LOCK, {"organisation_id": str(actor_of(session).organisation_id)})


async def nearest_gap(session: AsyncSession, vector: Any, *, least: float) -> UUID | None:
    """The gap most like a normalised vector, if it is at least so alike."""
    return await session.scalar(_NEAREST, {"vector": _written(vector), "distance": 1 - least})


async def add_gap(session: AsyncSession, *, question: str, language: str, scope: Scope, vector: Any) -> UUID:
    """Store a new gap; returns its id."""
    gap_id = new_id()
    await session.execute(
        _ADD_GAP,
        {
            "id": gap_id, "organisation_id": actor_of(session).organisation_id, "question": question,
            "language": language, "scope": scope, "vector": _written(vector),
        },
    )  # fmt: skip
    return gap_id


async def asked_again(session: AsyncSession, gap_id: UUID, *, scope: Scope) -> None:
    """Note that a gap was asked for once more, by somebody who may see up to `scope`."""
    await session.execute(_ASKED_AGAIN, {"id": gap_id, "scope": scope, "scopes": list(SCOPES)})


async def gap(session: AsyncSession, gap_id: UUID, *, lock: bool = False) -> Gap | None:
    """One gap of the organisation."""
    statement = select(Gap).where(Gap.id == gap_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def report(session: AsyncSession, *, state: str, limit: int) -> Sequence[Any]:
    """Gaps in a state with counts, the trend of eight weeks (oldest first) and examples; most asked first."""
    return (await session.execute(_REPORT, {"state": state, "limit": limit, "at": now()})).all()


async def examples(session: AsyncSession, gap_id: UUID, *, limit: int) -> list[AskedQuestion]:
    """The newest questions of a gap."""
    statement = select(AskedQuestion).where(AskedQuestion.gap_id == gap_id).order_by(AskedQuestion.id.desc())
    return list(await session.scalars(statement.limit(limit)))


async def summary(session: AsyncSession, *, since: datetime) -> Any:
    """How many questions were asked since a moment, and what became of them."""
    return (await session.execute(_SUMMARY, {"since": since})).one()


async def question(session: AsyncSession, question_id: UUID, *, lock: bool = False) -> AskedQuestion | None:
    """One question of the organisation."""
    statement = select(AskedQuestion).where(AskedQuestion.id == question_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def question_page(
    session: AsyncSession, *, outcome: str | None, thumb: int | None, cursor: str | None, limit: int
) -> tuple[list[Any], str | None, str | None]:
    """Questions asked, newest first, by what became of them and how they were judged."""
    statement = select(*AskedQuestion.__table__.columns)
    if outcome is not None:
        statement = statement.where(AskedQuestion.outcome == outcome)
    if thumb is not None:
        statement = statement.where(AskedQuestion.thumb == thumb)
    return await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)


async def judged(session: AsyncSession, *, after: UUID | None, limit: int) -> list[AskedQuestion]:
    """Questions whose answer people judged good or corrected, in order of their ids."""
    good = (AskedQuestion.thumb == 1) & (AskedQuestion.outcome == "answered")
    statement = select(AskedQuestion).where(good | (AskedQuestion.correction != ""))
    if after is not None:
        statement = statement.where(AskedQuestion.id > after)
    return list(await session.scalars(statement.order_by(AskedQuestion.id).limit(limit)))


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Delete questions older than a moment, and gaps that nobody asks for any more."""
    await session.execute(_FORGET, {"before": before})
    await session.execute(_EMPTY_GAPS)


async def gap_vectors(session: AsyncSession, *, limit: int) -> list[GapVector]:
    """Gaps with what they mean, the most asked first."""
    rows = await session.execute(_GAP_VECTORS, {"limit": limit})
    return [
        GapVector(row.id, np.array(row.embedding[1:-1].split(","), np.float32), row.state, row.question, row.times)
        for row in rows
    ]


async def merge_gaps(session: AsyncSession, kept: UUID, merged: Collection[UUID]) -> None:
    """Let one gap take over the questions of others, which go."""
    values = {"kept": kept, "merged": [str(one) for one in merged]}
    await session.execute(_MERGE, values)
    await session.execute(_DROP, values)


async def open_gap_ids(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Open gaps, those asked for last first."""
    latest = (
        select(func.max(AskedQuestion.created_at))
        .where(AskedQuestion.gap_id == Gap.id)
        .correlate(Gap)
        .scalar_subquery()
    )
    return list(await session.scalars(select(Gap.id).where(Gap.state == "open").order_by(latest.desc()).limit(limit)))


def _written(vector: Any) -> str:
    return f"[{','.join(f'{float(number):.6f}' for number in vector)}]"
