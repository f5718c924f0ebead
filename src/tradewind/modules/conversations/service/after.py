"""After a conversation: what it was about, how the visitor felt, what is left to do; by a model or on this machine."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

import structlog
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import AppError
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts import Message as Turn
from tradewind.modules.ai.contracts import RenderedPrompt, TextRequest, TextRoute
from tradewind.modules.conversations.events import ConversationSummarised
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.models.conversations import Message as Row
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.review import moods, summaries
from tradewind.modules.conversations.review.moods import Sentiment
from tradewind.modules.conversations.review.summaries import Said
from tradewind.modules.conversations.service.changing import Change, changing
from tradewind.modules.identity import api as identity
from tradewind.modules.intents import api as intents
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity

log = structlog.get_logger(__name__)
_FEATURE = "conversations.summary"
_PROMPT = "conversation.summary"
_MOST_MESSAGES = 400
_MOST_CHARACTERS = 40_000
_TOPICS_OF = "sales_support"
_MOST_CLASSIFIED = 20
_MOST_TOPICS = 4
# Labels that say how somebody speaks, and not what about.
_NO_TOPICS = frozenset({"thanks_goodbye", "greeting"})
_FORM = """

Answer in the given form: `text` is the summary; `topics` are up to four words or short phrases in lower case; \
`sentiment` is how the customer felt at the end; `action_items` are what was promised or is left to do, each a short \
sentence."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class ModelReview(Schema):
    """What a model says of a conversation."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_500)]
    topics: Annotated[list[Line], Field(max_length=8)] = []
    sentiment: Sentiment
    action_items: Annotated[list[Line], Field(max_length=10)] = []


@dataclass(frozen=True, slots=True)
class Material:
    """A closed conversation's texts, and how to have them summed up."""

    said: tuple[Said, ...]
    transcript: str
    topics: tuple[str, ...]
    route: TextRoute | None
    prompt: RenderedPrompt | None


async def prepare(session: AsyncSession, conversation_id: UUID, reopened: int) -> Material | None:
    """What a summary is made of; None if the conversation goes on, or ended another time since."""
    row = await rows.conversation(session, conversation_id)
    if row is None or row.state != "closed" or row.reopened != reopened:
        return None
    found = await rows.messages(session, conversation_id, kinds=("message",), limit=_MOST_MESSAGES, newest=True)
    transcript = _transcript(found)
    route = await ai.text_model(session, task="summarise") if found and row.channel != "simulation" else None
    prompt = None
    if route is not None:
        company = (await identity.get_organisation(session)).name
        prompt = await ai.prompt(session, _PROMPT, {"company": company, "transcript": transcript})
    said = tuple(Said(one.author == "visitor", one.text) for one in found)
    return Material(said, transcript, await _topics(session, said), route, prompt)


async def review(material: Material) -> dict[str, Any]:
    """The summary to store: `text, topics, sentiment, action_items, by`; `by` is `local`, or `model` with its name."""
    if material.route is not None and material.prompt is not None:
        request = TextRequest(
            feature=_FEATURE,
            instructions=material.prompt.instructions + _FORM,
            messages=(Turn("user", material.prompt.message),),
            material=material.prompt.material,
            output=ModelReview,
            max_output_tokens=700,
            temperature=0,
        )
        try:
            result = await ai.generate(material.route, request)
        except AppError as failure:
            log.info("conversations.summary_made_locally", reason=failure.code)
        else:
            output: ModelReview = result.output
            return {**output.model_dump(), "by": "model", "model": result.model}
    visitor = [one.text for one in material.said if one.by_visitor]
    return {
        "text": summaries.summary(material.said),
        "topics": list(material.topics),
        "sentiment": moods.sentiment(visitor),
        "action_items": summaries.action_items(material.said),
        "by": "local",
    }


async def store(session: AsyncSession, conversation_id: UUID, reopened: int, found: dict[str, Any]) -> None:
    """Keep the summary, and tell the lead's timeline, unless the conversation went on meanwhile."""
    async with changing(session, conversation_id) as change:
        row = change.row
        if row.state != "closed" or row.reopened != reopened:
            return
        row.summary = found
        change.tell(ConversationSummarised)
        await _tell_timeline(session, change, row, found)


async def _tell_timeline(session: AsyncSession, change: Change, row: Conversation, found: dict[str, Any]) -> None:
    if row.lead_id is None or change.is_trial or not row.last_visitor_at:
        return
    entry = NewActivity(
        id=uuid5(row.id, f"closed:{row.reopened}"),
        kind="conversation.held",
        lead_id=row.lead_id,
        title=f"Conversation #{row.number}",
        body=found["text"],
        occurred_at=row.last_visitor_at,
        source=row.channel,
        data={
            "conversation_id": str(row.id),
            "number": row.number,
            "channel": row.channel,
            "outcome": row.outcome,
            "sentiment": found["sentiment"],
            "topics": found["topics"],
        },
        actor_kind="lead",
    )
    await leads.record_activities(session, [entry])


async def _topics(session: AsyncSession, said: tuple[Said, ...]) -> tuple[str, ...]:
    texts = [one.text for one in said if one.by_visitor][:_MOST_CLASSIFIED]
    if not texts:
        return ()
    labels = [one.label for one in await intents.classify_many(session, texts, intent_set=_TOPICS_OF)]
    counted = {label: labels.count(label) for label in labels if label and label not in _NO_TOPICS}
    ordered = sorted(counted, key=lambda label: (-counted[label], labels.index(label)))
    return tuple(label.replace("_", " ") for label in ordered[:_MOST_TOPICS])


def _transcript(found: list[Row]) -> str:
    names = {"visitor": "Visitor", "agent": "Agent", "member": "Colleague", "system": "System"}
    lines = [f"{names[one.author]}: {' '.join(one.text.split())}" for one in found]
    return "\n".join(lines)[-_MOST_CHARACTERS:]
