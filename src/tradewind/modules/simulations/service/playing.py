"""Visitors that a connected model plays, by their persona."""

from pydantic import Field

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai import api as ai
from tradewind.modules.ai.contracts import Message, TextRequest
from tradewind.modules.conversations.contracts_trials import TrialRecord
from tradewind.modules.simulations.engine.script import Visitor
from tradewind.modules.simulations.errors import NoModelToPlay

_ROLE = """You play a visitor of a company's website who writes with its assistant. Stay in this role.
Who you are: {persona}
What you want: {goal}
Your name is {name}, your address {email}. What you know, by topic:
{known}
Write the visitor's next message, short and natural, in the role's language. Never write for the assistant.
Set `done` once you have what you want, or see that you will not get it."""


class Line(Schema):
    """The visitor's next message; `done`: it is the last one."""

    say: str = Field(default="", max_length=1_000)
    done: bool = False


async def next_words(database: Database, actor: Actor, visitor: Visitor, record: TrialRecord) -> str | None:
    """What the model says as the visitor, or None once it has nothing more to say.

    Raises NoModelToPlay, and what asking a model raises.
    """
    async with database.transaction(actor) as session:
        route = await ai.text_model(session, task="agent")
    if route is None:
        raise NoModelToPlay("This visitor is played by a language model, and none is connected.")
    known = "\n".join(f"- {key}: {said}" for key, said in visitor.answers.items()) or "- nothing in particular"
    # Seen from the visitor, the agent is the one who asks.
    messages = [Message("user", "(The chat opens.)")]
    for said, answer in zip(record.visitor_said, record.said, strict=False):
        messages += [Message("assistant", said), Message("user", answer)]
    request = TextRequest(
        feature="simulations.visitor",
        instructions=_ROLE.format(
            persona=visitor.persona or "an ordinary visitor", goal=visitor.goal, name=visitor.name,
            email=visitor.email, known=known,
        ),
        messages=tuple(messages), output=Line, max_output_tokens=300,
    )  # fmt: skip
    line = (await ai.generate(route, request)).output
    assert isinstance(line, Line)
    return line.say.strip() or None if not line.done else None
