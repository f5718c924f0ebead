"""`tradewind up`: one parent that starts the roles as processes, restarts what crashes and stops all of it.

The web role is started first and imports while the parent brings up the database; it waits for its migrations. The
workers follow when it answers: until then they would only take its time.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from tradewind.kernel.errors import CannotStart
from tradewind.settings import Settings, get_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tradewind.kernel.database import Database

_STOP_SECONDS = 20
_READY_SECONDS = 120
_RESTART_PAUSE_SECONDS = 1.0
_WATCH_SECONDS = 0.5
_MAX_QUICK_DEATHS = 5
_QUICK_DEATH_SECONDS = 10


class PortTaken(CannotStart):
    """Something already listens where the web app should."""


class Stopped(Exception):
    """Someone asked to stop while things were still starting."""


@dataclass
class Role:
    """One child process, restarted when it dies without having been told to."""

    arguments: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start the process."""
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tradewind.cli", *self.arguments],
            env=self.environment,
            # A session of its own: Ctrl-C reaches the parent only, which then stops the children in order.
            start_new_session=True,
        )

    def has_died(self) -> bool:
        """Whether it ended without having been told to."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> None:
        """Start again after a crash; gives up when it keeps dying at once."""
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < _QUICK_DEATH_SECONDS] + [now]
        if len(self.deaths) > _MAX_QUICK_DEATHS:
            raise RuntimeError(f"`tradewind {' '.join(self.arguments)}` keeps dying; see its log above")
        time.sleep(_RESTART_PAUSE_SECONDS)
        self.start()


class Installation:
    """The running roles of one machine."""

    def __init__(self, settings: Settings, *, port: int | None = None, workers: int = 1) -> None:
        self.settings = settings.model_copy(update={"port": port or settings.port})
        environment = {
            **os.environ,
            "TRADEWIND_HOME": str(settings.home),
            "TRADEWIND_PORT": str(self.settings.port),
            "TRADEWIND_LOG_LEVEL": self.settings.log_level,
            # The roles count into files there, so that one /metrics tells of all of them.
            "PROMETHEUS_MULTIPROC_DIR": str(settings.home / "run" / "metrics"),
        }
        self.roles = [Role(["web"], environment), *(Role(["worker"], environment) for _ in range(workers))]
        self.database: Database | None = None
        self.stopping = False

    def start(self) -> None:
        """Start the roles and the database, migrate, and wait until the web role answers.

        Raises PortTaken, Stopped, or RuntimeError when something does not come up.
        """
        self._refuse_taken_port()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._on_signal)
        self._forget_metrics()
        web, *workers = self.roles
        web.start()
        # Only now: these imports take as long as the child's own, which run meanwhile.
        from tradewind.kernel.database import Database
        from tradewind.kernel.database.migrate import migrate

        self.database = Database(self.settings)
        self.database.start_server()
        asyncio.run(migrate(self.database))
        self._wait_until_ready()
        for worker in workers:
            worker.start()

    def watch(self) -> None:
        """Restart what crashes, until SIGINT or SIGTERM."""
        while not self.stopping:
            for role in self.roles:
                if role.has_died() and not self.stopping:
                    _say(f"the {role.arguments[0]} ended unexpectedly and is started again")
                    role.revive()
            embedded = self.database.embedded if self.database else None
            if embedded is not None and not self.stopping and embedded.revive():
                _say("the database ended unexpectedly and was started again")
            time.sleep(_WATCH_SECONDS)

    def stop(self) -> None:
        """Stop the roles gracefully, then leave the database; the last one out stops it."""
        running = [role.process for role in self.roles if role.process and role.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.database is not None and self.database.embedded is not None:
            self.database.embedded.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _forget_metrics(self) -> None:
        """Counters begin at nought with each start, as Prometheus expects of a restarted process."""
        folder = self.settings.home / "run" / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def _refuse_taken_port(self) -> None:
        # The web server shares its port between processes, so a second installation would silently join in.
        with socket.socket() as probe:
            if probe.connect_ex((_reachable(self.settings.host), self.settings.port)) == 0:
                raise PortTaken(
                    f"Port {self.settings.port} is in use, maybe by another Tradewind: stop it, or choose another "
                    "port with --port or TRADEWIND_PORT."
                )

    def _wait_until_ready(self) -> None:
        url = f"http://{_reachable(self.settings.host)}:{self.settings.port}/health/ready"
        deadline = time.monotonic() + _READY_SECONDS
        while not _answers(url):
            if self.stopping:
                raise Stopped
            if self.roles[0].has_died():
                raise RuntimeError("The web role ended at once; see its log above.")
            if time.monotonic() > deadline:
                raise RuntimeError(f"The web role did not get ready within {_READY_SECONDS} s.")
            time.sleep(0.05)


def up(settings: Settings, *, port: int | None, workers: int, console: Console) -> None:
    """Run everything until Ctrl-C."""
    installation = Installation(settings, port=port, workers=workers)
    try:
        with console.status("Starting…"):
            installation.start()
        console.print(f"Tradewind is at [bold]{installation.settings.base_url}[/]  (Ctrl-C stops it)")
        installation.watch()
    except Stopped:
        pass
    finally:
        with console.status("Stopping…"):
            installation.stop()


def serve_web(settings: Settings, *, port: int | None = None) -> None:
    """Serve HTTP and WebSocket with Granian until a signal."""
    from granian import Granian
    from granian.constants import Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    Granian(
        "tradewind.supervisor:create_served_app",
        factory=True,
        address=settings.host,
        port=port or settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.web_processes,
        log_level=LogLevels.warning,
        log_access=False,
        backpressure=512,
        # What a connection may have sent before anyone reads it, headers included: by default 400 KB of each.
        http1_settings=HTTP1Settings(max_buffer_size=32 << 10),
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    ).serve()


def create_served_app() -> "ASGIApp":
    """The application as one web process serves it: behind trusted proxies, callers are whom those name."""
    from granian.utils.proxies import wrap_asgi_with_proxy_headers

    from tradewind.app import create_app

    settings = get_settings()
    app = create_app(settings)
    proxies = [proxy for proxy in map(str.strip, settings.trusted_proxies.split(",")) if proxy]
    return wrap_asgi_with_proxy_headers(app, proxies) if proxies else app


def _answers(url: str) -> bool:
    """Whether a GET of `url` succeeds; the standard library's client, because it is imported already."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104


def _say(text: str) -> None:
    print(f"tradewind: {text}", file=sys.stderr, flush=True)
