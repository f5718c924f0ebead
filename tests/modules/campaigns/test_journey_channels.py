"""Requests of journeys to other systems and messages into chats, with a real receiver."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest
from tests.modules.campaigns.journeys import people

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.service import calling, chatting
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.sending.channels import ClaimedIntent, SendingContext


class Ledger:
    """What a channel tells the ledger."""

    def __init__(self):
        self.exposed, self.outcomes = [], {}

    async def exposing(self, *intents):
        self.exposed += [one.id for one in intents]
        return frozenset(one.id for one in intents)

    async def __call__(self, *outcomes):
        self.outcomes |= {one.intent_id: one.result for one in outcomes}


@pytest.fixture
def receiver():
    """An HTTP server; a path that is a number is the status it answers with, `/drop` closes without an answer."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((dict(self.headers.items()), body))
            if self.path != "/drop":
                self.send_response(int(self.path.strip("/")))
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def claimed(organisation, channel, address, person_id, journey_id, **content):
    return ClaimedIntent(
        id=new_id(), organisation_id=organisation.organisation_id, channel=channel, address=address,
        purpose="transactional", priority="bulk", content=content, attempt=1, person_id=person_id,
        journey_id=journey_id, created_at=now(), expires_at=now() + timedelta(days=1),
    )  # fmt: skip


async def test_requests_are_signed_and_each_answer_is_taken_for_what_it_is(
    client, database, organisation, receiver, monkeypatch
):
    url, got = receiver
    monkeypatch.setattr(database, "settings", database.settings.model_copy(update={"webhooks_allow_localhost": True}))
    journey = (await client.post("/api/v1/journeys", json={"name": "Calls"})).json()
    async with database.transaction(organisation) as session:
        [person_id] = await people(session, 1)
    told = {"fields": ["email", "first_name"], "step": "call", "journey": "Calls"}
    batch = [
        claimed(organisation, "webhook", f"{url}/{path}", person_id, UUID(journey["id"]), **told)
        for path in ("200", "400", "503", "drop")
    ]
    gone = claimed(organisation, "webhook", f"{url}/200", new_id(), UUID(journey["id"]), **told)
    ledger = Ledger()
    await calling.attempt(SendingContext(database, organisation.organisation_id), [*batch, gone], ledger)
    assert [ledger.outcomes[one.id] for one in (*batch, gone)] == ["sent", "refused", "later", "unknown", "refused"]
    assert sorted(ledger.exposed) == sorted(one.id for one in batch)
    assert len(got) == 4
    [secret] = (await client.get(f"/api/v1/journeys/{journey['id']}/webhook-secrets")).json()["secrets"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    for headers, body in got:
        held = {name.lower(): value for name, value in headers.items()}
        signed = f"{held['webhook-id']}.{held['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert held["webhook-signature"] == f"v1,{expected}"
        assert json.loads(body)["data"]["fields"] == {"email": "p1@example.org", "first_name": "P1"}
    assert len({headers["webhook-id"] for headers, _ in got}) == 4


async def test_a_chat_hears_a_message_once_however_often_it_is_asked_about(database, organisation):
    context = SendingContext(database, organisation.organisation_id)
    async with database.transaction(organisation) as session:
        here, away = await people(session, 2)
        chat = await conversations.start(session, NewConversation(channel="chat", lead_id=here, visitor_key="v"))
    message = claimed(organisation, "chat", str(here), here, None, text="Hello again")
    nobody = claimed(organisation, "chat", str(away), away, None, text="Hello again")
    ledger = Ledger()
    await chatting.attempt(context, [message, nobody], ledger)
    assert ledger.outcomes == {message.id: "sent", nobody.id: "refused"}
    # The process died before it could say so: finding out does not say it twice.
    assert [one.result for one in await chatting.reconcile(context, [message])] == ["sent"]
    async with database.transaction(organisation) as session:
        said = await conversations.visitor_messages(session, chat.id)
    assert [one.text for one in said if one.kind == "message"] == ["Hello again"]
