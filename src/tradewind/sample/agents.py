"""The agent of the sample company: Ava answers from its knowledge base, asks what sales wants to know, books demos."""

from importlib import import_module

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.schemas.agents import AgentCreate, AgentPublish
from tradewind.modules.conversations.service import agents
from tradewind.modules.meetings.repository import event_types
from tradewind.modules.qualification import api as qualification
from tradewind.modules.qualification.schemas import FlowCreate, FlowPublish
from tradewind.modules.qualification.service import flows

NAME = "Ava"
_SETTINGS = {
    "persona": "You work for Northlight Analytics, which makes forecasts and reports for mid-sized firms. You are "
    "curious about the visitor's numbers, plain in your words, and never pushy.",
    "disclosure": "I am Ava, Northlight's AI assistant, not a person. A colleague can take over at any time.",
    "greeting": "Hello! Ask me about Lumen, or tell me what you would like to see in your numbers.",
    "openers": [
        {"key": "question", "text": "Which of your numbers comes too late to be of use?"},
        {"key": "offer", "text": "I can answer questions about Lumen, or find you a time for a demo."},
    ],
    "topics": [
        {"name": "Investments", "keywords": ["shares", "stock tip", "crypto"],
         "examples": ["Which stock should I buy?", "Is this a good time to invest in funds?"]},
    ],
    "hand_over": {"after_unknown": 2},
    "urgency": {"email": "support@northlight.example"},
}  # fmt: skip


async def add_agent(session: AsyncSession) -> None:
    """Add the flow and the published agent; the session acts for an administrator."""
    # Only handlers that are known here hear of what is recorded.
    import_module("tradewind.modules.conversations.handlers")
    if await repository.default_agent(session) is not None:
        return
    demo = await event_types.by_slug(session, "demo")
    settings = {**_SETTINGS, "flow_id": await _flow(session), "event_type_id": demo.id if demo else None}
    made = await agents.create(session, AgentCreate(name=NAME, settings=AgentSettings.model_validate(settings)))
    await agents.publish(session, made.id, AgentPublish(), if_match=None)


async def _flow(session: AsyncSession) -> object:
    """The flow sales wants to have asked: the one that is there, or the template for many enquiries."""
    if there := [one.id for one in await qualification.flow_summaries(session) if one.published_version]:
        return there[0]
    made = await flows.create_flow(session, FlowCreate(name="Demo requests", template="bant"))
    await flows.publish_flow(session, made.id, FlowPublish(), None)
    return made.id
