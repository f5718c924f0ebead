"""The command line: `tradewind up`, `demo`, `doctor` and what modules add."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind import __version__
from tradewind.settings import get_settings

app = typer.Typer(
    name="tradewind", no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
console = Console()


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the web app.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many worker processes.")] = 1,
) -> None:
    """Run everything on this machine: database, web app and worker. Ctrl-C stops all of it."""
    from tradewind import supervisor

    supervisor.up(get_settings(), port=port, workers=workers, console=console)


@app.command()
def demo(
    csv: Annotated[
        Path | None, typer.Option(help="Your own leads (CSV or XLSX) instead of the sample company.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the suggested mapping.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Set up, check, print a summary and stop.")] = False,
    scale: Annotated[int, typer.Option(min=200, max=1_000_000, help="Leads of the sample company.")] = 2_500,
    port: Annotated[int | None, typer.Option(help="Port of the web app.")] = None,
) -> None:
    """Run the product with a sample company (or your own leads): imported, scored and ready to look at."""
    from tradewind.sample.command import run_demo

    run_demo(get_settings(), csv=csv, yes=yes, once=once, leads=scale, port=port, console=console)


@app.command()
def web(port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None) -> None:
    """Run the web role: API, WebSocket and web app."""
    from tradewind import supervisor

    supervisor.serve_web(get_settings(), port=port)


@app.command()
def worker() -> None:
    """Run the worker role: jobs, events and schedules."""
    from tradewind.worker import main as run

    run()


@app.command()
def migrate(revision: Annotated[str, typer.Argument(help="Target, e.g. head or 0003.")] = "head") -> None:
    """Bring the database to the newest (or a given) revision."""
    from tradewind.kernel.database import Database
    from tradewind.kernel.database.migrate import current_revision
    from tradewind.kernel.database.migrate import migrate as run

    async def work() -> str | None:
        database = await Database(get_settings()).open(pooled=False)
        try:
            await run(database, revision)
            return await current_revision(database)
        finally:
            await database.close()

    console.print(f"The database stands at revision [bold]{asyncio.run(work())}[/].")


@app.command()
def events() -> None:
    """Print each event with its subscribers, and each schedule."""
    from tradewind import modules
    from tradewind.kernel import jobs
    from tradewind.kernel.events import Event, subscriptions

    modules.load_all()
    table = Table("Event", "Subscribers", title="Events", title_justify="left")
    for event in sorted(_named_subclasses(Event), key=lambda kind: kind.name):
        subscribers = [entry.name for entry in subscriptions().get(event.name, [])]
        table.add_row(event.name, "\n".join(subscribers) or "—")
    console.print(table)
    table = Table("Schedule (UTC)", "Job", title="Schedules", title_justify="left")
    for name, entry in sorted(jobs.schedules().items()):
        table.add_row(entry.expression, name)
    console.print(table)


@app.command()
def errors() -> None:
    """Print every error code of the API with its status and meaning."""
    from tradewind.app import create_app
    from tradewind.kernel.openapi_problems import catalogue

    # Errors are known once the modules that raise them are loaded.
    create_app(get_settings())
    table = Table("Code", "Status", "Meaning", title="Error codes", title_justify="left")
    for problem in catalogue().values():
        table.add_row(problem.code, str(problem.status), f"{problem.title}. {problem.meaning}".strip())
    console.print(table)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    import orjson

    from tradewind.app import create_app

    document = create_app(get_settings()).openapi()
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode())


@app.command()
def doctor() -> None:
    """Explain what is configured, what is reachable and what is missing."""
    from tradewind.doctor import examine

    failed = False
    for finding in asyncio.run(examine(get_settings())):
        mark = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "problem": "[red]✗[/]"}[finding.level]
        console.print(f"{mark} [bold]{finding.subject}[/]: {finding.text}")
        failed |= finding.level == "problem"
    raise typer.Exit(1 if failed else 0)


@app.command()
def version() -> None:
    """Print the version."""
    console.print(__version__)


def _named_subclasses(kind: type) -> list[type]:
    found = []
    for child in kind.__subclasses__():
        found += [child] if child.name else []
        found += _named_subclasses(child)
    return found


def _add_module_commands() -> None:
    from tradewind import modules

    for name in modules.names():
        commands = modules.role(name, "cli")
        if commands is not None:
            groups = getattr(commands, "GROUPS", None) or {getattr(commands, "NAME", name): commands.app}
            for group_name, group in groups.items():
                app.add_typer(group, name=group_name)


def main() -> None:
    """Entry point of the `tradewind` command."""
    from tradewind.kernel.errors import CannotStart

    own = {command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands}
    # Modules' commands take most of a second to import, which `up` and the roles it starts need not wait for.
    if len(sys.argv) < 2 or sys.argv[1] not in own:
        _add_module_commands()
    try:
        app()
    except CannotStart as failure:
        raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    main()
