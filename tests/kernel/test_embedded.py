"""The embedded server: shared by processes, stopped by the last one, found again after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tradewind.kernel.database.embedded import EmbeddedServer

HOLD = """
import sys
from pathlib import Path
from tradewind.kernel.database.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print("holding", flush=True)
sys.stdin.read()
"""


def hold(home: Path) -> subprocess.Popen[str]:
    """A process that uses the server until its stdin closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_last_user_stops_the_server(home: Path) -> None:
    other = hold(home)
    server = EmbeddedServer(home)
    server.start()
    server.stop()
    assert server.is_running(), "another process still uses it"
    other.communicate()
    assert not server.is_running(), "the last user must stop it"


def test_a_killed_user_leaves_no_stale_lock(home: Path) -> None:
    other = hold(home)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    server = EmbeddedServer(home)
    assert server.is_running(), "the server outlives a killed user"
    server.start()
    server.stop()
    assert not server.is_running()


def test_a_killed_server_is_started_again(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    while server.is_running():
        pass
    again = EmbeddedServer(home)
    again.start()
    assert again.is_running()
    server.stop()
    again.stop()


def test_listens_on_no_port_and_hides_its_socket(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
        assert lines[5].strip() == ""
        assert server.socket_directory.stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_an_interrupted_first_start_is_repaired(home: Path) -> None:
    data = home / "postgres"
    data.mkdir()
    (data / "half-written").write_text("initdb was killed here")
    server = EmbeddedServer(home)
    server.start()
    assert server.is_running()
    server.stop()
