"""The web process killed again and again while a visitor talks in two tabs: no message is lost, and none is twice."""

import threading

import httpx
import pytest

from installation import wait_until

pytestmark = pytest.mark.crash
KILLS = 5
TABS = 2
SITE = "https://www.example.com"
WAITING = """
    SELECT count(*) FROM pgqueuer
    WHERE entrypoint LIKE 'conversations.%' AND status IN ('queued', 'picked') AND execute_after < now() + '1 minute'
"""
SAID = "SELECT sequence, author, kind, key, text FROM conversation_messages ORDER BY sequence"
TURNS = "SELECT message_sequence, count(*) FROM agent_turns WHERE outcome = 'settled' GROUP BY 1"


class Tab(threading.Thread):
    """Sends messages as the widget does: the same one again until it is acknowledged."""

    def __init__(self, name: str, url: str, token: str) -> None:
        super().__init__(name=name, daemon=True)
        # A new connection each time: the old process's are gone.
        self.client = httpx.Client(
            base_url=url, timeout=30, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0),
            headers={"Origin": SITE, "Chat-Token": token},
        )  # fmt: skip
        self.acknowledged: dict[str, int] = {}
        self.refused: list[str] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.05):
            self._deliver(f"{self.name}-message-{len(self.acknowledged)}")

    def _deliver(self, key: str) -> None:
        while True:
            try:
                answer = self.client.post("/messages", json={"key": key, "text": f"This is {key}"})
                if answer.status_code == httpx.codes.CREATED:
                    self.acknowledged[key] = answer.json()["message"]["sequence"]
                    return
                if answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    self.refused.append(answer.text)
                    return
            except httpx.TransportError:
                pass
            if self.stop.wait(0.05):
                return


def test_no_message_is_lost_and_none_is_twice(install, mortal_web) -> None:
    installation = install(TRADEWIND_JOB_HEARTBEAT_SECONDS="1")
    installation.start("worker")
    web = mortal_web(installation)
    member = installation.signed_up()
    agent = member.post("/api/v1/agents", json={"name": "Ava"}).json()
    assert member.post(f"/api/v1/agents/{agent['id']}/publish", json={}).is_success
    widget = member.post(
        "/api/v1/chat-widgets",
        json={"name": "Website", "agent_id": agent["id"], "settings": {"allowed_domains": ["example.com"]}},
    ).json()
    path = f"{installation.url}/api/v1/chat/{widget['key']}"
    opened = httpx.post(f"{path}/sessions", json={}, headers={"Origin": SITE}, timeout=60, trust_env=False)
    tabs = [Tab(f"tab{number}", path, opened.json()["token"]) for number in range(TABS)]
    for tab in tabs:
        tab.start()
    for _ in range(KILLS):
        before = sum(len(tab.acknowledged) for tab in tabs)
        wait_until(lambda before=before: sum(len(tab.acknowledged) for tab in tabs) > before, what="a message taken")
        web.kill()
    wait_until(installation.is_ready, what="the last web process")
    for tab in tabs:
        tab.stop.set()
        tab.join()
    wait_until(lambda: installation.query(WAITING)[0][0] == 0, what="all answers")

    assert [tab.refused for tab in tabs] == [[] for _ in tabs]
    stored = installation.query(SAID)
    assert [row["sequence"] for row in stored] == list(range(1, len(stored) + 1)), "a gap, or a number twice"
    visitor = {row["key"]: row["sequence"] for row in stored if row["author"] == "visitor"}
    acknowledged = {key: sequence for tab in tabs for key, sequence in tab.acknowledged.items()}
    assert acknowledged.items() <= visitor.items()
    texts = [row["text"] for row in stored if row["author"] == "visitor"]
    assert len(texts) == len(set(texts)) == len(visitor)
    for tab in tabs:
        sequences = [visitor[key] for key in tab.acknowledged]
        assert sequences == sorted(sequences), "in the order they were said"
    assert all(count == 1 for _, count in installation.query(TURNS)), "a message answered twice"
    (row,) = installation.query("SELECT state, answered_through FROM conversations")
    assert row["state"] == "waiting" or row["answered_through"] >= max(visitor.values()), "a message nobody answered"
