"""Real installations for tests: processes of their own on a home of their own."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tradewind.kernel.database import Database
from tradewind.settings import Settings

PASSWORD = "correct-Horse-battery-7-staple"


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], bool], *, seconds: float = 60, what: str = "the condition") -> None:
    """Poll until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


@dataclass
class Installation:
    """The processes of one home. Roles are started singly, so that tests can kill one."""

    home: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    # Where its clients say they come from (it trusts this machine as a proxy): limits count by address.
    caller: str = "127.0.0.1"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        """What all roles print."""
        return self.home.parent / "installation.log"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `tradewind <arguments>`."""
        with self.log.open("ab") as out:
            return self._start(["-m", "tradewind.cli", *arguments], stdout=out, stderr=subprocess.STDOUT)

    def start_script(self, path: Path) -> subprocess.Popen[bytes]:
        """Start a program that reads commands on stdin and answers on stdout."""
        with self.log.open("ab") as out:
            return self._start([str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out)

    def _start(self, arguments: list[str], **streams: Any) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "TRADEWIND_HOME": str(self.home),
            "TRADEWIND_PORT": str(self.port),
            "TRADEWIND_API_REQUESTS_PER_MINUTE": "1000000",
            "TRADEWIND_TRUSTED_PROXIES": "127.0.0.1",
            **self.environment,
        }
        process = subprocess.Popen([sys.executable, *arguments], env=environment, start_new_session=True, **streams)
        self.processes.append(process)
        return process

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until the web role answers."""
        wait_until(self.is_ready, seconds=seconds, what=f"{self.url}; see {self.log}")

    def is_ready(self) -> bool:
        """Whether the web role answers and reaches the database."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stop all that still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        # Who was killed may have left others behind: children, and a database that belongs to nobody any more.
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            written = (self.home / "postgres" / "postmaster.pid").read_text()
            os.kill(int(written.split()[0]), signal.SIGINT)

    def query(self, sql: str) -> list[asyncpg.Record]:
        """Rows as the owner of the database sees them."""
        url = Database(Settings(home=self.home, _env_file=None)).owner_url.set(drivername="postgresql")  # pyright: ignore[reportCallIssue]

        async def ask() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(url.render_as_string(hide_password=False))
            try:
                return await connection.fetch(sql)
            finally:
                await connection.close()

        return asyncio.run(ask())

    def client(self) -> httpx.Client:
        """An API client without credentials."""
        headers = {"X-Forwarded-For": self.caller}
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, headers=headers)

    def signed_up(self, email: str = "founder@people.example", name: str = "Mira Founder") -> httpx.Client:
        """Sign up a new organisation and return an API client of its administrator."""
        client = self.client()
        body = {"name": name, "email": email, "password": PASSWORD, "organisation_name": "Harbour Robotics"}
        answer = client.post("/api/v1/auth/sign-up", json=body)
        assert answer.is_success, answer.text
        answer = client.post("/api/v1/auth/token", json={"email": email, "password": PASSWORD})
        assert answer.is_success, answer.text
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client
