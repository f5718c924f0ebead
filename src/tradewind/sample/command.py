"""`tradewind demo`: start everything, fill it, and say where to look."""

import asyncio
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.panel import Panel

from tradewind.kernel.database import Database
from tradewind.kernel.telemetry import configure_logging
from tradewind.sample.demo import Demo, prepare_demo
from tradewind.settings import Settings
from tradewind.supervisor import Installation, Stopped

_LOOK_SECONDS = 0.2


def run_demo(
    settings: Settings, *, csv: Path | None, yes: bool, once: bool, leads: int, port: int | None, console: Console
) -> None:
    """Start the installation, prepare the demo data, print address and login; run on unless `once`."""
    if csv is not None and not csv.is_file():
        raise SystemExit(f"There is no file {csv}.")
    began = time.monotonic()
    if "log_level" not in settings.model_fields_set:
        # Progress and the summary are for people; routine lines of the log would stand between them.
        settings = settings.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings)
    installation = Installation(settings, port=port)
    try:
        with console.status("Starting database, web app and worker…"):
            installation.start()
        demo = asyncio.run(_prepare(installation, csv=csv, yes=yes, leads=leads, console=console))
        if once:
            _check(installation.settings.base_url, demo, console)
        console.print(_where_to_look(installation.settings.base_url, demo, time.monotonic() - began))
        if not once:
            console.print("Ctrl-C stops everything.")
            installation.watch()
    except Stopped:
        console.print("Stopped. The next start goes on from here.")
    finally:
        with console.status("Stopping…"):
            installation.stop()


async def _prepare(installation: Installation, *, csv: Path | None, yes: bool, leads: int, console: Console) -> Demo:
    """Fill the installation; Ctrl-C stops it, and the next start goes on from there."""
    database = await Database(installation.settings).open()
    work = asyncio.create_task(prepare_demo(database, leads=leads, csv=csv, yes=yes, console=console))
    try:
        while not work.done():
            await asyncio.wait([work], timeout=_LOOK_SECONDS)
            if installation.stopping:
                work.cancel()
        if work.cancelled():
            raise Stopped
        return work.result()
    finally:
        await database.close()


def _check(url: str, demo: Demo, console: Console) -> None:
    """Ask the running web app for its page and, signed in, for the leads."""
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        page = client.get("/", headers={"Accept": "text/html"})
        page.raise_for_status()
        assert "<div id=" in page.text, "the web app did not answer with its page"
        token = client.post("/api/v1/auth/token", json={"email": demo.email, "password": demo.password})
        token.raise_for_status()
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        leads = client.get("/api/v1/leads?limit=25&sort=-score", headers=headers)
        leads.raise_for_status()
        items = leads.json()["items"]
        scored = sum(item["score"] is not None for item in items)
    console.print(f"[green]✓[/] The web app answers; {scored} of the first {len(items)} leads are scored.")


def _where_to_look(url: str, demo: Demo, seconds: float) -> Panel:
    lines = [
        f"[bold]{demo.organisation_name}[/]" + ("  [dim]sample data[/]" if demo.is_sample else ""),
        f"{demo.leads:,} leads, {demo.scored:,} scored ({demo.scoring_note})",
        "",
        f"Open      [bold]{url}[/]",
        f"E-mail    [bold]{demo.email}[/]",
        f"Password  [bold]{demo.password}[/]",
    ]
    return Panel("\n".join(lines), title=f"Ready after {seconds:.0f} s", expand=False)
