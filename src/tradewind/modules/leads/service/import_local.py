"""Importing a file of this machine on the spot, through the same steps that an upload takes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.leads.errors_imports import ImportNotReady
from tradewind.modules.leads.importing.failures import FileUnreadable
from tradewind.modules.leads.importing.mapping import SURE
from tradewind.modules.leads.importing.targets import TARGETS
from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.schemas.imports import ImportRead, MappedColumn, MappingUpdate
from tradewind.modules.leads.service import import_files as files
from tradewind.modules.leads.service import import_run, imports
from tradewind.modules.leads.service.files import safe_name
from tradewind.modules.leads.service.import_reading import read

Ask = Callable[[str], bool]
OnProgress = Callable[[int, int | None], None]


def _no_progress(done: int, total: int | None) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class LocalRun:
    """The surroundings of a run that no worker and no job is needed for."""

    database: Database
    actor: Actor
    on_progress: OnProgress = field(default=_no_progress)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction of the actor."""
        async with self.database.transaction(self.actor) as session:
            yield session

    async def progress(self, *, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """Show how far it is."""
        self.on_progress(done or 0, total)

    async def raise_if_cancelled(self) -> None:
        """Ctrl-C is the only cancel here; a broken-off run goes on when the file is imported again."""


async def run_import_file(
    database: Database,
    actor: Actor,
    path: Path,
    *,
    yes: bool = True,
    ask: Ask | None = None,
    again: bool = False,
    on_progress: OnProgress = _no_progress,
) -> ImportRead:
    """Import a file: columns are mapped as suggested; unsure ones are asked for unless `yes`.

    `ask` gets a yes-or-no question. A run of the same file that broke off is finished instead. Raises
    FileUnreadable and kin, FileImportedAlready unless `again`.
    """
    assert actor.organisation_id is not None
    if not await asyncio.to_thread(path.is_file):
        raise FileUnreadable(f"There is no file {path}.")
    home = database.settings.home
    stored = await files.receive(home, actor.organisation_id, files.read_local(path))
    try:
        async with database.transaction(actor) as session:
            unfinished = await _unfinished(session, stored.sha256)
            if unfinished is None:
                entry = await imports.create(session, stored, name=safe_name(path.name), origin="command")
                await imports.analyse(session, entry, home)
                if not yes and ask is not None:
                    await _settle_doubts(session, entry, ask)
                await imports.begin(session, entry.id, again=again)
                import_id = entry.id
            else:
                import_id = unfinished
    except BaseException:
        files.remove(home, stored.storage_key)
        raise
    if unfinished is not None:
        files.remove(home, stored.storage_key)
    await import_run.run(LocalRun(database, actor, on_progress), import_id)
    async with database.transaction(actor) as session:
        return await read(session, await imports.get(session, import_id))


async def _unfinished(session: AsyncSession, sha256: str) -> UUID | None:
    """A run of this file that a command began and that ended without a word."""
    return await session.scalar(
        select(LeadImport.id).where(
            LeadImport.sha256 == sha256,
            LeadImport.state == "running",
            LeadImport.origin == "command",
            LeadImport.run_id.is_(None),
        )
    )


async def _settle_doubts(session: AsyncSession, entry: LeadImport, ask: Ask) -> None:
    doubts = imports.unsure(entry.suggestions, SURE)
    if not doubts:
        return
    refused = {one["source"] for one in doubts if not ask(_question(one))}
    if not refused:
        return
    columns = []
    for one in entry.suggestions:
        column = {key: one[key] for key in ("source", "target", "create", "ignore", "used_for_scoring")}
        if one["source"] in refused:
            # Refused as a known field, a column is kept as a field of its own; refused as that, as plain text.
            column |= {"target": None, "ignore": False, "create": {"label": one["source"], "kind": "text"}}
        columns.append(MappedColumn.model_validate(column))
    await imports.save_mapping(session, entry.id, MappingUpdate(columns=columns))


def _question(suggestion: dict) -> str:
    notes = " ".join([suggestion["reason"], *suggestion["notes"]]).strip()
    if suggestion["target"] in TARGETS:
        wanted = f"import it as {TARGETS[suggestion['target']].label}"
    elif suggestion["ignore"]:
        wanted = "leave it out"
    else:
        kind = (suggestion["create"] or {}).get("kind", "text")
        wanted = f"keep it as a field of its own ({kind.replace('_', ' ')})"
    example = f" Such as “{suggestion['samples'][0]}”." if suggestion["samples"] else ""
    return f"Column “{suggestion['source']}”: {notes}{example} Shall I {wanted}?"


def summary(entry: ImportRead) -> str:
    """What came of an import, in one line."""
    if entry.state not in ("done",):
        raise ImportNotReady(entry.problem or f"The import is {entry.state}.")
    parts = [f"{number:,} {name}" for name, number in entry.counts.items() if number]
    return ", ".join(parts) or "nothing to import"
