"""An SMTP server that writes down the Message-ID of each mail it takes, before it says so. Prints its port."""

import asyncio
import email
import os
import random
import sys

from aiosmtpd.controller import UnthreadedController


class Sink:
    """Takes everything; a moment passes between taking and saying so, in which senders may die."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._random = random.Random(8)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        message_id = email.message_from_bytes(envelope.content)["Message-ID"].strip("<>").partition("@")[0]
        os.write(self._file, f"{message_id}\n".encode())
        await asyncio.sleep(self._random.uniform(0, 0.01))
        return "250 taken"


async def serve(path: str) -> None:
    controller = UnthreadedController(Sink(path), hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop())
    server = await asyncio.get_running_loop().create_server(controller._factory_invoker, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve(sys.argv[1]))
