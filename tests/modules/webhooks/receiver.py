"""A receiver of webhooks in a process of its own: behaves as the path says, and remembers what came.

`python receiver.py PORT`. GET /received answers what came so far; POST /behave {path: status} changes an answer;
/slow answers after POST /release.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

received: list[dict] = []
statuses: dict[str, int] = {}
lock = threading.Lock()
released = threading.Event()
ANSWERS = {"/gone": 410, "/fail": 500, "/bad": 400, "/busy": 429, "/redirect": 302, "/empty": 204}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with lock:
            self._answer(200, json.dumps(received).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/release":
            released.set()
            return self._answer(200, b"{}")
        if self.path == "/behave":
            statuses.update(json.loads(body))
            return self._answer(200, b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        with lock:
            received.append({"path": self.path, "headers": headers, "body": body.decode(), "at": time.time()})
        if self.path == "/slow":
            released.wait(600)
        if self.path == "/drop":
            self.close_connection = True
            return None
        status = statuses.get(self.path, ANSWERS.get(self.path, 200))
        more = {}
        if status == 302:
            more["Location"] = f"http://127.0.0.1:{self.server.server_port}/elsewhere"
        if status == 429:
            more["Retry-After"] = "7200"
        if self.path == "/giant":
            return self._answer(200, b"x" * 50_000_000, more)
        return self._answer(status, b"" if status == 204 else b"answer of the receiver", more)

    def _answer(self, status: int, content: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    # Connections that find five others waiting are dropped otherwise, and that delivery is tried again later.
    request_queue_size = 128


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
