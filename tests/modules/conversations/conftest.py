"""Conversations with an agent, turn by turn, on a small knowledge base."""

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
async def base(database, tenant, add_pair):
    """A small knowledge base."""
    async with database.transaction(tenant.actor) as session:
        await session.execute(
            text("""
                INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope)
                VALUES (gen_random_uuid(), :id, 'qa', 'Pairs', 'public')
            """),
            {"id": tenant.organisation_id},
        )
    for pair in PAIRS:
        await add_pair(*pair)


@pytest.fixture
def add_pair(database, tenant):
    """`await add_pair(question, answer, scope)`: something the agent can answer."""

    async def run(question: str, answer: str, scope: str = "public") -> None:
        async with database.transaction(tenant.actor) as session:
            pair = PairCreate.model_validate({"question": question, "answer": answer, "scope": scope})
            made = await pairs.create(session, pair)
            await index_document(session, made.id)
            await ingestion.enqueue_indexing(session, [made.id])

    return run


class Talk:
    """A conversation with an agent, turn by turn."""

    def __init__(self, database, tenant, conversation_id: UUID) -> None:
        self.database, self.conversation_id = database, conversation_id
        self.system = Actor.system(tenant.organisation_id, "test")
        self.count = 0
        # What the channel tells beside each message.
        self.facts: dict[str, str] = {}

    async def write(self, said: str) -> int:
        """Write something; its sequence."""
        self.count += 1
        async with self.database.transaction(self.system) as session:
            received = await conversations.receive(
                session, self.conversation_id, said, key=f"m{self.count}", data=self.facts
            )
        return received.message.sequence

    async def say(self, said: str) -> str:
        """Write something and take the turn; the agent's answer, or nothing."""
        sequence = await self.write(said)
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
