"""The first rows of a file as they would be imported."""

import asyncio
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.errors_imports import ImportNotReady
from tradewind.modules.leads.importing.limits import PREVIEW_ROWS
from tradewind.modules.leads.importing.load import existing_leads
from tradewind.modules.leads.importing.merging import NOBODY, names_nobody
from tradewind.modules.leads.importing.plan import Plan
from tradewind.modules.leads.importing.readers import BrokenRow, Row
from tradewind.modules.leads.importing.reading import LeadDraft, RejectedRow, RowReader
from tradewind.modules.leads.importing.table import Layout, open_table
from tradewind.modules.leads.schemas.imports import CellProblem, PreviewRead, PreviewRow
from tradewind.modules.leads.service import import_files as files
from tradewind.modules.leads.service import imports

_SHOWN_CHARACTERS = 500
_PERSON = ("first_name", "last_name", "full_name", "email", "phone", "country", "company_name", "website")


async def preview(session: AsyncSession, import_id: UUID, home: Path) -> PreviewRead:
    """The first rows by the stored mapping, each with its effect and problems. Raises ImportNotReady."""
    entry = await imports.get(session, import_id)
    if entry.plan is None or entry.layout is None or not entry.storage_key:
        raise ImportNotReady("There is nothing to show: the file is not analysed yet, or it was removed.")
    plan = Plan.from_json(entry.plan)
    table = open_table(files.path_of(home, entry.storage_key), Layout.from_json(entry.layout))
    rows = await asyncio.to_thread(lambda: list(islice(table.rows(), PREVIEW_ROWS)))
    reader = RowReader(plan)
    results = reader.read_all(rows)
    drafts = [result for result in results if isinstance(result, LeadDraft)]
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    existing = await existing_leads(await asyncpg_connection(session), organisation_id, plan, drafts)
    seen: set[tuple[str, str]] = set()
    shown = [_row(plan, row, result, existing, seen) for row, result in zip(rows, results, strict=True)]
    return PreviewRead(
        columns=entry.header or [], rows=shown, effects=dict(Counter(row.effect for row in shown))
    )  # fmt: skip


def _row(
    plan: Plan,
    row: Row | BrokenRow,
    result: LeadDraft | RejectedRow | None,
    existing: dict[tuple[str, str], UUID],
    seen: set[tuple[str, str]],
) -> PreviewRow:
    cells = [cell[:_SHOWN_CHARACTERS] for cell in (row.cells if isinstance(row, Row) else [row.text])]
    if result is None:
        return PreviewRow(row=row.number, cells=cells, values={}, effect="blank", lead_id=None, problems=[])
    if isinstance(result, RejectedRow):
        problems = [CellProblem(column=p.column, message=p.message, level="error") for p in result.problems]
        problems = problems or [CellProblem(column=None, message=result.reason, level="error")]
        return PreviewRow(row=row.number, cells=cells, values={}, effect="reject", lead_id=None, problems=problems)
    if names_nobody(plan, result, existing):
        problem = CellProblem(column=None, message=NOBODY, level="error")
        return PreviewRow(row=row.number, cells=cells, values={}, effect="reject", lead_id=None, problems=[problem])
    keys = result.keys
    lead_id = next((existing[key] for key in keys if key in existing), None)
    repeated = any(key in seen for key in keys) and plan.duplicates != "create"
    seen.update(keys)
    effect = "create" if plan.duplicates == "create" or not (lead_id or repeated) else plan.duplicates
    problems = [CellProblem(column=w.column, message=w.message, level="warning") for w in result.warnings]
    return PreviewRow(
        row=row.number, cells=cells, values=_values(result), effect=effect, lead_id=lead_id, problems=problems
    )  # fmt: skip


def _values(draft: LeadDraft) -> dict[str, Any]:
    person = {name: value for name in _PERSON if (value := getattr(draft.person, name))}
    return {**person, **draft.values, **{f"custom.{key}": value for key, value in draft.custom.items()}}
