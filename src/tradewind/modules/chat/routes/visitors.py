"""HTTP that the widget calls from pages of other sites. Nobody signs in; a token of the browser says who it is."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.multipart import FILE_BODY, read_file
from tradewind.kernel.routing import Router
from tradewind.modules.chat.errors import SessionEnded, UploadsOff
from tradewind.modules.chat.routes.cross_origin import PREFLIGHT, TOKEN_HEADER, CrossOriginRoute
from tradewind.modules.chat.schemas.visitors import (
    ChatConfig,
    ChatSessionRead,
    ChatState,
    ConsentGiven,
    FeedbackGiven,
    Key,
    MessageList,
    MessageSend,
    MessageSent,
    PersonAsked,
    RatingGiven,
    Seen,
    SessionOpen,
    Typing,
)
from tradewind.modules.chat.service import entering, presenting, talking
from tradewind.modules.chat.service.entering import Caller, Entered
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.errors import FileTooLarge

router = Router(prefix="/chat/{widget_key}", tags=["Chat"], route_class=CrossOriginRoute)
_OPEN = public("Visitors of websites; the widget's key is public, and its allowed domains are checked")
_TOKEN = public("The token of the session, 256 random bits in the visitor's own browser, is the proof")

WidgetKey = Annotated[str, Path(min_length=8, max_length=64, description="The widget's public key, `tw_chat_…`")]
Origin = Annotated[str | None, Header(max_length=500, include_in_schema=False)]
Token = Annotated[str | None, Header(alias=TOKEN_HEADER, min_length=16, max_length=128, description="Of the session")]


def _by_token(request: Request) -> str:
    return request.headers.get(TOKEN_HEADER, "none")[:128]


_READS = rate_limit("chat.read", "600/minute")
_WRITES = rate_limit("chat.write", "240/minute")
_SESSIONS = rate_limit("chat.session", "60/minute")
_MESSAGES = rate_limit("chat.message", "30/minute", key=_by_token)
_FILES = rate_limit("chat.file", "30/hour", key=_by_token)
_MANY = rate_limit("chat.messages", "600/hour", key=_by_token)


async def entered(session: Session, widget_key: WidgetKey, origin: Origin = None) -> Entered:
    """The widget, on a site that may carry it."""
    return await entering.enter(session, widget_key, origin)


Entering = Annotated[Entered, Depends(entered, scope="function")]


async def calling(session: Session, found: Entering, token: Token = None) -> Caller:
    """The visitor of the token."""
    return await entering.caller(session, found, token)


async def calling_alone(session: Session, found: Entering, token: Token = None) -> Caller:
    """The visitor of the token, whose other requests wait until this one is over."""
    return await entering.caller(session, found, token, lock=True)


Calling = Annotated[Caller, Depends(calling, scope="function")]
CallingAlone = Annotated[Caller, Depends(calling_alone, scope="function")]


@router.options("", dependencies=[_OPEN], include_in_schema=False)
@router.options("/{rest:path}", dependencies=[_OPEN], include_in_schema=False)
async def announce_cross_origin_calls(widget_key: str, rest: str = "") -> Response:
    """What browsers ask before they let a page of another site call."""
    return Response(status_code=204, headers=PREFLIGHT)


@router.get("", dependencies=[_OPEN, _READS])
async def read_chat(
    session: Session,
    found: Entering,
    response: Response,
    language: Annotated[str, Query(max_length=35, description="The visitor's, such as `de-AT`")] = "en",
) -> ChatConfig:
    """How the widget looks and begins, in the visitor's language. Nothing about the visitor is stored."""
    response.headers["Cache-Control"] = "public, max-age=30"
    return await presenting.config(session, found, language)


@router.post("/sessions", status_code=201, dependencies=[_OPEN, _SESSIONS])
async def open_chat_session(
    session: Session, found: Entering, data: SessionOpen, token: Token = None
) -> ChatSessionRead:
    """Begin to talk, or go on with what was said before. Where consent is required, nothing is stored without it."""
    caller, made = await entering.open_session(session, found, data, token)
    visitor = caller.visitor
    history = await talking.history(session, visitor)
    return ChatSessionRead(
        token=made,
        visitor_id=visitor.id,
        verified=visitor.external_id is not None,
        name=visitor.name,
        conversation=await talking.state_of(session, history.conversation) if history.conversation else None,
        messages=[talking.shown(one) for one in history.messages],
        earlier=history.earlier,
    )


@router.delete("/sessions/current", status_code=204, dependencies=[_TOKEN, _WRITES])
async def end_chat_session(session: Session, found: Calling) -> None:
    """Forget the token, as when somebody signs out of the site. What was said stays."""
    await entering.end_session(session, found)


