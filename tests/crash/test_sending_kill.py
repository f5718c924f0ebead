"""Workers killed at random moments while they send to a real SMTP process: no mail is lost, and none is sent twice.

TRADEWIND_KILLS=100 makes it the long test.
"""

import os
import random
import time
from collections import Counter

import pytest

from installation import wait_until

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("TRADEWIND_KILLS", "6"))
PER_KILL = 40
WORKERS = 2
CONNECTIONS = 4 * WORKERS * 2
OPEN = "SELECT count(*) FROM send_intents WHERE state IN ('scheduled', 'attempting')"
STATES = "SELECT id, state, attempts FROM send_intents"


def test_no_mail_is_lost_and_none_is_sent_twice(install, smtp_sink, mortal_workers) -> None:
    port, taken = smtp_sink
    installation = install(TRADEWIND_MAIL_SERVERS=f"127.0.0.1:{port}")
    chance = random.Random(4242)

    def received() -> int:
        return taken.read_bytes().count(b"\n") if taken.exists() else 0

    workers = mortal_workers(installation, "mails", port, (KILLS + 2) * PER_KILL, WORKERS)
    for number in range(KILLS):
        goal = received() + chance.randrange(1, PER_KILL)
        wait_until(lambda goal=goal: received() >= goal, what="mails to arrive")
        time.sleep(chance.uniform(0, 0.02))  # the random moment
        workers.kill(number % WORKERS)
    wait_until(lambda: installation.query(OPEN)[0][0] == 0, seconds=120, what="everything to be settled")
    workers.stop()

    arrived = Counter(taken.read_text().split())
    states = {str(row["id"]): row["state"] for row in installation.query(STATES)}
    unknown = {intent for intent, state in states.items() if state == "unknown"}
    assert Counter(arrived.values()).keys() == {1}, "a mail was sent twice"
    assert set(states.values()) <= {"sent", "unknown"}, "a mail was lost"
    assert {intent for intent, state in states.items() if state == "sent"} <= arrived.keys(), "called sent, and was not"
    assert arrived.keys() - unknown == states.keys() - unknown
    assert len(unknown) <= KILLS * CONNECTIONS * 12, "more is unknown than can have been under way"
    assert any(row["attempts"] > 1 for row in installation.query(STATES)), "no kill hit anything"
