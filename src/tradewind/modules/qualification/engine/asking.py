"""The next question, ready to be said."""

from datetime import date

from tradewind.modules.qualification.contracts import Question, Reading
from tradewind.modules.qualification.engine.flow import FlowDefinition, FlowQuestion, text_in
from tradewind.modules.qualification.engine.path import walk
from tradewind.modules.qualification.engine.state import RunState
from tradewind.modules.qualification.engine.values import shown
from tradewind.modules.qualification.engine.wording import phrase, transition

_AS = {
    "email": "as_email", "phone": "as_phone", "number": "as_number", "money": "as_number", "date": "as_date",
    "choice": "as_choice",
}  # fmt: skip
_MOST_REPLIES = 8


def next_question(
    flow: FlowDefinition, state: RunState, *, language: str, today: date, reading: Reading | None = None
) -> Question | None:
    """The question to ask now; None once there is nothing left to ask. `state` is already that after the `reading`,
    which only chooses the words around the question."""
    question = walk(flow, state, today=today).current
    if question is None:
        return None
    # The words around a question are in its own language, whatever the visitor speaks.
    spoken = language if text_in(question.text, language, language) else flow.language
    held = state.answers.get(question.key)
    plain = text_in(question.text, spoken, flow.language) or question.label
    attempt = state.attempts.get(question.key, 0) + 1
    if held is not None and held.value is not None:
        told = shown(held.value, question, spoken, flow.language)
        asked = phrase("confirm", spoken, label=question.label, value=told)
        replies = (phrase("yes", spoken), phrase("no", spoken))
        return Question(question.key, question.kind, asked, asked, question.required, attempt, told, replies)
    before, after = _lead(state, spoken, question, reading)
    replies = _replies(question, spoken, flow)
    text = " ".join(part for part in (before, plain, after) if part)
    return Question(question.key, question.kind, text, plain, question.required, attempt, None, replies)


def _lead(state: RunState, language: str, question: FlowQuestion, reading: Reading | None) -> tuple[str, str]:
    """What is said before a question and after it: thanks, a word on a refusal or correction, or why it comes again."""
    if reading is None:
        return "", ""
    place = state.seed + len(state.answers)
    if reading.corrections:
        return transition("correction", language, place, value=reading.corrections[-1].shown), ""
    if reading.refusals:
        return transition("refusal", language, place), ""
    if reading.all:
        return transition("answer", language, place), ""
    if reading.asked != question.key:
        return "", ""
    if reading.counter_question:
        return phrase("back", language), ""
    wrong = next((one.reason for one in reading.unusable if one.question_key == question.key), None)
    how = _AS.get(question.kind)
    return wrong or phrase("again", language), phrase(how, language) if how and not wrong else ""


def _replies(question: FlowQuestion, language: str, flow: FlowDefinition) -> tuple[str, ...]:
    if question.kind == "yes_no":
        return phrase("yes", language), phrase("no", language)
    if question.kind == "choice" and len(question.options) <= _MOST_REPLIES:
        return tuple(text_in(option.label, language, flow.language) for option in question.options)
    return ()
