"""Workers that only send, by SMTP, each a fork of a process that has imported everything: they start in no time.

Commands on stdin: `prepare PORT COUNT` makes an organisation with COUNT messages and keeps the database open;
`work PORT` forks a worker and prints its process id.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.modules import load_all
from tradewind.modules.identity import api as identity
from tradewind.modules.sending import api as sending
from tradewind.modules.sending import channels
from tradewind.modules.sending.channels import Channel, ClaimedIntent, Outcome, Record, SendingContext
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.worker import chores
from tradewind.modules.sending.worker.dispatcher import dispatch
from tradewind.settings import get_settings

CONNECTIONS = 4


class PlainSmtp(Channel):
    """The least that SMTP needs; a message is exposed right before the dot that ends it."""

    name = "email"
    label = "Plain SMTP"
    batch_size = 40
    lease_seconds = 1.5

    def __init__(self, port: int) -> None:
        self._port = port

    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        await asyncio.gather(*(self._talk(batch[lane::CONNECTIONS], record) for lane in range(CONNECTIONS)))

    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        return []

    async def _talk(self, batch: Sequence[ClaimedIntent], record: Record) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        await reader.readline()
        await self._say(reader, writer, "HELO sender.example")
        for intent in batch:
            await self._say(reader, writer, "MAIL FROM:<us@sender.example>")
            await self._say(reader, writer, f"RCPT TO:<{intent.address}>")
            await self._say(reader, writer, "DATA")
            writer.write(f"Message-ID: <{intent.id}>\r\n\r\nHello\r\n".encode())
            if intent.id not in await record.exposing(intent):
                break
            answer = await self._say(reader, writer, ".")
            assert answer.startswith(b"250"), answer
            await record(channels.sent(intent, provider="smtp", message_id=str(intent.id)))
        writer.close()

    @staticmethod
    async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: str) -> bytes:
        writer.write(f"{line}\r\n".encode())
        return await reader.readline()


def register(port: int) -> None:
    channels._channels["email"] = PlainSmtp(port)


async def prepare(count: int) -> None:
    """Migrate, make an organisation with messages, say so, and keep the embedded server running."""
    database = Database(get_settings())
    database.start_server()
    await migrate(database)
    await database.open()
    async with database.transaction(Actor.system(name="test")) as session:
        organisation_id = await identity.create_organisation(session, name="Harbour Robotics")
    async with database.transaction(Actor.system(organisation_id, name="test")) as session:
        intents = [
            NewIntent(
                key=str(number), channel="email", purpose="transactional", priority="transactional", content={},
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
            register(int(port))
            asyncio.run(prepare(int(values[0])) if command == "prepare" else work())
            os._exit(0)
        if command == "work":
            print(child, flush=True)


main()
