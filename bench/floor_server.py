"""Serves the floor with the same server settings as the product."""

import os

from granian import Granian
from granian.constants import Interfaces, Loops

if __name__ == "__main__":
    Granian(
        os.environ.get("TRADEWIND_BENCH_APP", "bench.floor:app"),
        address="127.0.0.1",
        port=int(os.environ["TRADEWIND_PORT"]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        log_enabled=False,
        log_access=False,
        backpressure=512,
    ).serve()
