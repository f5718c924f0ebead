"""What is proposed for a turn: what the engine owes the visitor in any case, and what local rules add to it.

A language model's proposal replaces the second part, never the first: who asks for a person, chooses a time or says
who they are is understood by rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tradewind.modules.conversations.engine.actions import (
    Action,
    Answer,
    AnyAction,
    Ask,
    Book,
    Capture,
    Claim,
    Decline,
    End,
    HandOver,
    OfferSlots,
    SmallTalk,
)
from tradewind.modules.conversations.engine.situation import CONFIRM, EMAIL, HAND_OVER, NAME, SLOT, Asked, Situation
from tradewind.modules.conversations.policy.rules import Decision

_BOOKING = (SLOT, NAME, EMAIL, CONFIRM)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Actions in the order they are to be judged, and who made them. `fell_back_because`: why no model did."""

    actions: tuple[AnyAction, ...]
    made_by: Literal["local", "model"] = "local"
    model: str | None = None
    cost_microusd: int = 0
    model_ms: int = 0
    fell_back_because: str | None = None


def duties(situation: Situation) -> list[AnyAction]:
    """What the visitor's own words ask for, whoever proposes the rest."""
    reading, pending = situation.reading, situation.pending
    found: list[AnyAction] = [
        Capture(field=one.field, value=one.value[:500], quote=one.quote[:500], message_id=one.message_id)
        for one in reading.noted
    ]
    if reading.wants_person:
        return [*found, HandOver(reason="The visitor asked for a person")]
    if pending.asked == HAND_OVER and reading.answer == "yes":
        return [*found, HandOver(reason="The visitor wants a colleague to be asked")]
    if reading.urgent and situation.settings.hand_over.when_urgent:
        found.append(HandOver(reason=f"Urgent: {reading.urgent}"[:500]))
    if reading.asks_who:
        found.append(SmallTalk(about="identity"))
    booking = pending.booking
    if booking is None or booking.meeting_id is not None or not booking.offered:
        return found
    if pending.asked in _BOOKING and reading.answer == "no" and reading.slot is None:
        return [*found, Decline()]
    if reading.slot is not None or reading.unclear_slot:
        return [*found, Book()]
    # Times stay where they were shown; what was written instead of a choice is answered like everything else.
    if pending.asked in (NAME, EMAIL, CONFIRM) or (pending.asked == SLOT and reading.answer == "yes"):
        found.append(Book())
    return found


def needs_answer(situation: Situation) -> bool:
    """Whether the visitor waits for something to be told: nothing else in the words was understood."""
    reading, pending = situation.reading, situation.pending
    if situation.attached and not situation.text:
        return False
    if reading.wants_person or (reading.answer is not None and pending.asked is not None) or reading.refused:
        return False
    if reading.slot is not None or reading.unclear_slot:
        return False
    if reading.asks_who or (reading.small_talk is not None and not reading.is_question):
        return False
    if reading.small_talk == "help" or _wants_times(situation):
        return False
    return reading.is_question or not (reading.noted or reading.wants_meeting)


def _wants_times(situation: Situation) -> bool:
    """Whether free times are what the visitor asks for: “Can I book a demo?” needs no source."""
    booking = situation.pending.booking
    return situation.can_book and situation.reading.wants_meeting and (booking is None or not booking.meeting_id)


def found_nothing(situation: Situation, decisions: Sequence[Decision]) -> bool:
    """Whether the visitor waits for an answer and nothing that answers may be said."""
    if any(one.kind == "claim" for one in situation.said):
        return False
    if any(isinstance(one.action, Claim) and one.verdict == "done" for one in decisions):
        return False
    if any(isinstance(one.action, HandOver) and one.verdict == "done" for one in decisions):
        return False
    if any(isinstance(one.action, Claim) for one in decisions):
        return True
    understood = any(
        one.verdict in ("done", "asked") and isinstance(one.action, SmallTalk | Book | Decline | OfferSlots | Ask)
        for one in decisions
    )
    return needs_answer(situation) and (situation.reading.is_question or not understood)


