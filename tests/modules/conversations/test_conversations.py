"""Conversations from the visitor's first word to the rating, with people, promises and the clock in between."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.conversations import api
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.conversations.errors import AlreadyHandedOver, ConversationNotFound, MessageInvalid
from tradewind.modules.conversations.service import clockwork
from tradewind.modules.email.models.sink import SunkMail
from tradewind.modules.leads.models.timeline import Activity

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def system(database, organisation):
    """A transaction as the channel's own code has it."""
    return lambda: database.transaction(Actor.system(organisation.organisation_id, "chat"))


@pytest.fixture
async def begin(system, client):
    """Begin a conversation, led by an agent unless told otherwise; returns its id."""

    async def make(*, agent: bool = True, **facts):
        agent_id = None
        if agent:
            made = await client.post("/api/v1/agents", json={"name": "Ava"})
            assert made.status_code == 201, made.text
            agent_id = made.json()["id"]
        async with system() as session:
            return (await api.start(session, NewConversation(channel="chat", agent_id=agent_id, **facts))).id

    return make


@pytest.fixture
def says(system):
    """The visitor says something."""

    async def say(conversation_id, text, key=None):
        async with system() as session:
            return await api.receive(session, conversation_id, text, key=key or new_id().hex)

    return say


async def test_what_a_visitor_says_is_kept_once_and_in_order(system, begin, says, client):
    key = new_id().hex
    conversation_id = await begin(key=key)
    async with system() as session:
        assert (await api.start(session, NewConversation(channel="chat", key=key))).id == conversation_id
    first = await says(conversation_id, "  Hello\u202e there \x00", "a")
    again = await says(conversation_id, "Hello there", "a")
    second = await says(conversation_id, "Are you open?", "b")
    assert (first.message.text, first.message.sequence, again.repeated) == ("Hello there", 1, True)
    assert (again.message.id, second.message.sequence) == (first.message.id, 2)
    for wrong in ("", " \u200b ", "x" * 10_001):
        with pytest.raises(MessageInvalid):
            await says(conversation_id, wrong)
    with pytest.raises(ConversationNotFound):
        await says(new_id(), "Hello")
    listed = (await client.get(f"/api/v1/conversations/{conversation_id}/messages")).json()
    assert [(one["sequence"], one["author"], one["text"]) for one in listed] == [
        (1, "visitor", "Hello there"), (2, "visitor", "Are you open?"),
    ]  # fmt: skip


async def test_a_member_answers_the_agent_leaves_and_comes_back(system, begin, says, client, drain):
    with clock.frozen(MONDAY):
        conversation_id = await begin()
        path = f"/api/v1/conversations/{conversation_id}"
        await says(conversation_id, "I want to talk to somebody")
        async with system() as session:
            way = await api.ask_for_person(session, conversation_id)
            assert (await api.ask_for_person(session, conversation_id)).id == way.id
        assert (way.state, way.due_at) == ("waiting", MONDAY + timedelta(minutes=15))
        waiting = (await client.get("/api/v1/conversations", params={"state": "waiting"})).json()["items"]
        assert [(one["id"], one["due_at"]) for one in waiting] == [(str(conversation_id), "2026-03-02T10:15:00Z")]

        answer = {"text": "Good morning, this is Ada.", "key": "k1"}
        told = [await client.post(f"{path}/messages", json=answer) for _ in range(2)]
        assert [one.status_code for one in told] == [201, 201]
        assert told[0].json()["id"] == told[1].json()["id"]
        await says(conversation_id, "Thanks! And the price?")
        now = (await client.get(path)).json()
        assert (now["state"], now["handovers"][0]["state"]) == ("person", "accepted")
        assert (now["due_at"], now["unread"]) == ("2026-03-02T10:30:00Z", True)
        await client.post(f"{path}/read")
        assert (await client.get(path)).json()["unread"] is False

        back = await client.post(f"{path}/hand-back")
        assert (back.status_code, back.json()["state"], back.json()["due_at"]) == (200, "agent", None)
        async with system() as session:
            await api.ask_for_person(session, conversation_id, by="agent", reason="I do not know")
        assert (await client.post(f"{path}/hand-back")).json()["state"] == "agent"
        with pytest.raises(AlreadyHandedOver):
            async with system() as session:
                await api.ask_for_person(session, conversation_id, by="agent", reason="I still do not know")
        again = await client.post(f"{path}/hand-back")
        assert (again.status_code, again.json()["code"]) == (409, "conversations.wrong_state")

        async with system() as session:
            await api.opt_out(session, conversation_id)
        now = (await client.get(path)).json()
        assert (now["state"], now["opted_out"]) == ("waiting", True)
        assert (await client.post(f"{path}/hand-back")).status_code == 409
        written = {"text": "Only people, please", "key": "n1"}
        notes = [(await client.post(f"{path}/notes", json=written)).json() for _ in range(2)]
        assert (notes[0]["kind"], notes[0]["id"]) == ("note", notes[1]["id"])
        async with system() as session:
            seen = await api.visitor_messages(session, conversation_id)
        assert "note" not in [one.kind for one in seen]
        assert "member_joined" in [one.data.get("event") for one in seen]


