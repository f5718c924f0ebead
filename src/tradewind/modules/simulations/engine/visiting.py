"""What a scripted visitor says next: a function of the script and of what the agent asked and offered."""

from dataclasses import dataclass, field

from tradewind.modules.simulations.engine.script import Visitor

# What agents ask for on their own account; everything else is a question of the flow.
_SLOT, _NAME, _EMAIL, _CONFIRM, _HAND_OVER = "@slot", "@name", "@email", "@confirm", "@hand_over"
_YES, _NO = "Yes, please.", "No, thank you."
_REFUSAL = "I would rather not say."
_UNPREPARED = "I do not know that, sorry."


@dataclass(frozen=True, slots=True)
class Seen:
    """What the visitor sees of the last answer: what it is asked for, the offered times as labels, yes and no as the
    agent's buttons say them, and whether nobody is going to answer any more (`over`)."""

    asked: str | None = None
    offered: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    over: bool = False


@dataclass(slots=True)
class Memory:
    """How far a visitor has come in its script."""

    said: int = 0
    answered: list[str] = field(default_factory=list)
    to_correct: list[str] = field(default_factory=list)
    closed: bool = False


def next_words(visitor: Visitor, memory: Memory, seen: Seen) -> str | None:
    """The next message, or None when there is nothing left to say. Notes in `memory` what was said.

    Its own lines come before what it is asked, except for times, addresses and yes or no: those are answered at once.
    """
    if memory.closed or seen.over:
        return None
    if memory.to_correct:
        return visitor.corrections[memory.to_correct.pop(0)]
    if seen.asked is not None and seen.asked.startswith("@"):
        return _booking(visitor, seen)
    if memory.said < len(visitor.lines):
        memory.said += 1
        return visitor.lines[memory.said - 1]
    if seen.asked is not None:
        return _answer(visitor, memory, seen.asked)
    memory.closed = True
    return visitor.closing or None


def _booking(visitor: Visitor, seen: Seen) -> str:
    match seen.asked:
        case "@slot" if seen.offered and visitor.slot != "none":
            return seen.offered[0 if visitor.slot == "first" else -1]
        case "@slot":
            return "None of these, thanks."
        case "@name":
            return f"My name is {visitor.name}."
        case "@email":
            return visitor.email
        case "@confirm":
            return _yes_or_no(seen, yes=visitor.confirms)
        case _:
            return _yes_or_no(seen, yes=visitor.wants_person)


def _yes_or_no(seen: Seen, *, yes: bool) -> str:
    if len(seen.replies) == 2:
        return seen.replies[0 if yes else 1]
    return _YES if yes else _NO


def _answer(visitor: Visitor, memory: Memory, key: str) -> str:
    if key in visitor.refuses:
        return _REFUSAL
    said = visitor.answers.get(key)
    if said is None:
        return _UNPREPARED
    if key in visitor.corrections and key not in memory.answered:
        memory.to_correct.append(key)
    memory.answered.append(key)
    return said
