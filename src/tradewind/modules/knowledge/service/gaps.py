"""What could not be answered: the report, writing the answer, dismissing what is not our topic; judging answers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.jobs import JobContext
from tradewind.kernel.pagination import Page
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts_feedback import Because
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.contracts import SCOPES, Scope
from tradewind.modules.knowledge.errors_answers import GapNotFound, QuestionNotFound
from tradewind.modules.knowledge.models_answers import Gap
from tradewind.modules.knowledge.repository import questions as repository
from tradewind.modules.knowledge.schemas.answers import GapRead, GapUpdate, Judgement, QuestionRead, UnansweredReport
from tradewind.modules.knowledge.service import answering
from tradewind.modules.knowledge.service.asking import SAME_GAP

_SUMMARY_DAYS, KEPT_DAYS = 30, 365
_MOST_MERGED, _ASKED_AGAIN = 2_000, 200
RECHECK_CHANNEL = "recheck"


async def report(session: AsyncSession, *, state: str, limit: int) -> UnansweredReport:
    """Gaps in a state, the most asked first, with the figures of the last thirty days."""
    rows = await repository.report(session, state=state, limit=limit)
    figures = await repository.summary(session, since=now() - timedelta(days=_SUMMARY_DAYS))
    return UnansweredReport(
        items=[GapRead.model_validate(row) for row in rows], asked=figures.asked, answered=figures.answered,
        refused=figures.refused, helpful=figures.helpful, unhelpful=figures.unhelpful,
    )  # fmt: skip


async def page(
    session: AsyncSession, *, outcome: str | None, thumb: int | None, cursor: str | None, limit: int
) -> Page[QuestionRead]:
    """Questions asked, newest first. Raises InvalidCursor."""
    rows, following, previous = await repository.question_page(
        session, outcome=outcome, thumb=thumb, cursor=cursor, limit=limit
    )
    items = [QuestionRead.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def judge(session: AsyncSession, question_id: UUID, judgement: Judgement) -> QuestionRead:
    """Keep what somebody thinks of an answer; the last word counts. Raises QuestionNotFound."""
    found = await repository.question(session, question_id, lock=True)
    if found is None:
        raise QuestionNotFound()
    actor = actor_of(session)
    before = {"thumb": found.thumb, "correction": found.correction}
    found.thumb, found.correction = judgement.thumb, judgement.correction
    found.judged_by, found.judged_by_name, found.judged_at = actor.user_id, actor.name, now()
    await session.flush()
    worth, because = _worth(judgement)
    await ai.feedback(session, question_id, worth, because=because)
    await identity.record(
        session, action="knowledge.answer_judged", subject_type="knowledge_question", subject_id=question_id,
        before=before, after=judgement.model_dump(),
    )  # fmt: skip
    return QuestionRead.model_validate(found)


def _worth(judgement: Judgement) -> tuple[float | None, tuple[Because, ...]]:
    """A judgement between 0 and 1, and its reason; who only writes what it should have said found it wanting."""
    if judgement.thumb is not None:
        return (1.0, ("thumb_up",)) if judgement.thumb > 0 else (0.0, ("thumb_down",))
    return (0.0, ("corrected",)) if judgement.correction else (None, ())


async def change(session: AsyncSession, gap_id: UUID, data: GapUpdate) -> None:
    """Dismiss a gap or open it again. Raises GapNotFound."""
    found = await _held(session, gap_id)
    before = {"state": found.state, "reason": found.reason}
    _handled(session, found, data.state, data.reason)
    await session.flush()
    await identity.record(
        session, action=f"knowledge.gap_{data.state}", subject_type="knowledge_gap", subject_id=gap_id,
        before=before, after={"state": data.state, "reason": data.reason},
    )  # fmt: skip


async def scope(session: AsyncSession, gap_id: UUID) -> Scope:
    """Whom an answer to a gap must be for to reach all who asked. Raises GapNotFound."""
    return (await _held(session, gap_id)).scope  # pyright: ignore[reportReturnType]


async def answered_with(session: AsyncSession, gap_id: UUID, document_id: UUID) -> None:
    """Note which document was written for a gap. Raises GapNotFound."""
    found = await _held(session, gap_id)
    found.document_id = document_id
    await session.flush()


async def recheck(session: AsyncSession, gap_id: UUID) -> tuple[answering.Prepared, answering.Draft, int, int]:
    """Ask a gap's question again, as those who asked it, without a model and without counting it as asked.

    Returns what was found, the answer, and how many of its last askings would be answered now, of how many. The gap
    counts as answered when its own question and most of those are. Raises GapNotFound.
    """
    found = await _held(session, gap_id)
    scopes = scopes_of(found.scope)
    prepared, draft = await answering.ask_locally(session, found.question, scopes=scopes, channel=RECHECK_CHANNEL)
    asked = [one.question for one in await repository.examples(session, gap_id, limit=5)]
    answered = 0
    for text in asked:
        if text == found.question:
            answered += draft.outcome == "answered"
            continue
        _, other = await answering.ask_locally(session, text, scopes=scopes, channel=RECHECK_CHANNEL)
        answered += other.outcome == "answered"
    closed = draft.outcome == "answered" and 2 * answered >= len(asked)
    if closed and found.state == "open":
        _handled(session, found, "answered", "")
    elif not closed and found.state == "answered":
        found.state = "open"
    await session.flush()
    return prepared, draft, answered, len(asked)


async def tidy(context: JobContext) -> None:
    """Every night: forget old questions, join gaps that mean the same, close those that are answered by now."""
    async with context.transaction() as session:
        await repository.forget(session, before=now() - timedelta(days=KEPT_DAYS))
    async with context.transaction() as session:
        await repository.hold_gaps(session)
        await _merge(session)
    async with context.transaction() as session:
        ids = await repository.open_gap_ids(session, limit=_ASKED_AGAIN)
    for gap_id in ids:
        try:
            async with context.transaction() as session:
                await recheck(session, gap_id)
        except GapNotFound:
            continue


def scopes_of(scope: Scope | str) -> frozenset[Scope]:
    """What somebody may see who may see `scope`."""
    return frozenset(SCOPES[: SCOPES.index(scope) + 1])  # pyright: ignore[reportArgumentType]


async def _merge(session: AsyncSession) -> None:
    """Join gaps whose middles are alike: the first question of each decided where the later ones went."""
    gaps = await repository.gap_vectors(session, limit=_MOST_MERGED)
    taken: set[UUID] = set()
    for place, kept in enumerate(gaps):
        if kept.id in taken:
            continue
        alike = [
            other.id
            for other in gaps[place + 1 :]
            if other.id not in taken and other.state == kept.state and float(other.vector @ kept.vector) >= SAME_GAP
        ]
        if alike:
            taken.update(alike)
            await repository.merge_gaps(session, kept.id, alike)


async def _held(session: AsyncSession, gap_id: UUID) -> Gap:
    found = await repository.gap(session, gap_id, lock=True)
    if found is None:
        raise GapNotFound()
    return found


def _handled(session: AsyncSession, found: Gap, state: str, reason: str) -> None:
    actor = actor_of(session)
    found.state, found.reason = state, reason
    found.handled_by, found.handled_by_name, found.handled_at = actor.user_id, actor.name, now()
    found.version += 1
