"""HTTP of agents, of trying them out, and of the log of their turns."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.schemas.agents import (
    AgentCreate,
    AgentPublish,
    AgentRead,
    AgentSummary,
    AgentTurnRead,
    AgentUpdate,
    AgentVersionRead,
    TestConversationCreate,
    TestConversationRead,
    TestMessageCreate,
    TestMessageRead,
)
from tradewind.modules.conversations.service import agents as service
from tradewind.modules.conversations.service import trying, turn_log

router = Router(tags=["Agents"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = [requires("agents:read")], [requires("agents:write")]


@router.get("/agents", dependencies=READ)
async def list_agents(session: Session) -> list[AgentSummary]:
    """All agents, by name."""
    return await service.listed(session)


@router.post("/agents", status_code=201, dependencies=WRITE)
async def create_agent(session: Session, data: AgentCreate, response: Response) -> AgentRead:
    """Add an agent. It talks to nobody before it is published."""
    return tagged(response, await service.create(session, data))


@router.get("/agents/{agent_id}", dependencies=READ)
async def read_agent(session: Session, agent_id: UUID, response: Response) -> AgentRead:
    """One agent with its draft, and what is worth a look."""
    return tagged(response, await service.read(session, agent_id))


@router.patch("/agents/{agent_id}", dependencies=WRITE)
async def update_agent(
    session: Session, agent_id: UUID, data: AgentUpdate, response: Response, if_match: IfMatch = None
) -> AgentRead:
    """Change an agent or its draft; visitors notice after it is published."""
    return tagged(response, await service.update(session, agent_id, data, if_match))


@router.delete("/agents/{agent_id}", status_code=204, dependencies=WRITE)
async def delete_agent(session: Session, agent_id: UUID, if_match: IfMatch = None) -> None:
    """Remove an agent; people get its conversations with the next message."""
    await service.delete(session, agent_id, if_match)


@router.post("/agents/{agent_id}/publish", dependencies=WRITE)
async def publish_agent(
    session: Session, agent_id: UUID, data: AgentPublish, response: Response, if_match: IfMatch = None
) -> AgentRead:
    """Let the draft talk from now on, or go back to an earlier version."""
    return tagged(response, await service.publish(session, agent_id, data, if_match))


@router.get("/agents/{agent_id}/versions", dependencies=READ)
async def list_agent_versions(session: Session, agent_id: UUID) -> list[AgentVersionRead]:
    """What was published, newest first."""
    return await service.versions(session, agent_id)


@router.post("/agents/{agent_id}/test-conversations", status_code=201, dependencies=WRITE)
async def begin_test_conversation(
    session: Session, agent_id: UUID, data: TestConversationCreate
) -> TestConversationRead:
    """Begin to talk with the agent as a visitor would; nothing leaves and nothing is booked."""
    return await trying.begin(session, agent_id, data)


@router.post("/agents/{agent_id}/test-conversations/{conversation_id}/messages", status_code=202, dependencies=WRITE)
async def send_test_message(
    session: Session, agent_id: UUID, conversation_id: UUID, data: TestMessageCreate
) -> TestMessageRead:
    """Write as the visitor; the answer comes as everywhere, with the reasons under the conversation's turns."""
    return await trying.say(session, agent_id, conversation_id, data)


@router.get("/conversations/{conversation_id}/turns", dependencies=[requires("conversations:read")])
async def list_turns(
    session: Session,
    conversation_id: UUID,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[AgentTurnRead]:
    """Why the agent did what it did: every action proposed, newest turn first, with its verdict and the reason."""
    return await turn_log.turns(session, conversation_id, cursor=cursor, limit=limit)
