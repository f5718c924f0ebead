"""The web process killed twenty times while events pour in: what was acknowledged is there, and nothing is twice."""

import threading

import httpx
import pytest

from installation import wait_until

pytestmark = pytest.mark.crash
KILLS = 20
SENDERS = 4
PER_BATCH = 20


class Sender(threading.Thread):
    """Sends batches as a client library does: the same one again until it is acknowledged."""

    def __init__(self, name: str, url: str, write_key: str) -> None:
        super().__init__(name=name, daemon=True)
        # A new connection each time: the old process's are gone.
        self.client = httpx.Client(
            base_url=url, timeout=30, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self.write_key = write_key
        self.acknowledged = 0
        self.repeated = 0
        self.refused: list[str] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            self._deliver([f"{self.name}-{self.acknowledged}-{number}" for number in range(PER_BATCH)])
            self.acknowledged += 1

    def _deliver(self, message_ids: list[str]) -> None:
        batch = [{"type": "track", "event": "Paid", "userId": "u", "messageId": each} for each in message_ids]
        while True:
            try:
                answer = self.client.post("/v1/batch", json={"batch": batch, "writeKey": self.write_key})
                if answer.status_code == httpx.codes.OK:
                    return
                if answer.status_code < 500:
                    self.refused.append(answer.text)
                    return
            except httpx.TransportError:
                pass
            self.repeated += 1
            self.stop.wait(0.02)


def test_no_acknowledged_event_is_lost(install, mortal_web) -> None:
    installation = install()
    web = mortal_web(installation)
    made = installation.signed_up().post("/api/v1/sources", json={"name": "Backend", "kind": "server"})
    senders = [Sender(f"s{number}", installation.url, made.json()["write_key"]) for number in range(SENDERS)]
    for sender in senders:
        sender.start()

    def acknowledged() -> int:
        return sum(sender.acknowledged for sender in senders)

    for kill in range(KILLS):
        before, wanted = acknowledged(), 5 + kill % 7
        wait_until(lambda: acknowledged() >= before + wanted, what=f"events to flow after {kill} kills")  # noqa: B023
        web.kill()
    for sender in senders:
        sender.stop.set()
    for sender in senders:
        sender.join(60)
        assert not sender.is_alive()
    web.stop()

    rows = installation.query("SELECT message_id FROM events")
    stored = {row["message_id"] for row in rows}
    assert len(stored) == len(rows), "an event is stored twice"
    promised = {
        f"{sender.name}-{batch}-{number}"
        for sender in senders
        for batch in range(sender.acknowledged)
        for number in range(PER_BATCH)
    }
    assert promised - stored == set()
    assert [sender.refused for sender in senders] == [[]] * SENDERS
    assert sum(sender.repeated for sender in senders) >= KILLS, "no kill met a request under way"
    waiting = installation.query(
        "SELECT (SELECT sum(events) FROM event_batches) AS batched, (SELECT count(*) FROM events) AS events, "
        "(SELECT count(*) FROM event_batches) AS batches, "
        "(SELECT count(*) FROM pgqueuer WHERE entrypoint = 'tracking.process') AS jobs"
    )[0]
    assert waiting["batched"] == waiting["events"], "an event waits in no batch, so nobody would process it"
    assert 1 <= waiting["jobs"] <= waiting["batches"], "the last write asks for processing"
