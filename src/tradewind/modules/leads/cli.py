"""`tradewind import FILE`: bring a file of leads in from the command line."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradewind.kernel.access import Actor
from tradewind.kernel.command_line import NAME as CALLER
from tradewind.kernel.command_line import only_organisation
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.modules.leads.errors_imports import FileImportedAlready
from tradewind.settings import get_settings

NAME = "import"
app = typer.Typer(no_args_is_help=True)
console = Console()


@app.callback(invoke_without_command=True, context_settings={"allow_interspersed_args": True})
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the suggested mapping.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Import the file although it was imported before.")] = False,
    organisation: Annotated[
        UUID | None, typer.Option(help="Id of the organisation; needed only where there are several.")
    ] = None,
) -> None:
    """Import leads from a file: columns are mapped automatically, unsure ones are asked for."""
    try:
        asyncio.run(_run(file, yes=yes, again=again, organisation_id=organisation))
    except FileImportedAlready as failure:
        console.print(f"[red]{failure.title}.[/] To import it once more, add --again.")
        raise typer.Exit(1) from failure
    except AppError as failure:
        console.print(f"[red]{failure.title}.[/] {failure.detail}")
        raise typer.Exit(1) from failure


async def _run(file: Path, *, yes: bool, again: bool, organisation_id: UUID | None) -> None:
    from tradewind import modules
    from tradewind.modules.leads.service.import_local import run_import_file, summary

    modules.load_all()
    database = await Database(get_settings()).open()
    try:
        organisation_id = organisation_id or await only_organisation(database)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(f"Importing {file.name}", total=None)

            def ask(question: str) -> bool:
                progress.stop()
                answer = typer.confirm(question, default=True)
                progress.start()
                return answer

            entry = await run_import_file(
                database, Actor.system(organisation_id, name=CALLER), file, yes=yes, ask=ask, again=again,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )  # fmt: skip
        console.print(f"[green]✓[/] {entry.name}: {summary(entry)}")
        for warning in entry.warnings[:10]:
            console.print(f"  [yellow]·[/] {warning.message} ({warning.count:,}×)")
    finally:
        await database.close()
