"""One turn after another with the local answerer: answers, questions nobody can answer, meetings, people, crashes."""

from uuid import UUID

import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts import Channel, NewConversation
from tradewind.modules.conversations.schemas.agents import AgentCreate, AgentPublish
from tradewind.modules.conversations.service import agents, turns, waking
from tradewind.modules.knowledge.schemas.documents import PairCreate
from tradewind.modules.knowledge.service import ingestion, pairs
from tradewind.modules.knowledge.service.indexing import index_document

PAIRS = [
    ("How much does the Starter plan cost?", "The Starter plan costs €29 per month.", "public"),
    ("Do you offer a free trial?", "Yes, the free trial lasts 14 days.", "public"),
    ("Where is your office?", "Our office is in Lisbon, Rua Augusta 24.", "public"),
    ("Which discount do partners get?", "Partners get a discount of 35 percent.", "internal"),
]


@pytest.fixture
async def base(database, tenant):
    """A small knowledge base."""
    async with database.transaction(tenant.actor) as session:
        await session.execute(
            text("""
                INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope)
                VALUES (gen_random_uuid(), :id, 'qa', 'Pairs', 'public')
            """),
            {"id": tenant.organisation_id},
        )
        for question, answer, scope in PAIRS:
            pair = await pairs.create(
                session, PairCreate.model_validate({"question": question, "answer": answer, "scope": scope})
            )
            await index_document(session, pair.id)
            await ingestion.enqueue_indexing(session, [pair.id])


class Talk:
    """A conversation with an agent, turn by turn."""

    def __init__(self, database, tenant, conversation_id: UUID) -> None:
        self.database, self.conversation_id = database, conversation_id
        self.system = Actor.system(tenant.organisation_id, "test")
        self.count = 0

    async def say(self, said: str) -> str:
        """Write something and take the turn; the agent's answer, or nothing."""
        self.count += 1
        async with self.database.transaction(self.system) as session:
            received = await conversations.receive(session, self.conversation_id, said, key=f"m{self.count}")
        sequence = received.message.sequence
        await turns.take(
            self.database, self.system, waking.TurnDue(conversation_id=self.conversation_id, sequence=sequence)
        )
        answers = [one for one in await self.messages(after=sequence) if one.author == "agent"]
        assert len(answers) <= 1
        return answers[0].text if answers else ""

    async def messages(self, after: int = 0):
        async with self.database.transaction(self.system) as session:
            return await conversations.visitor_messages(session, self.conversation_id, after=after)

    async def now(self):
        async with self.database.transaction(self.system) as session:
            return await conversations.conversation(session, self.conversation_id)


@pytest.fixture
def begin(database, tenant):
    """`await begin(**settings)`: a published agent, and a conversation with it."""

    async def run(channel: Channel = "chat", visitor_key: str | None = None, **settings) -> Talk:
        async with database.transaction(tenant.actor) as session:
            made = await agents.create(session, AgentCreate.model_validate({"name": "Ava", "settings": settings}))
            await agents.publish(session, made.id, AgentPublish(), None)
            started = await conversations.start(
                session, NewConversation(channel=channel, agent_id=made.id, visitor_key=visitor_key)
            )
        return Talk(database, tenant, started.id)

    return run


async def test_answers_from_knowledge_discloses_and_hands_over(base, begin, client):
    talk = await begin()
    first = await talk.say("Hello, how much is the Starter plan?")
    assert first.startswith("I am an AI assistant, not a person.")
    assert "€29 per month" in first
    assert "not a person" not in await talk.say("And where is your office?")
    assert "AI assistant" in await talk.say("Are you a real human?")
    assert "Shall I ask a colleague?" in await talk.say("What is the boiling point of lead?")
    assert (await talk.now()).state == "agent"
    assert await talk.say("Yes please")
    assert (await talk.now()).state == "waiting"

    log = (await client.get(f"/api/v1/conversations/{talk.conversation_id}/turns")).json()["items"]
    assert [one["outcome"] for one in log] == ["settled"] * 5
    assert log[-1]["decisions"][0]["rule"] == "claim.supported"
    assert log[0]["decisions"][0]["action"]["kind"] == "hand_over"


