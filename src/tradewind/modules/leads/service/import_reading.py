"""Imports as the API shows them."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.repository import imports as repository
from tradewind.modules.leads.schemas.imports import (
    Detected,
    ImportRead,
    ImportRow,
    MappingRead,
    SameFile,
    SuggestionRead,
    WarningRead,
)
from tradewind.modules.leads.service import imports

_ROW_FIELDS = (
    "id", "name", "state", "size_bytes", "rows_total", "rows_done", "counts", "problem", "run_id", "undo_run_id",
    "undo_counts", "created_by_name", "created_at", "started_at", "finished_at", "undone_at",
)  # fmt: skip


def row_of(entry: LeadImport) -> ImportRow:
    """An import in a list."""
    return ImportRow(
        **{name: getattr(entry, name) for name in _ROW_FIELDS}, undo_until=imports.undo_until(entry)
    )  # fmt: skip


async def read(session: AsyncSession, entry: LeadImport) -> ImportRead:
    """All of an import."""
    same = await repository.same_file(session, entry.id, entry.sha256) if entry.state in ("uploaded", "ready") else None
    return ImportRead(
        **row_of(entry).model_dump(),
        sha256=entry.sha256,
        detected=_detected(entry),
        suggestions=[SuggestionRead.model_validate(one) for one in entry.suggestions],
        mapping=MappingRead.model_validate(entry.plan) if entry.plan else None,
        warnings=[WarningRead(message=text, count=number) for text, number in entry.warnings.items()],
        same_file_as=SameFile.model_validate(same, from_attributes=True) if same else None,
    )


def _detected(entry: LeadImport) -> Detected | None:
    if entry.layout is None:
        return None
    return Detected(
        kind=entry.layout["kind"],
        encoding=entry.layout["encoding"]["name"],
        delimiter=entry.layout["shape"]["delimiter"],
        has_header=entry.layout["shape"]["has_header"],
        columns=entry.header or [],
        sheets=entry.layout["sheets"],
        sheet=entry.layout["sheet"],
        notes=entry.notes,
    )