async def test_silence_is_no_success_and_a_good_rating_is(system, begin, says, client, drain):
    with clock.frozen(MONDAY) as time:
        lead = (await client.post("/api/v1/leads", json={"email": "grace@harbour.example"})).json()
        conversation_id = await begin(lead_id=lead["id"])
        path = f"/api/v1/conversations/{conversation_id}"
        await says(conversation_id, "How much does the basic plan cost per month?")
        async with system() as session:
            await api.send(session, conversation_id, "It is 20 a month. I will send you the list.", key="t1")
        time.tick(25 * 3600)
        await _tick(system, conversation_id)
        ended = (await client.get(path)).json()
        assert (ended["state"], ended["outcome"], ended["summary"]) == ("closed", "abandoned", None)
        await drain()
        summary = (await client.get(path)).json()["summary"]
        assert summary["by"] == "local"
        assert "basic plan" in summary["text"]
        assert summary["topics"] == ["pricing"]
        assert summary["action_items"] == ["I will send you the list."]
        async with system() as session:
            kinds = (await session.scalars(select(Activity.kind).where(Activity.lead_id == lead["id"]))).all()
            await api.rate(session, conversation_id, kind="csat", score=5, comment="Quick!")
        assert "conversation.held" in kinds
        assert (await client.get(path)).json()["outcome"] == "confirmed"

        await says(conversation_id, "One more question")
        now = (await client.get(path)).json()
        assert (now["state"], now["outcome"], now["reopened"]) == ("agent", "reopened", 1)
        await client.post(f"{path}/close")
        assert (await client.get(path)).json()["outcome"] == "reopened"
        assert (await client.post(f"{path}/close")).status_code == 409


async def _tick(system, conversation_id):
    steps = {"asleep": clockwork.wake, "overdue": clockwork.tell_overdue, "silent": clockwork.end_in_silence}
    async with system() as session:
        for kind, ids in (await clockwork.due(session)).items():
            if conversation_id in ids:
                await steps[kind](session, conversation_id)


async def test_nobody_there_broken_promises_and_snoozing(system, begin, says, client, drain):
    with clock.frozen(SUNDAY) as time:
        conversation_id = await begin(agent=False)
        path = f"/api/v1/conversations/{conversation_id}"
        await says(conversation_id, "Is anybody there?")
        now = (await client.get(path)).json()
        assert (now["state"], now["handovers"][0]["state"]) == ("waiting", "offline")
        assert now["due_at"] == "2026-03-02T09:15:00Z"
        async with system() as session:
            with pytest.raises(MessageInvalid):
                await api.leave_message(session, conversation_id, email="nowhere", text="Call me", key="f")
            for _ in range(2):
                await api.leave_message(
                    session,
                    conversation_id,
                    email="Kofi@Example.com",
                    text="Do you ship to Ghana?",
                    key="f",
                    name="Kofi",
                )
        await drain()
        now = (await client.get(path)).json()
        assert (now["lead"]["email"], now["lead"]["verified"]) == ("kofi@example.com", False)
        async with system() as session:
            mails = (await session.scalars(select(SunkMail).where(SunkMail.kind == "conversation_left"))).all()
        assert len(mails) == 1

        tomorrow = "2026-03-03T08:00:00Z"
        assert (await client.post(f"{path}/snooze", json={"until": "2026-02-01T08:00:00Z"})).status_code == 422
        assert (await client.post(f"{path}/snooze", json={"until": tomorrow})).json()["state"] == "snoozed"
        time.tick(24 * 3600)
        await _tick(system, conversation_id)
        assert (await client.get(path)).json()["state"] == "snoozed"
        time.tick(24 * 3600)
        await _tick(system, conversation_id)
        assert (await client.get(path)).json()["state"] == "waiting"
        for _ in range(2):
            await _tick(system, conversation_id)
        await drain()
        async with system() as session:
            mails = (await session.scalars(select(SunkMail).where(SunkMail.kind == "conversation_overdue"))).all()
        assert len(mails) == 1
        assert (await client.get("/api/v1/conversations", params={"overdue": True})).json()["items"][0]["overdue"]


async def test_who_sees_and_finds_what(system, begin, says, client, client_of, database, tenant):
    conversation_id = await begin(agent=False)
    await says(conversation_id, "The invoice of the zeppelin is wrong")
    path = f"/api/v1/conversations/{conversation_id}"
    analyst = await client_of((await add_member(database, tenant.organisation_id, role="analyst", name="Ann")).actor)
    hidden = (await analyst.get(f"{path}/messages")).json()
    assert (hidden[0]["text"], hidden[1]["data"]) == ("•••", {"event": "handover_requested"})
    assert (await analyst.get(path)).json()["preview"] == "•••"
    assert (await analyst.post(f"{path}/messages", json={"text": "Hi"})).status_code == 403
    found = {}
    for who, search in ((client, "zeppel"), (analyst, "zeppelin"), (client, "#1"), (client, "submarine")):
        answer = await who.get("/api/v1/conversations", params={"search": search})
        found[search] = [one["id"] for one in answer.json()["items"]]
    assert found == {"zeppel": [str(conversation_id)], "zeppelin": [], "#1": [str(conversation_id)], "submarine": []}
