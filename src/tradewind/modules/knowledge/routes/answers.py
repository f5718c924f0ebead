"""HTTP of answers: ask, or watch the answer come."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import Request, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from tradewind.kernel.access import CurrentActor, requires
from tradewind.kernel.errors import AppError
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.contracts_answers import SCOPES_OF, Answer
from tradewind.modules.knowledge.schemas.answers import AnswerPassage, AnswerRead, Ask, PassagesRead, PieceRead
from tradewind.modules.knowledge.service import answering

router = Router(prefix="/knowledge/answers", tags=["Answers"])
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["passages", "text", "answer", "error"]},
        "data": {"type": "string", "description": "JSON: the passages, a piece, the whole answer, or a problem's code"},
    },
    "required": ["event", "data"],
}


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[requires("knowledge:read")])
async def ask_knowledge(request: Request, actor: CurrentActor, data: Ask) -> AnswerRead:
    """Answer a question from the knowledge base, naming the sources; what is not in it is refused.

    The question is kept with its answer, without the addresses and numbers in it.
    """
    async for event in _answering(request, actor, data):
        if isinstance(event, Answer):
            return shown(event)
    raise AssertionError("an answer ends with an answer")


@router.post(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}, "description": "The events"}},
    dependencies=[requires("knowledge:read")],
)
async def stream_answer(request: Request, actor: CurrentActor, data: Ask) -> StreamingResponse:
    """Answer a question as server-sent events: `passages`, then `text` for each piece, then `answer`, or `error`.

    The text of `answer` replaces the pieces: where a model failed midway, it is the sources' own sentences.
    """
    events = _answering(request, actor, data)
    # The first event is awaited before the answer begins, so that what is refused has its own status.
    first = await anext(events)
    return StreamingResponse(
        _sent(first, events), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


def shown(answer: Answer) -> AnswerRead:
    """An answer as HTTP shows it."""
    fields = {name: getattr(answer, name) for name in AnswerRead.model_fields if name != "threshold"}
    return AnswerRead.model_validate(fields | {"threshold": answering.ANSWER_FROM})


def _answering(request: Request, actor: CurrentActor, data: Ask) -> AsyncIterator[Any]:
    return answering.stream(
        request.app.state.database, actor, data.question, scopes=SCOPES_OF[data.audience], channel=data.channel,
        language=data.language,
    )  # fmt: skip


async def _sent(first: Any, events: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    try:
        yield _event(first)
        async for event in events:
            yield _event(event)
    except AppError as failure:
        yield b"event: error\ndata: " + orjson.dumps({"code": failure.code, "title": failure.title}) + b"\n\n"


def _event(event: answering.Prepared | answering.Piece | Answer) -> bytes:
    match event:
        case answering.Prepared():
            name, body = "passages", PassagesRead(
                answerable=event.answerable, threshold=answering.ANSWER_FROM,
                passages=[AnswerPassage.model_validate(passage) for passage in event.passages],
            )  # fmt: skip
        case answering.Piece():
            name, body = "text", PieceRead(text=event.text)
        case Answer():
            name, body = "answer", shown(event)
    return _written(name, body)


def _written(name: str, body: BaseModel) -> bytes:
    return f"event: {name}\ndata: {body.model_dump_json()}\n\n".encode()
