"""`tradewind secrets`: which master keys sealed values hang on, and giving all of them the newest."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind import modules
from tradewind.kernel.crypto import CryptoError, Vault, generate_key, get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.rewrapping import BATCH, Rewrapped, key_uses, rewrap_all
from tradewind.modules.identity import api as identity
from tradewind.settings import get_settings

NAME = "secrets"
app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()


@app.command()
def new_key(key_id: Annotated[str, typer.Argument(help="Its id: a-z, 0-9, _ and -, e.g. k2.")]) -> None:
    """Print a fresh master key, to be put in front of the others."""
    line = generate_key(key_id)
    try:
        Vault({key_id: b"\0" * 32})
    except CryptoError as failure:
        raise SystemExit(str(failure)) from None
    typer.echo(line)


@app.command()
def status() -> None:
    """Count the sealed values and API key hashes that hang on each master key."""
    if not asyncio.run(_with_database(_tell_status)):
        raise typer.Exit(1)


@app.command()
def rotate(
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Values per transaction.")] = BATCH,
) -> None:
    """Re-wrap every sealed value with the newest master key. Runs beside the product; stop and repeat it at will."""

    async def work(database: Database) -> bool:
        shown: dict[str, int] = {}

        def progress(result: Rewrapped) -> None:
            if result.rewrapped != shown.get(result.column, 0):
                shown[result.column] = result.rewrapped
                console.print(f"{result.column}: {result.rewrapped:,} re-wrapped")

        results = await rewrap_all(database, get_vault(), progress=progress, batch=batch)
        console.print(f"[bold]{sum(result.rewrapped for result in results):,}[/] values re-wrapped.")
        for result in results:
            if result.unreadable:
                console.print(f"[red]✗[/] {result.column}: {result.unreadable:,} cannot be opened; see the log.")
        return await _tell_status(database) and not any(result.unreadable for result in results)

    if not asyncio.run(_with_database(work)):
        raise typer.Exit(1)


async def _with_database(work: Callable[[Database], Awaitable[bool]]) -> bool:
    modules.load_all()
    database = await Database(get_settings()).open(pooled=False)
    try:
        return await work(database)
    finally:
        await database.close()


async def _tell_status(database: Database) -> bool:
    """Print where each master key is used, and whether old ones may go. False if a needed key is missing."""
    vault = get_vault()
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for use in await key_uses(database):
        counts[use.key_id][use.column] = use.values
    for key_id, hashes in (await identity.key_hashes_by_master_key(database)).items():
        counts[key_id]["api_keys.secret_hash (renewed when a key is used)"] = hashes
    table = Table("Master key", "Where", "Values", title="Sealed values", title_justify="left")
    for key_id in [*vault.key_ids, *sorted(set(counts) - set(vault.key_ids))]:
        for where, values in sorted(counts.get(key_id, {}).items()):
            table.add_row(key_id, where, f"{values:,}")
    console.print(table)
    missing = sorted(set(counts) - set(vault.key_ids))
    for key_id in missing:
        console.print(f"[red]✗[/] Master key {key_id} is not configured: what hangs on it cannot be opened.")
    for key_id in vault.key_ids[1:]:
        if key_id in counts:
            console.print(f"Master key {key_id} is still needed.")
        else:
            console.print(f"[green]✓[/] Nothing hangs on master key {key_id}: it may be removed.")
    return not missing
