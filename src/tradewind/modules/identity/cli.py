"""`tradewind audit`: verify the audit logs of this installation."""

import asyncio

import typer

from tradewind.kernel.database import Database
from tradewind.modules.identity import cli_keys
from tradewind.modules.identity.api import verify_audit_logs
from tradewind.modules.identity.contracts import ChainReport
from tradewind.settings import get_settings

app = typer.Typer(help=__doc__, no_args_is_help=True)
GROUPS = {"audit": app, "keys": cli_keys.app}


@app.callback()
def audit() -> None:
    """The append-only log of every write and automated decision."""


@app.command()
def verify() -> None:
    """Walk every organisation's hash chain; ends with 1 and names the first row that does not fit.

    Note the heads it prints: a tail that was cut off shows only against an earlier head.
    """
    reports = asyncio.run(_verify())
    for report in reports:
        if report.intact:
            head = f"head {report.head_sequence} {report.head_hash}"
            typer.echo(f"intact  {report.organisation_id}  {report.rows} rows  {head}")
        else:
            where = f"row {report.broken_row} (link {report.broken_sequence}): {report.reason}"
            typer.echo(f"BROKEN  {report.organisation_id}  {where}")
    raise typer.Exit(0 if all(report.intact for report in reports) else 1)


async def _verify() -> list[ChainReport]:
    database = await Database(get_settings()).open(pooled=False)
    try:
        return await verify_audit_logs(database)
    finally:
        await database.close()
