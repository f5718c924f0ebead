"""HTTP of notes, tasks and files."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag, tagged
from tradewind.kernel.errors import BadRequest
from tradewind.kernel.multipart import read_form
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import Moment
from tradewind.kernel.routing import Router
from tradewind.kernel.sparse import FieldsText, chosen_fields, page_answer
from tradewind.modules.leads.errors import FileTooLarge
from tradewind.modules.leads.schemas.work import (
    FileRead,
    NoteCreate,
    NoteRead,
    NoteUpdate,
    TaskCreate,
    TaskRead,
    TaskState,
    TaskUpdate,
)
from tradewind.modules.leads.service import files, notes, tasks

router = Router()
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
_CHUNK = 256 * 1024


@router.get("/leads/{lead_id:uuid}/notes", dependencies=[requires("leads:read")], tags=["Notes"])
async def list_notes(session: Session, lead_id: UUID) -> list[NoteRead]:
    """A lead's notes, newest first."""
    return await notes.list_notes(session, lead_id)


@router.post("/leads/{lead_id:uuid}/notes", status_code=201, dependencies=[requires("leads:write")], tags=["Notes"])
async def add_note(session: Session, lead_id: UUID, data: NoteCreate, response: Response) -> NoteRead:
    """Write a note on a lead."""
    note = await notes.add_note(session, lead_id, data)
    response.headers["ETag"] = etag(note.version)
    return NoteRead.model_validate(note)


@router.get("/notes/{note_id:uuid}", dependencies=[requires("leads:read")], tags=["Notes"])
async def get_note(session: Session, note_id: UUID, response: Response) -> NoteRead:
    """A note as it reads now."""
    return tagged(response, await notes.get_note(session, note_id))


@router.patch("/notes/{note_id:uuid}", dependencies=[requires("leads:write")], tags=["Notes"])
async def update_note(
    session: Session, note_id: UUID, data: NoteUpdate, response: Response, if_match: IfMatch = None
) -> NoteRead:
    """Change a note's text."""
    note = await notes.update_note(session, note_id, data, if_match=if_match)
    response.headers["ETag"] = etag(note.version)
    return NoteRead.model_validate(note)


@router.delete("/notes/{note_id:uuid}", status_code=204, dependencies=[requires("leads:write")], tags=["Notes"])
async def delete_note(session: Session, note_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a note."""
    await notes.delete_note(session, note_id, if_match=if_match)


@router.get("/tasks", dependencies=[requires("tasks:read")], tags=["Tasks"], response_model=Page[TaskRead])
async def list_tasks(
    session: Session,
    state: TaskState = "open",
    assignee: Annotated[Literal["me", "nobody"] | UUID | None, Query()] = None,
    lead_id: UUID | None = None,
    deal_id: UUID | None = None,
    company_id: UUID | None = None,
    due_before: Moment | None = None,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    fields: FieldsText = None,
) -> Any:
    """A page of tasks, soonest due first; done ones latest first."""
    names = chosen_fields(fields, TaskRead)
    page = await tasks.list_tasks(
        session, state=state, assignee=assignee, lead_id=lead_id, deal_id=deal_id, company_id=company_id,
        due_before=due_before, cursor=cursor, limit=limit, fields=names,
    )  # fmt: skip
    if names is None:
        return page
    return page_answer(page.items, page.next_cursor, page.previous_cursor, page.total)


@router.post("/tasks", status_code=201, dependencies=[requires("tasks:write")], tags=["Tasks"])
async def create_task(session: Session, data: TaskCreate, response: Response) -> TaskRead:
    """Add a task."""
    task = await tasks.create_task(session, data)
    response.headers["ETag"] = etag(task.version)
    return task


@router.patch("/tasks/{task_id:uuid}", dependencies=[requires("tasks:write")], tags=["Tasks"])
async def update_task(
    session: Session, task_id: UUID, data: TaskUpdate, response: Response, if_match: IfMatch = None
) -> TaskRead:
    """Change a task; `done` completes it or opens it again."""
    task = await tasks.update_task(session, task_id, data, if_match=if_match)
    response.headers["ETag"] = etag(task.version)
    return task


@router.delete("/tasks/{task_id:uuid}", status_code=204, dependencies=[requires("tasks:write")], tags=["Tasks"])
async def delete_task(session: Session, task_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a task."""
    await tasks.delete_task(session, task_id, if_match=if_match)


@router.get("/leads/{lead_id:uuid}/files", dependencies=[requires("leads:read")], tags=["Files"])
async def list_files(session: Session, lead_id: UUID) -> list[FileRead]:
    """A lead's files, newest first."""
    return [FileRead.model_validate(file) for file in await files.list_files(session, lead_id)]


@router.post(
    "/leads/{lead_id:uuid}/files",
    status_code=201,
    dependencies=[requires("leads:write")],
    tags=["Files"],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                }
            },
        }
    },
)
async def add_file(session: Session, lead_id: UUID, request: Request) -> FileRead:
    """Put a file (up to 25 MB) on a lead."""
    home = request.app.state.settings.home
    upload = await _uploaded(request)
    stored = await files.receive(_chunks(upload), home)
    file = await files.add_file(
        session, lead_id, stored, name=upload.filename, declared_type=upload.content_type, home=home
    )
    return FileRead.model_validate(file)


@router.get(
    "/files/{file_id:uuid}/content",
    dependencies=[requires("leads:personal")],
    tags=["Files"],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_file(session: Session, file_id: UUID, request: Request) -> FileResponse:
    """A file's content, always as a download."""
    file, path = await files.open_file(session, file_id, request.app.state.settings.home)
    return FileResponse(
        path,
        media_type=files.answer_type(file.media_type),
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=0",
        },
    )


@router.delete("/files/{file_id:uuid}", status_code=204, dependencies=[requires("leads:write")], tags=["Files"])
async def delete_file(session: Session, file_id: UUID) -> None:
    """Remove a file."""
    await files.delete_file(session, file_id)


async def _uploaded(request: Request) -> UploadFile:
    """The part `file` of a multipart body, refused while it comes in once it is too large."""
    expected = "Send the file as multipart/form-data, in the part “file”."
    form = await read_form(
        request,
        max_bytes=files.MAX_BYTES,
        max_files=1,
        max_fields=10,
        expected=expected,
        too_large=FileTooLarge(f"A file may have up to {files.MAX_BYTES // 1024**2} MB."),
    )
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise BadRequest(expected)
    return upload


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(_CHUNK):
        yield chunk
