"""`tradewind mail`: read the local mail sink, e.g. to follow a password link without being signed in."""

import asyncio
from typing import Annotated

import typer

from tradewind.kernel.database import Database
from tradewind.modules.email import cli_bounces
from tradewind.modules.email.api import recent_mails
from tradewind.modules.email.contracts import DeliveredMail
from tradewind.settings import get_settings

app = typer.Typer(help=__doc__, invoke_without_command=True)
GROUPS = {"mail": app, "email": cli_bounces.app}


@app.callback()
def show(
    to: Annotated[str | None, typer.Option(help="Only mails to this address.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 10,
) -> None:
    """Print the newest mails with their links."""
    mails = asyncio.run(_read(500 if to else limit))
    wanted = [mail for mail in mails if to is None or mail.to_email.casefold() == to.casefold()][:limit]
    for mail in wanted:
        typer.echo(f"{mail.created_at:%Y-%m-%d %H:%M:%S} UTC  to {mail.to_email}\n{mail.subject}\n\n{mail.body}\n")
    if not wanted:
        typer.echo("No mails.")


async def _read(limit: int) -> list[DeliveredMail]:
    database = await Database(get_settings()).open(pooled=False)
    try:
        return await recent_mails(database, limit=limit)
    finally:
        await database.close()
