"""Workers that only send, by SMTP, each a fork of a process that has imported everything: they start in no time.

Commands on stdin: `prepare PORT COUNT` makes an organisation with COUNT messages and keeps the database open;
`work PORT` forks a worker and prints its process id.
"""

import asyncio
import os
import sys

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.modules import load_all
from tradewind.modules.email.channel import EmailChannel
from tradewind.modules.email.schemas.delivery import SenderCreate
from tradewind.modules.email.service import senders
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.worker import chores
from tradewind.modules.sending.worker.dispatcher import dispatch
from tradewind.settings import get_settings


async def prepare(port: int, count: int) -> None:
    """Migrate, make an organisation with messages, say so, and keep the embedded server running."""
    database = Database(get_settings())
    database.start_server()
    await migrate(database)
    await database.open()
    async with database.transaction(Actor.system(name="test")) as session:
        organisation_id = await identity.create_organisation(session, name="Harbour Robotics")
    async with database.transaction(Actor.system(organisation_id, name="test")) as session:
        settings = {"host": "127.0.0.1", "port": port, "security": "none"}
        sender = SenderCreate(
            name="Ann", address="ann@sender.example", adapter="smtp", settings=settings, domain_limits={"*": 100_000}
        )
        await senders.add(session, sender)
        intents = [
            NewIntent(
                key=str(number), channel="email", purpose="transactional", priority="transactional",
                content={"subject": "Hello", "text": "How are you?"},
                recipient=Recipient(address=f"person{number}@people.example"),
            )
            for number in range(count)
        ]  # fmt: skip
        await sending.intend(session, intents)
    print("prepared", flush=True)
    await asyncio.Event().wait()


async def work() -> None:
    """Send and look after what others left behind, for ever."""
    database = await Database(get_settings()).open()
    while True:
        await chores.do_all(database)
        await dispatch(database)
        await asyncio.sleep(0.05)


def main() -> None:
    load_all()
    for line in sys.stdin:
        command, port, *values = line.split()
        child = os.fork()
        if child == 0:
            if command == "work":
                os.dup2(2, 1)  # logs do not belong between the answers
            # Dead processes' messages are taken up soon, and batches are small: more of them are under way at a kill.
            EmailChannel.lease_seconds, EmailChannel.batch_size = 1.5, 40
            asyncio.run(prepare(int(port), int(values[0])) if command == "prepare" else work())
            os._exit(0)
        if command == "work":
            print(child, flush=True)


main()
