"""HTTP of the files of conversations."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import FileResponse

from tradewind.kernel.access import Session, requires
from tradewind.kernel.database import actor_of
from tradewind.modules.conversations.service import files

router = APIRouter(tags=["Conversations"])


@router.get(
    "/conversations/{conversation_id:uuid}/files/{file_id:uuid}/content",
    dependencies=[requires("leads:personal")],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_conversation_file(session: Session, conversation_id: UUID, file_id: UUID) -> FileResponse:
    """The content of a file that somebody sent, always as a download."""
    actor_of(session).require("conversations:read")
    file, path = await files.open_file(session, conversation_id, file_id)
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
