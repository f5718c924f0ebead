"""What may be asked: the flow's own questions, one at a time, never twice."""

from tradewind.modules.conversations.engine.actions import Ask
from tradewind.modules.conversations.engine.phrases import folded
from tradewind.modules.conversations.engine.situation import Situation
from tradewind.modules.conversations.policy import wording
from tradewind.modules.conversations.policy.rules import Objection, Rule
from tradewind.modules.knowledge import api as knowledge


def _known_question(situation: Situation, ask: Ask) -> Objection | None:
    if ask.question_key not in situation.questions:
        return Objection("refused", f"The flow has no question “{ask.question_key}”.")
    return None


def _not_twice(situation: Situation, ask: Ask) -> Objection | None:
    state = situation.questions.get(ask.question_key, "open")
    if state in ("refused", "known"):
        return Objection("refused", f"It is {state} already.")
    if state != "open":
        return Objection("refused", "The visitor has answered it already.")
    return None


def _in_order(situation: Situation, ask: Ask) -> Objection | None:
    if situation.question is None or situation.question.key != ask.question_key:
        following = situation.question.key if situation.question else "nothing"
        return Objection("refused", f"It is not what the flow asks next ({following}).")
    return None


RULES: tuple[Rule[Ask], ...] = (
    Rule("ask.question", "Only questions of the agent's flow.", _known_question),
    Rule("ask.not_twice", "Nothing that was answered, refused or is known.", _not_twice),
    Rule("ask.in_order", "Only what the flow asks next.", _in_order),
)
ONE_AT_A_TIME = ("ask.one", "One question a turn.")
PHRASING = ("ask.phrasing", "Words of a model only where they ask, state nothing and are short; else the flow's own.")


def phrasing(situation: Situation, ask: Ask) -> tuple[str, str]:
    """The words to ask in, and why the model's own were not taken (empty where they were, or were none)."""
    question = situation.question
    assert question is not None
    if not ask.phrasing:
        return question.text, ""
    if question.fixed:
        return question.text, "It asks again, or for a yes to a guess."
    text = ask.phrasing
    if not text.rstrip().endswith(("?", "？", "؟", ";")) or text.count("?") > 2:
        return question.text, "It is no question."
    if any(not value.low or value.kind != "quantity" for value in knowledge.values_in(text)) or any(
        one.isdigit() for one in text
    ):
        return question.text, "It holds a value."
    if wording.claims_to_be_human(text) or wording.promises(text) or wording.discounts(text) or wording.addresses(text):
        return question.text, "It says more than a question."
    if situation.instructions and wording.repeats(text, situation.instructions):
        return question.text, "It repeats what only the agent was told."
    # Of several sentences only the last may be more than a transition of a few words.
    *before, _ = [one for one in text.replace("!", ".").split(".") if one.strip()]
    if sum(len(folded(one).split()) for one in before) > 8:
        return question.text, "It says more than a question."
    return text, ""
