"""The web role under Granian, again and again: each line on stdin starts it anew in a fork, whose id is printed.

Importing the product takes seconds, and is not what a crash test is about.
"""

import asyncio
import os
import signal
import sys

from granian.constants import Interfaces
from granian.server.embed import Server

from tradewind.app import create_app
from tradewind.settings import get_settings


def main() -> None:
    """Fork on demand until stdin ends."""
    settings = get_settings()
    app = create_app(settings)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            server = Server(
                app, address=settings.host, port=settings.port, interface=Interfaces.ASGI, log_enabled=False
            )
            asyncio.run(server.serve())
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
