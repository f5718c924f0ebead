"""Workers killed at random moments while they send to a real SMTP process: no mail is lost, and none is sent twice.

TRADEWIND_KILLS=100 makes it the long test.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation import Installation, wait_until

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("TRADEWIND_KILLS", "6"))
PER_KILL = 40
WORKERS = 2
CONNECTIONS = 4 * WORKERS * 2
SENDER = Path(__file__).with_name("forking_sender.py")
SINK = Path(__file__).with_name("smtp_sink.py")
OPEN = "SELECT count(*) FROM send_intents WHERE state IN ('scheduled', 'attempting')"
STATES = "SELECT id, state, attempts FROM send_intents"


@pytest.fixture
def installation(tmp_path: Path, sink: tuple[int, Path]) -> Iterator[Installation]:
    home = tmp_path / "home"
    home.mkdir()
    running = Installation(home, environment={"TRADEWIND_MAIL_SERVERS": f"127.0.0.1:{sink[0]}"})
    yield running
    running.stop()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    taken = tmp_path / "taken"
    process = subprocess.Popen([sys.executable, str(SINK), str(taken)], stdout=subprocess.PIPE)
    assert process.stdout
    yield int(process.stdout.readline()), taken
    process.kill()
    process.wait()


def test_no_mail_is_lost_and_none_is_sent_twice(installation: Installation, sink: tuple[int, Path]) -> None:
    port, taken = sink
    chance = random.Random(4242)
    sender = installation.start_script(SENDER)
    assert sender.stdin
    assert sender.stdout

    def tell(command: str) -> bytes:
        assert sender.stdin
        assert sender.stdout
        sender.stdin.write(f"{command}\n".encode())
        sender.stdin.flush()
        return sender.stdout.readline()

    def received() -> int:
        return taken.read_bytes().count(b"\n") if taken.exists() else 0

    assert tell(f"prepare {port} {(KILLS + 2) * PER_KILL}") == b"prepared\n"
    workers = [int(tell(f"work {port}")) for _ in range(WORKERS)]
    for number in range(KILLS):
        before = received()
        goal = before + chance.randrange(1, PER_KILL)
        wait_until(lambda goal=goal: received() >= goal, what="mails to arrive")
        time.sleep(chance.uniform(0, 0.02))  # the random moment
        os.kill(workers[number % WORKERS], signal.SIGKILL)
        workers[number % WORKERS] = int(tell(f"work {port}"))
    wait_until(lambda: installation.query(OPEN)[0][0] == 0, seconds=120, what="everything to be settled")
    for worker in workers:
        os.kill(worker, signal.SIGKILL)

    arrived = Counter(taken.read_text().split())
    states = {str(row["id"]): row["state"] for row in installation.query(STATES)}
    unknown = {intent for intent, state in states.items() if state == "unknown"}
    assert Counter(arrived.values()).keys() == {1}, "a mail was sent twice"
    assert set(states.values()) <= {"sent", "unknown"}, "a mail was lost"
    assert {intent for intent, state in states.items() if state == "sent"} <= arrived.keys(), "called sent, and was not"
    assert arrived.keys() - unknown == states.keys() - unknown
    assert len(unknown) <= KILLS * CONNECTIONS * 12, "more is unknown than can have been under way"
    assert any(row["attempts"] > 1 for row in installation.query(STATES)), "no kill hit anything"
