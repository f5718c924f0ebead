"""What may be noted of a visitor: only in the visitor's own words, from the message they stand in."""

from tradewind.modules.conversations.engine.actions import Capture
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.policy.rules import Objection, Rule
from tradewind.modules.knowledge import api as knowledge

CONTACT = frozenset({"name", "email"})


def _field(situation: Situation, capture: Capture) -> Objection | None:
    if capture.field not in CONTACT and capture.field not in situation.questions:
        return Objection("refused", f"Nothing asks for “{capture.field}”.")
    return None


def _verbatim(situation: Situation, capture: Capture) -> Objection | None:
    heard = next((one for one in situation.heard if one.id == capture.message_id), None)
    if heard is None:
        return Objection("refused", "It names no message that the visitor has just written.")
    if not capture.quote or _plain(capture.quote) not in _plain(heard.text):
        return Objection("refused", "The visitor did not write these words.")
    return None


def _value(situation: Situation, capture: Capture) -> Objection | None:
    if _plain(capture.value) in _plain(capture.quote):
        return None
    if any(
        (one.field, one.value[:500], one.quote[:500]) == (capture.field, capture.value, capture.quote)
        for one in situation.reading.noted
    ):
        # Rules read it from the words themselves: “next Thursday” as a date.
        return None
    said, given = knowledge.values_in(capture.value), knowledge.values_in(capture.quote)
    if said and all(any(knowledge.disagree(one, other) is False for other in given) for one in said):
        return None
    return Objection("withheld", "The value is not what the words say; people may take it as a suggestion.")


RULES: tuple[Rule[Capture], ...] = (
    Rule("capture.field", "Only what the flow asks for, a name or an address.", _field),
    Rule("capture.verbatim", "The quote stands in the visitor's own message.", _verbatim),
    Rule("capture.value", "The value stands in the quote; what is inferred is a suggestion for people.", _value),
)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