@router.get("/messages", dependencies=[_TOKEN, _READS])
async def list_chat_messages(
    session: Session,
    found: Calling,
    after: Annotated[int | None, Query(ge=0, le=2_147_483_647, description="Of the present conversation")] = None,
    earlier: Annotated[str | None, Query(max_length=80, description="Cursor of an answer before")] = None,
) -> MessageList:
    """What was said after a sequence, or before what is known, back over all visits."""
    await entering.keep_alive(session, found)
    if after is not None:
        return await talking.since(session, found.visitor, after)
    history = await talking.history(session, found.visitor, earlier)
    return MessageList(
        conversation=await talking.state_of(session, history.conversation) if history.conversation else None,
        messages=[talking.shown(one) for one in history.messages],
        earlier=history.earlier,
    )


@router.post("/messages", status_code=201, dependencies=[_TOKEN, _WRITES, _MESSAGES, _MANY])
async def send_chat_message(session: Session, found: CallingAlone, data: MessageSend) -> MessageSent:
    """Say something. Answered with 201 it is stored for good; sent again with the same key it is not stored twice."""
    return await talking.say(session, found, data)


@router.post(
    "/files",
    status_code=201,
    dependencies=[_TOKEN, _FILES],
    openapi_extra=FILE_BODY,
)
async def send_chat_file(
    session: Session,
    found: CallingAlone,
    request: Request,
    key: Annotated[Key, Query(description="Sent again with the same key, the file is stored once")],
) -> MessageSent:
    """Send a file of up to 10 MB. Programs, scripts, macros and archives that hide something are refused."""
    if not found.entered.settings.file_upload:
        raise UploadsOff("This chat takes no files.")
    too_large = FileTooLarge(f"A file may have up to {conversations.MAX_FILE_BYTES // 1024**2} MB.")
    name, content = await read_file(request, max_bytes=conversations.MAX_FILE_BYTES, too_large=too_large)
    return await talking.send_file(session, found, name=name, content=content, key=key)


@router.get(
    "/conversations/{conversation_id}/files/{file_id}",
    dependencies=[_TOKEN, _READS],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_chat_file(session: Session, found: Calling, conversation_id: UUID, file_id: UUID) -> FileResponse:
    """A file of one of the visitor's conversations, always as a download."""
    await talking.require_own(session, found.visitor, conversation_id)
    file, path = await conversations.open_file(session, conversation_id, file_id)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/typing", status_code=204, dependencies=[_TOKEN, _WRITES])
async def tell_chat_typing(session: Session, found: Calling, data: Typing) -> None:
    """Show the people in the inbox that the visitor writes."""
    if found.visitor.conversation_id is not None:
        await conversations.tell_typing(session, found.visitor.conversation_id, author="visitor", typing=data.typing)


@router.post("/seen", status_code=204, dependencies=[_TOKEN, _WRITES])
async def mark_chat_seen(session: Session, found: Calling, data: Seen) -> None:
    """The visitor has read all up to a sequence."""
    if found.visitor.conversation_id is not None:
        await conversations.mark_seen(session, found.visitor.conversation_id, data.sequence)


@router.post("/person", dependencies=[_TOKEN, _WRITES, _MESSAGES])
async def ask_chat_person(session: Session, found: CallingAlone, data: PersonAsked) -> ChatState:
    """Ask for a person. With an address, leave a question for when people are back."""
    return await talking.ask_for_person(session, found, data)


@router.post("/rating", dependencies=[_TOKEN, _WRITES])
async def rate_chat(session: Session, found: Calling, data: RatingGiven) -> ChatState:
    """Rate the conversation; the last word counts."""
    return await talking.rate(session, found.visitor, data)


@router.post("/messages/{message_id}/feedback", status_code=204, dependencies=[_TOKEN, _WRITES])
async def judge_chat_message(session: Session, found: Calling, message_id: UUID, data: FeedbackGiven) -> None:
    """Say whether an answer of the agent was good."""
    conversation = await talking.require_present(session, found.visitor)
    await conversations.judge_message(session, conversation.id, message_id, thumb=data.thumb)


@router.post("/consent", status_code=204, dependencies=[_TOKEN, _WRITES])
async def tell_chat_consent(session: Session, found: Entering, data: ConsentGiven, token: Token = None) -> None:
    """Agree, or take the consent back; from then on nothing more is stored until the visitor agrees again."""
    caller = await entering.find_caller(session, found, token)
    if caller is None:
        raise SessionEnded("Begin a new session.")
    await entering.set_consent(session, caller.visitor, data)
