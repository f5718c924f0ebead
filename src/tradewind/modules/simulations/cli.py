"""`tradewind simulate SUITE`: try an agent's draft against made-up visitors, for build servers."""

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
from tradewind.modules.simulations.schemas import RunReport
from tradewind.modules.simulations.service.junit import junit as as_junit
from tradewind.settings import get_settings

NAME = "simulate"
app = typer.Typer(no_args_is_help=True)
console = Console()


@app.callback(invoke_without_command=True, context_settings={"allow_interspersed_args": True})
def simulate(
    suite: Annotated[str, typer.Argument(help="Name of the suite.")],
    junit: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Where the report goes, as JUnit XML.")
    ] = None,
    organisation: Annotated[
        UUID | None, typer.Option(help="Id of the organisation; needed only where there are several.")
    ] = None,
) -> None:
    """Run a suite of simulated visitors; exits with 1 if a critical case failed. Nothing leaves."""
    try:
        report = asyncio.run(_run(suite, organisation))
    except AppError as failure:
        console.print(f"[red]{failure.title}.[/] {failure.detail}")
        raise typer.Exit(1) from failure
    if junit is not None:
        junit.write_bytes(as_junit(report, suite=suite))
    _show(report)
    if report.state != "passed":
        raise typer.Exit(1)


async def _run(name: str, organisation_id: UUID | None) -> RunReport:
    from tradewind import modules
    from tradewind.modules.simulations.service import running, suites

    modules.load_all()
    database = await Database(get_settings()).open()
    try:
        actor = Actor.system(organisation_id or await only_organisation(database), name=CALLER)
        async with database.transaction(actor) as session:
            found = {one.name.casefold(): one.id for one in await suites.listed(session)}
            if name.casefold() not in found:
                there = ", ".join(sorted(found)) or "none yet"
                raise typer.BadParameter(f"There is no suite of this name. There are: {there}")
            run = await running.begin(session, found[name.casefold()])
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(name, total=run.total)
            todo = await running.todo(database, actor, run.id)
            for case, attempt in todo[1] if todo else ():
                assert todo is not None
                await running.attempt(database, actor, run.id, todo[0], case, attempt)
                progress.advance(task)
        async with database.transaction(actor) as session:
            await running.finish(session, run.id)
        async with database.transaction(actor) as session:
            return await running.report(session, run.suite_id, run.id)
    finally:
        await database.close()


def _show(report: RunReport) -> None:
    for case in report.items:
        sign = "[green]✓[/]" if case.passed == case.tried else "[red]✗[/]"
        console.print(f"{sign} {case.name}: {case.passed} of {case.tried}")
        for unmet in {f"{one.expected}; found {one.found}" for each in case.results for one in each.failures}:
            console.print(f"    expected {unmet}")
    if report.pass_k is not None and report.pass_low is not None and report.pass_high is not None:
        console.print(
            f"pass^{report.repetitions} {report.pass_k:.2f} (95 %: {report.pass_low:.2f} to {report.pass_high:.2f})"
        )
    if report.problem:
        console.print(f"[red]{report.problem}[/]")