def unanswered(situation: Situation, decisions: Sequence[Decision]) -> tuple[Asked, ...]:
    """Of several questions, those nobody may answer; none where a statement does not tell what it answers."""
    known = {one.id for one in situation.asked}
    told = {one.answers for one in situation.said if one.kind == "claim"}
    told |= {one.action.answers for one in decisions if isinstance(one.action, Claim) and one.verdict == "done"}
    return tuple(one for one in situation.asked if one.id not in told) if told <= known else ()


def escalation(situation: Situation, decisions: Sequence[Decision]) -> HandOver | None:
    """A person, once too many questions in a row found no answer."""
    times = situation.pending.unknown + 1
    if times >= situation.settings.hand_over.after_unknown and found_nothing(situation, decisions):
        return HandOver(reason=f"{times} question{'s' if times > 1 else ''} in a row found no answer")
    return None


def locally(situation: Situation, claims: Sequence[Claim]) -> Proposal:
    """What to do without a language model. `claims` are the passages' own sentences that answer, if any do."""
    reading = situation.reading
    actions = duties(situation)
    if any(isinstance(one, HandOver) for one in actions):
        return Proposal(tuple(actions))
    if reading.small_talk is not None and reading.small_talk != "identity" and not reading.asks_who:
        actions.append(SmallTalk(about=reading.small_talk))
        if reading.small_talk in ("thanks", "goodbye"):
            return Proposal((*actions, End(reason=f"The visitor said {reading.small_talk}")))
    if claims:
        actions.append(Answer(claims=list(claims)))
    if needs_answer(situation) and not claims:
        # First what was asked: the engine says that it does not know.
        return Proposal(tuple(actions))
    if any(isinstance(one, Book | Decline) for one in actions):
        return Proposal(tuple(actions))
    return Proposal((*actions, *next_steps(situation)))


def next_steps(situation: Situation) -> list[Action]:
    """What the agent comes up with by itself once the visitor is served: free times, or the flow's next question."""
    if _wants_times(situation):
        return [OfferSlots()]
    if situation.question is not None:
        if situation.reading.small_talk in ("thanks", "goodbye"):
            return []
        return [Ask(question_key=situation.question.key)]
    return []


def after_flow(
    situation: Situation, *, step: Literal["book", "nurture", "hand_over", "none"], qualified: bool
) -> Action | None:
    """What follows once a flow has come to its end."""
    if step == "hand_over" or (qualified and situation.settings.hand_over.when_qualified):
        return HandOver(reason="The flow ends with a person")
    if step == "book" and situation.can_book and situation.pending.booking is None:
        return OfferSlots()
    return None


def completed(situation: Situation, proposal: Proposal) -> Proposal:
    """A model's proposal with what the engine owes: no request for a person and no chosen time is passed over."""
    owed = duties(situation)
    calls = any(isinstance(one, HandOver) for one in owed)
    captured = {one.field for one in owed if isinstance(one, Capture)}
    books = any(isinstance(one, Book | Decline) for one in owed)
    kept = [
        one
        for one in proposal.actions
        if not (isinstance(one, Capture) and one.field in captured)
        and not (calls and isinstance(one, HandOver | Ask | OfferSlots | Book))
        and not (books and isinstance(one, Book | OfferSlots | Ask))
        and not (isinstance(one, SmallTalk) and one in owed)
    ]
    first = [one for one in owed if isinstance(one, Capture | SmallTalk)]
    last = [one for one in owed if not isinstance(one, Capture | SmallTalk)]
    return Proposal(
        (*first, *kept, *last), proposal.made_by, proposal.model, proposal.cost_microusd, proposal.model_ms,
        proposal.fell_back_because,
    )  # fmt: skip
