"""What is decided before anything is proposed: refusals of AI, limits of use, insults, topics."""

from dataclasses import dataclass
from typing import Literal

from tradewind.modules.conversations.engine.situation import Situation

# How the turn goes on: `silent` says nothing, `people` calls a person, `fixed` says one fixed text, `local` leaves
# the language model out, `open` is everything.
Way = Literal["silent", "people", "fixed", "local", "open"]
_CENT = 10_000
MOST_INSULTS = 3


@dataclass(frozen=True, slots=True)
class Gate:
    """How a turn may go on, by which rule and why; `text` is the key of the fixed text to say."""

    way: Way
    rule: str = ""
    why: str = ""
    text: str = ""


RULES = (
    ("limit.no_ai", "Who wants no AI gets a person, and no further word of the agent."),
    ("limit.rate", "Over the messages of an hour or a day: told once, and people see it."),
    ("limit.abuse", "Insults are answered with one polite sentence; the third calls a person."),
    ("limit.injection", "Words that give orders to models are not shown to one; the local answerer answers."),
    ("limit.cost", "Over a visitor's daily cost the local answerer answers."),
    ("limit.topic", "Topics that the organisation or the agent keeps away from are not answered."),
)


def gate(situation: Situation) -> Gate:
    """The narrowest way that a rule asks for."""
    limits, used = situation.settings.limits, situation.used
    if situation.reading.wants_no_ai:
        return Gate("people", "limit.no_ai", "The visitor wants no AI.", "opted_out")
    if used.hour >= limits.messages_per_hour or used.day >= limits.messages_per_day:
        over = min(used.hour - limits.messages_per_hour, used.day - limits.messages_per_day)
        why = f"The visitor wrote {used.hour} messages in an hour, {used.day} in a day."
        first = used.hour == limits.messages_per_hour or used.day == limits.messages_per_day or over == 0
        return Gate("people" if first else "silent", "limit.rate", why, "too_many")
    if situation.reading.insult and not situation.reading.wants_person:
        if situation.pending.abuse + 1 >= MOST_INSULTS:
            return Gate("people", "limit.abuse", "The visitor insults for the third time.", "hand_over")
        return Gate("fixed", "limit.abuse", "The message is an insult.", "abuse")
    if not situation.on_topic:
        return Gate("fixed", "limit.topic", "The topic is kept away from.", "off_topic")
    if situation.suspicious:
        codes = ", ".join(one.code for one in situation.findings if one.where == "message")
        return Gate("local", "limit.injection", f"The message looks like orders to a model ({codes}).")
    if used.cost_microusd >= limits.cost_cents_per_day * _CENT:
        return Gate("local", "limit.cost", "The visitor's models have cost as much as they may in a day.")
    return Gate("open")
