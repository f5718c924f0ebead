"""Unmodified Segment libraries deliver over a bad line: each event is stored once, or was given up with an error.

RudderStack's for Python does as well, and the traits it tells are kept.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation import Installation, free_port, wait_until

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
EVENTS = 300
# 400 is the one answer that libraries do not repeat.
FAULTS = "ok,503,lose,drop,429,ok,400,ok,lose,503,503,ok"
PYTHON = str(ROOT / ".venv/clients/bin/python")
SENDERS = {
    "python": [PYTHON, str(HERE / "segment_sender.py")],
    "node": ["node", str(HERE / "segment_sender.mjs"), str(ROOT / "web/package.json")],
}


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], Installation]
) -> Iterator[Installation]:
    installation = migrated(tmp_path_factory.mktemp("segment") / "home")
    installation.start("web")
    installation.wait_ready()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def write_key(server: Installation) -> str:
    client = server.signed_up()
    answer = client.post("/api/v1/sources", json={"name": "Backend", "kind": "server"})
    assert answer.is_success, answer.text
    return answer.json()["write_key"]


@contextmanager
def bad_line(server: Installation) -> Iterator[str]:
    """The address of a proxy in front of the server."""
    port = free_port()
    proxy = subprocess.Popen([sys.executable, str(HERE / "fault_proxy.py"), str(port), str(server.port), FAULTS])
    try:
        wait_until(lambda: _listens(port), what="the proxy")
        yield f"http://127.0.0.1:{port}"
    finally:
        proxy.kill()
        proxy.wait()


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("language", list(SENDERS))
def test_every_event_arrives_once(server: Installation, write_key: str, language: str) -> None:
    command = SENDERS[language]
    assert shutil.which(command[0]), "run `make setup-dev` first"
    with bad_line(server) as address:
        sent = subprocess.run(
            [*command, address, write_key, str(EVENTS)], capture_output=True, text=True, timeout=180, check=True
        )
    given_up = set(json.loads(sent.stdout.strip().splitlines()[-1]))
    assert 0 < len(given_up) <= 20, "one batch was answered with 400"
    rows = server.query(f"SELECT message_id, type, user_id FROM events WHERE message_id LIKE '{language}-%'")
    everything = {f"{language}-{number}" for number in range(EVENTS)}
    assert sorted(row["message_id"] for row in rows) == sorted(everything - given_up)
    assert {row["type"] for row in rows} == {"track", "identify", "page", "screen", "group", "alias"}
    assert server.query("SELECT * FROM event_rejections") == []
    repeated = server.query("SELECT sum(duplicates) AS total FROM event_volumes")[0]["total"]
    assert repeated >= 20, "an answer was lost, so a batch came twice"


def test_rudderstack_delivers_with_what_it_tells_of_people(server: Installation, write_key: str) -> None:
    subprocess.run([PYTHON, str(HERE / "rudder_sender.py"), server.url, write_key], timeout=60, check=True)
    rows = server.query("SELECT type, properties, context FROM events WHERE message_id LIKE 'rudder-%'")
    told = {row["type"]: json.loads(row["properties"]) for row in rows}
    assert told == {
        "track": {"amount": 3}, "identify": {"email": "rudder@people.example"}, "group": {"plan": "pro"},
        "page": {"category": "Docs"}, "screen": {"category": "App"}, "alias": {},
    }  # fmt: skip
    assert all("traits" not in json.loads(row["context"]) for row in rows)
