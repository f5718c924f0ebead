"""Trying an agent out: a conversation on the channel `test`, of which nothing leaves."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.contracts import NewConversation
from tradewind.modules.conversations.engine.composing import opening
from tradewind.modules.conversations.errors import ConversationNotFound
from tradewind.modules.conversations.errors_agents import AgentNotPublished
from tradewind.modules.conversations.schemas.agents import (
    TestConversationCreate,
    TestConversationRead,
    TestMessageCreate,
    TestMessageRead,
)
from tradewind.modules.conversations.service import agents, conversations, messages

CHANNEL = "test"


async def begin(session: AsyncSession, agent_id: UUID, data: TestConversationCreate) -> TestConversationRead:
    """Begin to talk with an agent. Raises AgentNotFound, AgentNotPublished."""
    talking = await agents.talking(session, agent_id, draft=data.use == "draft")
    if talking is None:
        await agents.read(session, agent_id)
        raise AgentNotPublished("Publish the agent first, or try its draft.")
    started = await conversations.start(
        session,
        NewConversation(
            channel=CHANNEL, agent_id=agent_id, agent_version_id=talking.version_id, language=data.language,
            visitor_key=f"member:{actor_of(session).reference}",
        ),
    )  # fmt: skip
    said = opening(talking.settings, data.language, seed=started.id.int)
    await messages.send(session, started.id, said, data={"disclosed": True}, key="opening")
    return TestConversationRead(conversation_id=started.id, opening=said, version_id=talking.version_id)


async def say(session: AsyncSession, agent_id: UUID, conversation_id: UUID, data: TestMessageCreate) -> TestMessageRead:
    """Write as the visitor; the answer comes like everywhere. Raises AgentNotFound, ConversationNotFound."""
    found = await conversations.find(session, conversation_id)
    if found.channel != CHANNEL or found.agent_id != agent_id:
        raise ConversationNotFound("It is no test conversation of this agent.")
    received = await messages.receive(session, conversation_id, data.text, key=f"test:{new_id()}")
    return TestMessageRead(message_id=received.message.id, sequence=received.message.sequence)
