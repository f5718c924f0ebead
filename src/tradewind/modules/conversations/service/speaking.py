"""An answer said sentence by sentence: each is stored before it is shown, so that nothing shown is ever lost.

What was said of an answer stands in its conversation until the whole message does. Whoever ends the agent's turn
meanwhile (a person who joins, a failure for good) makes a message of it; a worker that takes the turn up goes on.
"""

from collections.abc import Sequence
from dataclasses import replace

from tradewind.kernel import realtime
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.conversations.contracts import topic
from tradewind.modules.conversations.engine.saying import parts, pieces
from tradewind.modules.conversations.engine.situation import Part, Situation
from tradewind.modules.conversations.policy.rules import Decision
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service.changing import owners_of
from tradewind.modules.conversations.service.context import Begun

# Where somebody watches the answer grow; elsewhere the message is sent whole.
WATCHED = frozenset({"chat", "test"})


class Speaker:
    """Says what of an answer may be said. `said` is all of it so far; `stopped`: the turn is the agent's no more."""

    def __init__(self, database: Database, actor: Actor, begun: Begun) -> None:
        self._database, self._actor, self._begun = database, actor, begun
        self.said: tuple[Part, ...] = begun.situation.said
        self.stopped = False

    @property
    def is_watched(self) -> bool:
        """Whether somebody sees the answer grow."""
        return self._begun.channel in WATCHED

    def has_said(self, claim: str) -> bool:
        """Whether a claim was said."""
        return any(one.kind == "claim" and claim.rstrip() in one.text for one in self.said)

    async def say(self, situation: Situation, decisions: Sequence[Decision]) -> None:
        """Show what these decisions add, once it is stored; does nothing where nobody watches."""
        if self.stopped or not self.is_watched:
            return
        said = parts(replace(situation, said=self.said), decisions)
        new = said[len(self.said) :]
        if not new:
            return
        async with self._database.transaction(self._actor) as session:
            row = await rows.conversation(session, self._begun.conversation_id, lock=True)
            if row is None or row.state != "agent" or row.opted_out or row.turn_id != self._begun.turn_id:
                self.stopped = True
                return
            row.saying = {"parts": [one.model_dump(mode="json") for one in said]}
            for place, text in list(enumerate(pieces(said)))[len(self.said) :]:
                data = {"place": place, "text": text}
                await realtime.push_to_guests(session, type="sentence", topic=topic(row.id), data=data)
            await realtime.push(
                session, type="conversation.saying", topic="conversations", permission="conversations:read",
                data={"conversation_id": row.id}, owners=await owners_of(session, row),
            )  # fmt: skip
        self.said = said
