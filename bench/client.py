"""Load generator: keep-alive HTTP/1.1 over raw sockets, one process, no client library in the way.

    python -m bench.client < plan.json

reads {"host", "port", "connections", "seconds", "warm_up_seconds", "requests": [{"method", "path", "headers",
"body"}]} and prints {"requests_per_second", "p50_ms", "p95_ms", "p99_ms", "count", "errors", "by_request"}.
Connections take the requests in turn; `{n}` in a body is replaced by a number never used twice in the run.
"""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.figures import percentile


@dataclass
class Tally:
    """Latencies in milliseconds by request, and failures by status."""

    latencies: list[list[float]]
    errors: dict[str, int] = field(default_factory=dict)
    started: float = 0.0
    serial: int = 0


class Connection(asyncio.Protocol):
    """One keep-alive connection that sends the next request as soon as an answer is complete."""

    def __init__(self, requests: list[tuple[bytes, bytes]], tally: Tally, offset: int, until: float) -> None:
        self.requests, self.tally, self.next, self.until = requests, tally, offset, until
        self.buffer = bytearray()
        self.needed = -1
        self.status = b""
        self.chunked = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def connection_lost(self, failure: Exception | None) -> None:
        if not self.done.done():
            self.tally.errors["closed"] = self.tally.errors.get("closed", 0) + 1
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.needed < 0 and not self._read_head():
            return
        if self.chunked:
            if self.buffer.endswith(b"0\r\n\r\n"):
                self._finish(len(self.buffer))
        elif len(self.buffer) >= self.needed:
            self._finish(self.needed)

    def _read_head(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.buffer[:end])
        self.status = head[9:12]
        lower = head.lower()
        self.chunked = b"transfer-encoding: chunked" in lower
        length = lower.find(b"content-length:")
        size = 0
        if length >= 0:
            line_end = lower.find(b"\r\n", length)
            size = int(lower[length + 15 : line_end if line_end >= 0 else len(lower)])
        self.needed = end + 4 + size
        return True

    def _finish(self, used: int) -> None:
        now = time.perf_counter()
        if self.sent_at >= self.tally.started:
            if self.status[:1] == b"2":
                self.tally.latencies[self.current].append((now - self.sent_at) * 1000)
            else:
                key = self.status.decode()
                self.tally.errors[key] = self.tally.errors.get(key, 0) + 1
        del self.buffer[:used]
        self.needed = -1
        if now >= self.until:
            if not self.done.done():
                self.done.set_result(None)
            self.transport.close()
        else:
            self._send()

    def _send(self) -> None:
        self.current = self.next % len(self.requests)
        self.next += 1
        head, body = self.requests[self.current]
        if b"{n}" in body:
            self.tally.serial += 1
            # fixed width keeps the content length
            body = body.replace(b"{n}", b"%012d" % self.tally.serial)
        self.sent_at = time.perf_counter()
        self.transport.write(head + body)  # pyright: ignore[reportAttributeAccessIssue]


def encode(request: dict[str, Any], host: str) -> tuple[bytes, bytes]:
    """Head and body of a request as they go over the wire."""
    body = json.dumps(request["body"]).encode() if request.get("body") is not None else b""
    length = len(body) + (12 - 3) * body.count(b"{n}")
    headers = {"Host": host, "Accept": "application/json", **request.get("headers", {})}
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request.get('method', 'GET')} {request['path']} HTTP/1.1\r\n{lines}\r\n".encode(), body


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Run a plan and return its measurements."""
    requests = [encode(request, plan["host"]) for request in plan["requests"]]
    begin = time.perf_counter() + plan.get("warm_up_seconds", 1)
    until = begin + plan["seconds"]
    tally = Tally([[] for _ in requests], started=begin, serial=int(time.time() * 1000) % 10**9 * 1000)
    loop = asyncio.get_running_loop()
    protocols = []
    for index in range(plan["connections"]):
        _, protocol = await loop.create_connection(
            lambda index=index: Connection(requests, tally, index, until), plan["host"], plan["port"]
        )
        protocols.append(protocol)
    await asyncio.gather(*(protocol.done for protocol in protocols))
    elapsed = time.perf_counter() - begin
    every = [latency for latencies in tally.latencies for latency in latencies] or [float("nan")]
    return {
        "count": len(every),
        "requests_per_second": len(every) / elapsed,
        "p50_ms": percentile(every, 0.50),
        "p95_ms": percentile(every, 0.95),
        "p99_ms": percentile(every, 0.99),
        "errors": tally.errors,
        "by_request": [
            {"p50_ms": percentile(values, 0.5), "p95_ms": percentile(values, 0.95), "count": len(values)}
            for values in tally.latencies
            if values
        ],
    }


def load(
    port: int,
    requests: list[dict[str, Any]],
    *,
    connections: int,
    seconds: float,
    warm_up_seconds: float = 2.0,
    host: str = "127.0.0.1",
) -> dict[str, Any]:
    """Run a plan in a process of its own, so that it does not share an event loop with anything measured."""
    plan = {
        "host": host,
        "port": port,
        "connections": connections,
        "seconds": seconds,
        "warm_up_seconds": warm_up_seconds,
        "requests": requests,
    }
    result = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
