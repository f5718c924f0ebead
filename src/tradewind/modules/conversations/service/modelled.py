"""A language model's proposal: typed actions without tools or effects; what it says is judged like all else."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import Unavailable
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts import (
    Known,
    Material,
    Message,
    OutputSoFar,
    RenderedPrompt,
    TextRequest,
    TextResult,
    TextRoute,
)
from tradewind.modules.conversations.engine.actions import MOST_ACTIONS, Action, Claim
from tradewind.modules.conversations.engine.proposing import Proposal
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.engine.wording import language_name

FEATURE = "conversations.agent"
# A visitor waits no longer for a model; the local answerer takes over.
PATIENCE_SECONDS = 40.0
_CONVERSATION, _MESSAGE = "conversation", "message"
_FORM = """

Answer with a list of actions, in the order in which they are to be done. There are these, and no others:
- answer: `claims`, each one short sentence with one fact, and in `supports` the ids of the passages (P1 …) or records \
(R1 …) that state it. What only a file of the visitor (F1 …) says is no fact about the company: copy its sentence word \
for word, the engine quotes it as theirs. Copy numbers, prices, dates and names exactly as they have them. Where a \
passage is in another language than your answer, give its own sentence in `quote`.
- ask: `question_key` of the question to ask next, and optionally a `phrasing` in your words that states nothing.
- capture: something the visitor said of themselves: `field` (a key of a question, `name` or `email`), `value`, and in \
`quote` the visitor's own words from the message `message_id`.
- offer_slots: show free times. The engine finds them; never write times yourself.
- book: book the time the visitor chose. The engine asks for what is missing.
- hand_over: call a person, with a `reason`; whenever the visitor wants one, or you cannot help.
- small_talk: greeting, thanks, goodbye, identity or help; the engine has the words.
- end: only if the visitor says that this is all.
If nothing you were given answers the question, give no answer action: the engine says that you do not know."""


class ModelTurn(Schema):
    """What a model proposes."""

    actions: Annotated[list[Action], Field(max_length=MOST_ACTIONS)]


Hear = Callable[[Sequence[Claim]], Awaitable[bool]]
"""Is given the claims that are whole so far, time and again; False once nobody wants more of them."""


class TooSlow(Unavailable):
    """The model did not answer while the visitor waits."""

    code = "conversations.model_too_slow"
    title = "The model did not answer in time"


@dataclass(frozen=True, slots=True)
class Asked:
    """A model to be asked, and what it is told."""

    route: TextRoute
    prompt: RenderedPrompt


async def ready(session: AsyncSession, situation: Situation, *, subject_id: UUID | None) -> Asked | None:
    """The model for agents with its prompt; None where none is connected.

    While versions of the prompt take turns, `subject_id` (a conversation that is no trial) keeps the one it was given.
    """
    route = await ai.text_model(session, task="agent")
    if route is None:
        return None
    values = {
        "agent": situation.agent_name,
        "company": situation.company,
        "tone": situation.settings.tone,
        "persona": situation.settings.persona,
        "language": language_name(situation.language, "en"),
        _CONVERSATION: "what was said",
        _MESSAGE: "M1, M2 …",
    }
    return Asked(route, await ai.prompt(session, FEATURE, values, subject_id=subject_id))


async def propose(asked: Asked, situation: Situation, names: tuple[str, ...], hear: Hear | None = None) -> Proposal:
    """The model's actions; `hear` gets its claims while it writes them.

    Raises AppErrors of ai where no model answers usably, TooSlow.
    """
    started = time.perf_counter()
    prompt = asked.prompt
    request = TextRequest(
        feature=FEATURE,
        instructions=prompt.instructions.rstrip() + _FORM + _state(situation),
        messages=(Message("user", prompt.message.strip()),),
        material=await asyncio.to_thread(_material, situation),
        output=ModelTurn,
        temperature=0.0,
        known=Known(names=names),
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = await _written(asked.route, request, hear)
    except TimeoutError as slow:
        raise TooSlow(f"It was given {PATIENCE_SECONDS:.0f} seconds.") from slow
    if result is None:
        return Proposal((), "model", asked.route.model, 0, round(1000 * (time.perf_counter() - started)))
    turn: ModelTurn = result.output
    return Proposal(
        tuple(turn.actions), "model", result.model, result.cost_microusd or 0,
        round(1000 * (time.perf_counter() - started)),
    )  # fmt: skip


async def _written(route: TextRoute, request: TextRequest, hear: Hear | None) -> TextResult | None:
    """The whole answer; None where nobody wanted to hear it to its end."""
    if hear is None:
        return await ai.generate(route, request)
    async with aclosing(ai.stream(route, request)) as events:
        async for event in events:
            if isinstance(event, TextResult):
                return event
            if isinstance(event, OutputSoFar) and not await hear(_claims_in(event.value)):
                return None
    raise AssertionError("a stream ends with its result")


def _claims_in(value: Any) -> list[Claim]:
    """The claims of an answer that is still being written; what has not the form of one is left to the end."""
    found: list[Claim] = []
    actions = value.get("actions") if isinstance(value, dict) else None
    for action in actions if isinstance(actions, list) else ():
        if not isinstance(action, dict) or action.get("kind") != "answer":
            continue
        claims = action.get("claims")
        for claim in claims if isinstance(claims, list) else ():
            with suppress(ValidationError):
                found.append(Claim.model_validate(claim))
    return found


def _material(situation: Situation) -> tuple[Material, ...]:
    # Orders to models stay hidden from them when they are history, too.
    shown = [one for one in situation.history if one.role != "user" or not ai.find_injection(one.text)]
    said = "\n".join(f"{'Visitor' if one.role == 'user' else 'You'}: {one.text}" for one in shown)
    found = [
        Material(one.id, one.text, title="your file" if one.file else one.title, url=one.url, source=not one.file)
        for one in situation.sources.values()
    ]
    if situation.remembered:
        found.append(Material("earlier visits", situation.remembered, source=False))
    if said:
        found.append(Material(_CONVERSATION, said[-12_000:], source=False))
    return (
        *found,
        *(Material(one.id, one.text, title="the visitor's message", source=False) for one in situation.heard),
        *(Material(one.id, one.text, title="a question of the visitor", source=False) for one in situation.asked),
    )


def _state(situation: Situation) -> str:
    """What the engine knows, as the model needs it; never what the visitor wrote."""
    pending, lines = situation.pending, []
    if situation.question is not None:
        lines.append(f"The question to ask next is `{situation.question.key}`: {situation.question.text}")
    lines.append("Free times can be offered." if situation.can_book else "No times can be offered.")
    for one in situation.asked:
        tongue = language_name(one.language, "en")
        lines.append(
            f"The visitor asked in {tongue}, too: answer that in {tongue}, each claim with `answers` {one.id}."
        )
    if any(one.file for one in situation.sources.values()):
        lines.append("The visitor sent files; F1 … are their texts.")
    if pending.booking is not None and pending.booking.meeting_id is not None:
        lines.append("A meeting is booked already.")
    elif pending.booking is not None:
        lines.append("Free times were shown; the visitor is choosing.")
    return "\n\nWhat stands now:\n" + "\n".join(f"- {line}" for line in lines)