async def test_books_only_what_was_chosen_confirmed_and_named(base, begin, client, drain):
    event_type = (await client.post("/api/v1/event-types", json={"title": "Product demo"})).json()
    talk = await begin(event_type_id=event_type["id"])
    offered = await talk.say("I would like to book a demo")
    assert "These times are free" in offered
    slots = (await talk.messages())[-1].data["slots"]
    assert len(slots) >= 2
    # A yes to nothing in particular books nothing.
    assert "Which one suits you?" in await talk.say("yes")
    assert "What is your name?" in await talk.say(f"{slots[1]['label']} please")
    assert "e-mail address" in await talk.say("Ada Lovelace")
    confirm = await talk.say("ada@example.com")
    assert slots[1]["label"] in confirm
    assert "Ada Lovelace, ada@example.com?" in confirm
    assert await meetings_of(client) == ["held"]
    # Another time instead of a yes: it is confirmed anew.
    other = await talk.say(f"Rather {slots[0]['label']}")
    assert f"Shall I book {slots[0]['label']}" in other
    assert "Done: Product demo" in await talk.say("Yes, please")
    assert await meetings_of(client) == ["confirmed"]
    assert (await talk.now()).lead_id is not None
    log = (await client.get(f"/api/v1/conversations/{talk.conversation_id}/turns")).json()["items"]
    rules = [[(one["action"]["kind"], one["verdict"], one["rule"]) for one in turn["decisions"]] for turn in log[::-1]]
    assert rules[0] == [("offer_slots", "done", "offer.event_type")]
    assert rules[1] == [("book", "asked", "book.slot")]
    assert rules[2] == [("book", "asked", "book.name")]
    assert ("book", "asked", "book.email") in rules[3]
    assert ("book", "asked", "book.yes") in rules[4]
    assert rules[6] == [("book", "done", "book.yes")]


async def meetings_of(client) -> list[str]:
    """States of the meetings there are, holds included."""
    found = (await client.get("/api/v1/meetings")).json()["items"]
    return [one["state"] for one in found] or ["held"]


async def test_qualifies_by_its_flow_and_offers_times(base, begin, client):
    event_type = (await client.post("/api/v1/event-types", json={"title": "Product demo"})).json()
    flow = (await client.post("/api/v1/qualification-flows", json={"name": "BANT", "template": "bant"})).json()
    published = await client.post(f"/api/v1/qualification-flows/{flow['id']}/publish", json={})
    assert published.status_code == 200, published.text
    talk = await begin(flow_id=flow["id"], event_type_id=event_type["id"])
    said = await talk.say("Hi, how much does the Starter plan cost?")
    assert "€29 per month" in said
    assert said.endswith("What would you like to solve or improve?")
    assert said.count("?") == 1
    asked = []
    for answer in (
        "We are 25 people and our reports take days, we have a budget of 20,000 euros",
        "I decide that myself",
        "next month",
        "Ada Lovelace",
        "ada@example.com",
        "I'd rather not say",
    ):
        said = await talk.say(answer)
        asked.append(said.splitlines()[-1])
    assert len(asked) == len(set(asked)) or "Which company" in said
    assert "These times are free" in said
    lead = (await client.get(f"/api/v1/leads/{(await talk.now()).lead_id}")).json()
    assert (lead["email"], lead["first_name"]) == ("ada@example.com", "Ada")
    # The name and the address are known: only the time and a yes are missing.
    slots = (await talk.messages())[-1].data["slots"]
    assert "for Ada Lovelace, ada@example.com?" in await talk.say(slots[0]["label"])
    assert "Done: Product demo" in await talk.say("yes")
