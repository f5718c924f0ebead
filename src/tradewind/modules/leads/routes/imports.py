"""HTTP of imports."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.file_part import FilePart
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.kernel.spreadsheets import harmless
from tradewind.modules.leads.importing.table import Choices
from tradewind.modules.leads.importing.targets import TARGETS
from tradewind.modules.leads.jobs.imports import OneImport, analyse_import, run_import, undo_import
from tradewind.modules.leads.schemas.imports import (
    ImportRead,
    ImportRow,
    ImportStart,
    LayoutUpdate,
    MappingUpdate,
    PreviewRead,
    TargetRead,
)
from tradewind.modules.leads.service import import_files as files
from tradewind.modules.leads.service import import_preview, import_undo, imports
from tradewind.modules.leads.service.files import safe_name
from tradewind.modules.leads.service.import_reading import read, row_of

router = Router(tags=["Imports"])
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "CSV or XLSX"}},
                }
            }
        },
    }
}


@router.post("/imports", status_code=201, dependencies=[requires("leads:import")], openapi_extra=_UPLOAD)
async def upload_file(request: Request, actor: CurrentActor) -> ImportRead:
    """Upload a CSV or XLSX file of up to 1 GB; it is written to disk while it comes in.

    Small files are analysed at once (state `ready`), large ones by a job (`uploaded`, then `ready` or `failed`).
    """
    assert actor.organisation_id is not None
    part = FilePart(request)
    database = request.app.state.database
    home = database.settings.home
    stored = await files.receive(home, actor.organisation_id, part.chunks())
    try:
        # Opened only now: an upload may take minutes, and must not hold a connection meanwhile.
        async with database.transaction(actor) as session:
            entry = await imports.create(session, stored, name=safe_name(part.file_name))
            if stored.size_bytes <= imports.ANALYSED_AT_ONCE_BYTES:
                await imports.analyse(session, entry, home)
            else:
                entry.run_id = await start_run(
                    session, analyse_import, OneImport(import_id=entry.id),
                    title=f"Read {entry.name}", subject=f"import:{entry.id}",
                )  # fmt: skip
            return await read(session, entry)
    except BaseException:
        files.remove(home, stored.storage_key)
        raise


@router.get("/imports", dependencies=[requires("leads:read")])
async def list_imports(session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 25) -> list[ImportRow]:
    """The newest imports."""
    return [row_of(entry) for entry in await imports.latest(session, limit)]


@router.get("/imports/targets", dependencies=[requires("leads:read")])
async def list_targets() -> list[TargetRead]:
    """The built-in fields that a column can fill; custom fields are `custom.<key>`."""
    return [TargetRead(key=target.key, label=target.label, kind=target.kind) for target in TARGETS.values()]


@router.get("/imports/{import_id:uuid}", dependencies=[requires("leads:read")])
async def read_import(session: Session, import_id: UUID) -> ImportRead:
    """One import: what was detected, the suggestions, the mapping, progress and result."""
    return await read(session, await imports.get(session, import_id))


@router.patch("/imports/{import_id:uuid}", dependencies=[requires("leads:import")])
async def change_layout(session: Session, request: Request, import_id: UUID, data: LayoutUpdate) -> ImportRead:
    """Read the file in another way: another sheet, delimiter, encoding, or without a header."""
    choices = Choices(**data.model_dump())
    home = request.app.state.database.settings.home
    return await read(session, await imports.choose_layout(session, import_id, home, choices))


@router.put("/imports/{import_id:uuid}/mapping", dependencies=[requires("leads:import")])
async def save_mapping(session: Session, import_id: UUID, data: MappingUpdate) -> ImportRead:
    """Say what each column becomes, and what happens to duplicates."""
    return await read(session, await imports.save_mapping(session, import_id, data))


@router.get("/imports/{import_id:uuid}/preview", dependencies=[requires("leads:read")])
async def preview_import(session: Session, request: Request, import_id: UUID) -> PreviewRead:
    """The first 50 rows as they would be imported, with their problems."""
    return await import_preview.preview(session, import_id, request.app.state.database.settings.home)


@router.post("/imports/{import_id:uuid}/start", status_code=202, dependencies=[requires("leads:import")])
async def start_import(session: Session, import_id: UUID, data: ImportStart | None = None) -> ImportRead:
    """Start the import. It runs as a job: `run_id` shows progress and can be cancelled."""
    entry = await imports.begin(session, import_id, again=data is not None and data.again)
    entry.run_id = await start_run(
        session, run_import, OneImport(import_id=entry.id),
        title=f"Import {entry.name}", total=entry.rows_total, subject=f"import:{entry.id}",
    )  # fmt: skip
    return await read(session, entry)


@router.post("/imports/{import_id:uuid}/undo", status_code=202, dependencies=[requires("leads:import")])
async def undo(session: Session, import_id: UUID) -> ImportRead:
    """Take a whole import back, within 7 days. Leads changed since stay and are counted."""
    entry = await import_undo.begin(session, import_id)
    entry.undo_run_id = await start_run(
        session, undo_import, OneImport(import_id=entry.id),
        title=f"Undo the import of {entry.name}", subject=f"import:{entry.id}",
    )  # fmt: skip
    return await read(session, entry)


@router.get(
    "/imports/{import_id:uuid}/rejects.csv",
    dependencies=[requires("leads:read")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def download_rejects(request: Request, actor: CurrentActor, import_id: UUID) -> StreamingResponse:
    """The rows kept out, as they came, each with its row number and reason."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        entry = await imports.get(session, import_id)
        name, header = entry.name, entry.header or []

    async def lines() -> AsyncIterator[bytes]:
        async with database.transaction(actor) as session:
            # Excel takes a file for UTF-8 only with a byte order mark.
            yield "\ufeff".encode() + _line([*header, "Row", "Reason"])
            async for row in imports.rejects(session, import_id):
                cells = [*row["cells"][: len(header)], *[""] * (len(header) - len(row["cells"]))]
                extra = row["cells"][len(header) :]
                yield _line([*cells, str(row["row_number"]), row["reason"], *extra])

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'rejected rows of {name}.csv', safe='')}"
        },
    )


def _line(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(cell) for cell in cells])
    return buffer.getvalue().encode()
