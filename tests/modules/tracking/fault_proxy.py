"""A bad line: an HTTP proxy that treats the first requests as it was told, and passes on all later ones.

    python fault_proxy.py PORT UPSTREAM_PORT fault,fault,…

Faults: `ok`; a status, answered in the server's place; `drop` closes the connection before the server hears of the
request; `lose` passes it on and closes before the answer comes back.
"""

import asyncio
import sys
from itertools import chain, repeat

ANSWERS = {
    "400": b"HTTP/1.1 400 Bad Request\r\n",
    "429": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\n",
}


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP/1.1 message with a Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return head + await reader.readexactly(int(length.partition(b":")[2]))


async def serve(port: int, upstream: int, faults: list[str]) -> None:
    """Run until killed."""
    coming = chain(faults, repeat("ok"))

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await read_message(reader)
                fault = next(coming)
                if fault in ANSWERS:
                    writer.write(ANSWERS[fault] + b"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}")
                elif fault == "drop":
                    break
                else:
                    answer = await ask(request)
                    if fault == "lose":
                        break
                    writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def ask(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream)
        writer.write(request)
        answer = await read_message(reader)
        writer.close()
        return answer

    server = await asyncio.start_server(handle, "127.0.0.1", port, limit=1 << 20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(",")))
