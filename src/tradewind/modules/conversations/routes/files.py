"""HTTP of the files of conversations."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import FileResponse

from tradewind.kernel.access import Session, requires
from tradewind.kernel.database import actor_of
from tradewind.kernel.multipart import FILE_BODY, read_file
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.errors import FileTooLarge
from tradewind.modules.conversations.scanning import MAX_BYTES
from tradewind.modules.conversations.schemas.conversations import Key, MessageRead
from tradewind.modules.conversations.service import files, reading

router = Router(tags=["Conversations"])


@router.post(
    "/conversations/{conversation_id:uuid}/files",
    status_code=201,
    dependencies=[requires("conversations:write")],
    openapi_extra=FILE_BODY,
)
async def reply_with_file(
    session: Session,
    conversation_id: UUID,
    request: Request,
    key: Annotated[Key, Query(description="Sent again with the same key, the file is stored once")],
) -> MessageRead:
    """Answer the visitor with a file of up to 10 MB, judged as the visitors' files are."""
    too_large = FileTooLarge(f"A file may have up to {MAX_BYTES // 1024**2} MB.")
    name, content = await read_file(request, max_bytes=MAX_BYTES, too_large=too_large)
    row = await files.reply(session, conversation_id, name=name, content=content, key=key)
    return await reading.message(session, row)


@router.get(
    "/conversations/{conversation_id:uuid}/files/{file_id:uuid}/content",
    dependencies=[requires("conversations:read")],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_conversation_file(session: Session, conversation_id: UUID, file_id: UUID) -> FileResponse:
    """The content of a file that somebody sent, always as a download. Needs `leads:personal` as well."""
    file, path = await files.open_file(session, conversation_id, file_id)
    actor_of(session).require("leads:personal")
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=0",
        },
    )
