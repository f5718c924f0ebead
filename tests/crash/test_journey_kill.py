"""Workers killed at random moments while people move through a journey: everybody takes each step once.

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
PEOPLE = 40 + 10 * KILLS
WORKERS = 2
WAY = ["in", "hello", "call", "first", "tag", "again", "second", "visit", "out"]
WAITING = "SELECT count(*) FROM journey_enrolments WHERE state = 'waiting'"
OPEN = "SELECT count(*) FROM send_intents WHERE state IN ('scheduled', 'attempting')"
MOVED = """
    SELECT (SELECT count(*) FROM journey_steps) + (SELECT count(*) FROM send_intents WHERE state = 'sent')"""
# The minute of whoever rests at a wait is over; a part of them at a time, so that people are at different steps.
LET_GO = """
    UPDATE journey_enrolments SET due_at = clock_timestamp() WHERE state = 'waiting' AND due_at > since AND id IN (
        SELECT id FROM journey_enrolments ORDER BY random() LIMIT {})"""


def test_everybody_takes_each_step_once(install, smtp_sink, mortal_workers) -> None:
    port, taken = smtp_sink
    installation = install(TRADEWIND_MAIL_SERVERS=f"127.0.0.1:{port}", TRADEWIND_JOB_HEARTBEAT_SECONDS="1")
    chance = random.Random(2626)

    def count(sql: str) -> int:
        return installation.query(sql)[0][0]

    workers = mortal_workers(installation, "journey", port, PEOPLE, WORKERS)
    for number in range(KILLS):
        before = count(MOVED)
        wait_until(lambda before=before: count(MOVED) > before or count(WAITING) == 0, what="people to move")
        installation.query(LET_GO.format(PEOPLE // 3))
        time.sleep(chance.uniform(0, 0.25))  # the random moment
        workers.kill(number % WORKERS)
    wait_until(lambda: installation.query(LET_GO.format(PEOPLE)) == [] and count(WAITING) == 0, what="the end")
    wait_until(lambda: count(OPEN) == 0, seconds=120, what="mails to be settled")
    workers.stop()

    steps = installation.query("SELECT array_agg(node ORDER BY visit) AS way FROM journey_steps GROUP BY enrolment_id")
    assert len(steps) == PEOPLE
    assert {tuple(row["way"]) for row in steps} == {tuple(WAY)}, "a step was missed, or taken twice"
    assert {row["state"] for row in installation.query("SELECT state FROM journey_enrolments")} == {"done"}
    intents = installation.query("SELECT id, step_key, person_id, state FROM send_intents WHERE channel = 'email'")
    each = Counter((row["person_id"], row["step_key"]) for row in intents)
    assert (len(each), set(each.values())) == (2 * PEOPLE, {1}), "an intent was missed, or made twice"
    tasks = Counter((row["lead_id"], row["title"]) for row in installation.query("SELECT lead_id, title FROM tasks"))
    assert (len(tasks), set(tasks.values())) == (2 * PEOPLE, {1}), "a task was missed, or made twice"
    flows = {row["node"]: row["people"] for row in installation.query("SELECT node, people FROM journey_flows")}
    assert {node: flows[node] for node in WAY} == dict.fromkeys(WAY, PEOPLE), "a counter is wrong"
    arrived = Counter(taken.read_text().split())
    unknown = {str(row["id"]) for row in intents if row["state"] == "unknown"}
    assert {row["state"] for row in intents} <= {"sent", "unknown"}, "a mail was lost"
    assert set(arrived.values()) == {1}, "a mail was sent twice"
    assert {str(row["id"]) for row in intents} - unknown == arrived.keys() - unknown
    assert installation.query("SELECT name, error_message FROM dead_jobs") == []
