"""HTTP of questions asked and of what could not be answered."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, status
from fastapi.responses import StreamingResponse

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.contracts_answers import Outcome
from tradewind.modules.knowledge.routes.answers import shown
from tradewind.modules.knowledge.schemas.answers import (
    GapAnswer,
    GapChecked,
    GapState,
    GapUpdate,
    Judgement,
    QuestionRead,
    UnansweredReport,
)
from tradewind.modules.knowledge.service import answering, gaps, training_data, writing

router = Router(prefix="/knowledge", tags=["Questions"])


@router.get("/questions", dependencies=[requires("knowledge:read")])
async def list_questions(
    session: Session,
    outcome: Outcome | None = None,
    thumb: Literal["1", "-1"] | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[QuestionRead]:
    """Questions that were asked, newest first, with what they got."""
    return await gaps.page(session, outcome=outcome, thumb=int(thumb) if thumb else None, cursor=cursor, limit=limit)


@router.put("/questions/{question_id:uuid}/judgement", dependencies=[requires("knowledge:read")])
async def judge_answer(session: Session, question_id: UUID, data: Judgement) -> QuestionRead:
    """Say whether an answer was good, and what it should have said. The last word counts."""
    return await gaps.judge(session, question_id, data)


@router.get(
    "/training-data",
    dependencies=[requires("knowledge:write")],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_training_data(request: Request, actor: CurrentActor) -> StreamingResponse:
    """Questions with the answers people approved or corrected, as JSON lines to fine-tune a language model with."""
    name = f"training-data-{now():%Y-%m-%d}.jsonl"
    return StreamingResponse(
        training_data.lines(request.app.state.database, actor), media_type="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )  # fmt: skip


@router.get("/gaps", dependencies=[requires("knowledge:read")])
async def list_unanswered(
    session: Session, state: GapState = "open", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> UnansweredReport:
    """What people ask and nothing answers: similar questions together, the most asked first."""
    return await gaps.report(session, state=state, limit=limit)


@router.patch("/gaps/{gap_id:uuid}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires("knowledge:write")])
async def change_gap(session: Session, gap_id: UUID, data: GapUpdate) -> None:
    """Dismiss what is not our topic, with later questions like it, or open it again."""
    await gaps.change(session, gap_id, data)


@router.post(
    "/gaps/{gap_id:uuid}/answer", status_code=status.HTTP_201_CREATED, dependencies=[requires("knowledge:write")]
)
async def write_answer(session: Session, gap_id: UUID, data: GapAnswer) -> GapChecked:
    """Add a pair of question and answer for a gap, and ask again at once."""
    await writing.add_pair(session, gap_id, data)
    return await _checked(session, gap_id)


@router.post("/gaps/{gap_id:uuid}/check", dependencies=[requires("knowledge:write")])
async def check_gap(session: Session, gap_id: UUID) -> GapChecked:
    """Ask the questions of a gap again."""
    return await _checked(session, gap_id)


async def _checked(session: Session, gap_id: UUID) -> GapChecked:
    prepared, draft, answered, asked = await gaps.recheck(session, gap_id)
    answer = shown(answering.told(prepared, draft))
    return GapChecked(answer=answer, closed=draft.outcome == "answered", answered=answered, asked=asked)
