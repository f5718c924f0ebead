"""Mails a second to a mail server on this machine: personal, DKIM-signed, through the send ledger.

One worker and two share the same queue. The server is a process of its own that counts what it takes and keeps nothing.
The floor is bare aiosmtplib sending one finished mail again and again over as many connections.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import aiosmtplib
import uvloop
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from bench.figures import Figure, show
from bench.server import HOME, environment, stop
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.modules.email.schemas.delivery import SenderCreate
from tradewind.modules.email.service import domains, senders
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import TRANSACTIONAL, NewIntent, Recipient
from tradewind.settings import Settings, get_settings

GOAL = 150
MAILS, FLOOR_MAILS, CONNECTIONS = 6_000, 2_000, 8
_HTML = "<p>" + "</p><p>".join(f"Paragraph {number} of an ordinary mail, with some words." for number in range(30))
_STANDSTILL_SECONDS = 120


def figures(*, leads: int = 0, mails: int = MAILS) -> list[Figure]:
    """Mails a second with one worker and with two; `leads` plays no part."""
    HOME.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen([sys.executable, "-m", "bench.mail_rate", "--serve"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    try:
        floor = uvloop.run(_floor(port))
        return [_measure(port, workers, mails, floor) for workers in (1, 2)]
    finally:
        server.kill()
        server.wait()


def _measure(port: int, workers: int, mails: int, floor: float) -> Figure:
    with tempfile.TemporaryDirectory(prefix="mails-", dir=HOME) as folder:
        os.environ["TRADEWIND_HOME"] = folder
        get_settings.cache_clear()
        get_vault.cache_clear()
        settings = Settings(home=Path(folder), mail_servers="127.0.0.1:*", log_level="WARNING")
        database = Database(settings)
        database.start_server()
        organisation_id = uvloop.run(_prepare(database, port, mails))
        more = environment(TRADEWIND_HOME=folder, TRADEWIND_MAIL_SERVERS="127.0.0.1:*")
        running = [
            subprocess.Popen([sys.executable, "-m", "tradewind.cli", "worker"], env=more) for _ in range(workers)
        ]
        try:
            seconds = uvloop.run(_until_sent(settings, organisation_id, mails))
        finally:
            for worker in running:
                stop(worker)
    name = "one worker" if workers == 1 else f"{workers} workers"
    rate = mails / seconds
    goal = f"≥ {GOAL} a worker"
    return Figure(
        f"signed mails, {name}", rate, "mails/s", goal, rate >= GOAL * workers, floor, rate / floor, f"{mails} mails"
    )


async def _prepare(database: Database, port: int, mails: int) -> UUID:
    modules.load_all()
    await migrate(database)
    await database.open(pooled=False)
    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id = await identity.create_organisation(session, name="Mails")
    actor = Actor.system(organisation_id, name="bench")
    async with database.transaction(actor) as session:
        await domains.add(session, "news.example")
        server = {"host": "127.0.0.1", "port": port, "security": "none"}
        limits = {"*": 100_000}
        sender = SenderCreate(
            name="Bench", address="ann@news.example", adapter="smtp", settings=server, domain_limits=limits
        )
        await senders.add(session, sender)
    for start in range(0, mails, 2_000):
        async with database.transaction(actor) as session:
            await sending.intend(session, [_intent(number) for number in range(start, min(start + 2_000, mails))])
    await database.close()
    return organisation_id


def _intent(number: int) -> NewIntent:
    words = {"subject": f"News for reader {number}", "text": f"Hello reader {number}", "html": f"{_HTML}{number}</p>"}
    return NewIntent(
        key=f"bench:{number}", channel="email", recipient=Recipient(address=f"reader-{number}@d{number % 50}.example"),
        purpose=TRANSACTIONAL, content=words,
    )  # fmt: skip


async def _until_sent(settings: Settings, organisation_id: UUID, mails: int) -> float:
    """Seconds from the first mail that was sent to the last."""
    database = await Database(settings).open(pooled=False)
    query = text(
        "SELECT count(*), extract(epoch FROM max(sent_at) - min(sent_at)) FROM send_intents WHERE state = 'sent'"
    )
    last, since = 0, time.monotonic()
    try:
        while True:
            async with database.transaction(Actor.system(organisation_id, name="bench")) as session:
                sent, seconds = (await session.execute(query)).one()
            if sent >= mails:
                return float(seconds)
            if sent != last:
                last, since = sent, time.monotonic()
            if time.monotonic() - since > _STANDSTILL_SECONDS:
                raise RuntimeError(f"{sent} of {mails} mails were sent, and nothing moves")
            await asyncio.sleep(0.5)
    finally:
        await database.close()


async def _floor(port: int) -> float:
    date = datetime.now(UTC).isoformat()
    raw = f"From: a@x.example\r\nTo: b@y.example\r\nSubject: {date}\r\n\r\n".encode()
    raw += _HTML.replace("</p>", "</p>\r\n").encode() + b"\r\n"
    left = iter(range(FLOOR_MAILS))

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for _ in left:
                await client.sendmail("a@x.example", ["b@y.example"], raw)

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    return FLOOR_MAILS / (time.perf_counter() - started)


class _Counter:
    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 2.0.0 Ok"


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_Counter(), hostname="bench.example", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_serve())
    else:
        show("Mails", figures(mails=options.mails))
