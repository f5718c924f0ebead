"""What one message says about the questions of a flow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tradewind.modules.qualification.contracts import AnswerState, Capture, Reading, Unusable
from tradewind.modules.qualification.engine import whole_answers
from tradewind.modules.qualification.engine.flow import FlowDefinition, FlowOption, FlowQuestion
from tradewind.modules.qualification.engine.state import RunState
from tradewind.modules.qualification.engine.values import problem, shown
from tradewind.modules.qualification.reading import replies
from tradewind.modules.qualification.reading.cleaning import Clean, clean
from tradewind.modules.qualification.reading.reader import read
from tradewind.modules.qualification.reading.spans import LANGUAGES, Kind, Language, Span

_SPAN_KINDS: Mapping[str, Kind] = {
    "number": "number", "money": "money", "date": "date", "time": "time", "email": "email", "phone": "phone",
    "name": "name", "company": "company", "place": "place",
}  # fmt: skip
# “20k” is money where money is still to be asked for.
_LARGE = re.compile(r"\d\s?(?:k|m|mio|tsd|grand)\b", re.IGNORECASE)
# Facts that say by themselves what they are: a new one of a kind that is known puts the old one right.
_TELLING = frozenset({"email", "phone", "name"})
_REFUSED_WORDS: Mapping[str, str] = {
    "email": r"e-?mail|address|adresse|correo", "phone": r"phone|number|telefon\w*|nummer|teléfono|téléphone|numéro",
    "money": r"budget|presupuesto|money|geld", "name": r"name|nombre|nom",
    "company": r"company|firma|empresa|entreprise|société",
}  # fmt: skip


_SHORT = 3


@dataclass(slots=True)
class _Turn:
    """The work on one message."""

    flow: FlowDefinition
    state: RunState
    clean: Clean
    message_id: UUID
    language: str
    asked: FlowQuestion | None
    found: dict[str, Capture] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)

    def take(self, question: FlowQuestion, value: Any, start: int, end: int, *, certain: bool = True) -> None:
        """Note what `text[start:end]` says about a question; the first word on it in a message stands."""
        if question.key in self.found:
            return
        quote = self.clean.quote(start, end)
        wrong = problem(question, value, self.language)
        if wrong is not None:
            self.unusable.append(Unusable(question.key, quote, wrong))
            return
        held = self.state.answers.get(question.key)
        if held is not None and held.state != "inferred" and held.value == value:
            return
        corrects = held is not None and held.state in ("stated", "corrected", "known")
        state: AnswerState = "inferred" if not certain else "corrected" if corrects else "stated"
        if state == "inferred" and self.state.settled(question.key):
            return
        told = shown(value, question, self.language, self.flow.language)
        self.found[question.key] = Capture(question.key, value, quote, self.message_id, state, told)

    def refuse(self, question: FlowQuestion, start: int, end: int) -> None:
        """Note that the visitor will not answer."""
        quote = self.clean.quote(start, end)
        self.found.setdefault(question.key, Capture(question.key, None, quote, self.message_id, "refused", ""))

    def open(self, kind: str) -> list[FlowQuestion]:
        """Questions of a kind that nothing was said about yet."""
        return [
            question for question in self.flow.questions
            if question.kind == kind and not self.state.settled(question.key) and question.key not in self.found
        ]  # fmt: skip

    def newest(self, kind: str) -> FlowQuestion | None:
        """The question of a kind that was answered last."""
        settled = [q for q in self.flow.questions if q.kind == kind and self.state.settled(q.key)]
        return max(settled, key=lambda q: self.state.answers[q.key].place, default=None)


def read_turn(
    flow: FlowDefinition,
    state: RunState,
    *,
    text: str,
    message_id: UUID,
    language: str,
    asked: str | None,
    today: date,
    region: str | None = None,
) -> Reading:
    """What a message says: answers, several at once, corrections, refusals and guesses. Nothing is invented: each quote
    is a verbatim part of `text`. `today` is the visitor's day."""
    message = clean(text)
    # Facts are read in the languages whose dates and numbers are known; elsewhere as in English.
    read_as: Language = language if language in LANGUAGES else "en"  # type: ignore[assignment]
    question = flow.question(asked) if asked else None
    turn = _Turn(flow, state, message, message_id, language, question)
    if message.text.strip():
        _confirm(turn)
        _facts(turn, read(message.text, read_as, today=today, region=region, asked=_asked_kind(question)))
        _choices(turn, read_numbers(message.text, read_as))
        _asked_plainly(turn)
        _refusals(turn)
    found = list(turn.found.values())
    counter = replies.asks_back(message.text, language)
    return Reading(
        captures=tuple(one for one in found if one.state == "stated"),
        corrections=tuple(one for one in found if one.state == "corrected"),
        refusals=tuple(one for one in found if one.state == "refused"),
        proposals=tuple(one for one in found if one.state == "inferred"),
        unusable=tuple(turn.unusable),
        asked=asked if question else None,
        answered=(question is not None and question.key in turn.found and turn.found[question.key].shown != "") or (
            question is not None and question.key in turn.found and turn.found[question.key].state == "refused"
        ),
        counter_question=counter,
    )  # fmt: skip


def read_numbers(text: str, language: Language) -> list[Span]:
    """Only the numbers, for options that are ranges."""
    return [span for span in read(text, language, today=date(2000, 1, 1), kinds=()) if span.kind == "number"]


def _asked_kind(question: FlowQuestion | None) -> Kind | None:
    return None if question is None else _SPAN_KINDS.get(question.kind)


def _confirm(turn: _Turn) -> None:
    """A yes makes a guess an answer, a no drops it."""
    held = turn.state.answers.get(turn.asked.key) if turn.asked else None
    if turn.asked is None or held is None or held.state != "inferred" or held.value is None:
        return
    reply = replies.yes_or_no(turn.clean.text, turn.language)
    if reply is None:
        return
    yes, said = reply
    quote = turn.clean.quote(said.start, said.end)
    if yes:
        told = shown(held.value, turn.asked, turn.language, turn.flow.language)
        turn.found[turn.asked.key] = Capture(turn.asked.key, held.value, quote, turn.message_id, "stated", told)
        return
    _facts(turn, [], denied=True)
    turn.found.setdefault(turn.asked.key, Capture(turn.asked.key, None, quote, turn.message_id, "inferred", ""))


def _facts(turn: _Turn, spans: list[Span], *, denied: bool = False) -> None:
    """Give each fact to the question it answers."""
    text, language = turn.clean.text, turn.language
    marker = replies.correction(text, language)
    # “Around one to two, say 6,000 €”: what is of the kind that was asked for comes before what could pass for it.
    # “Move 200 crates, we are 25 people”: so does what names its question.
    kind = _asked_kind(turn.asked)
    for span in sorted(spans, key=lambda one: (one.kind != kind, _hinted(turn, one) is None)):
        if marker and replies.is_denied(text, span.start, language) and len(spans) > 1:
            continue
        target = _target(turn, span, marker)
        if target is None:
            continue
        question, certain = target
        value = _fitted(span, question)
        pending = turn.found.get(question.key)
        if pending is not None and pending.value is None and pending.state == "inferred":
            del turn.found[question.key]
        if pending is not None and pending.state in ("stated", "corrected") and marker == "strong":
            # “12, no wait, 15”: the later one is meant.
            del turn.found[question.key]
        turn.take(question, value, span.start, span.end, certain=certain and span.certain)


def _target(turn: _Turn, span: Span, marker: str | None) -> tuple[FlowQuestion, bool] | None:
    """The question a fact answers, and whether that is sure."""
    asked, key_of = turn.asked, _fits
    asked_open = asked is not None and key_of(span, asked, asked=True) and not turn.state.settled(asked.key)
    hinted = _hinted(turn, span)
    if hinted is not None:
        return hinted, True
    previous = turn.newest("money" if span.kind == "money" else span.kind)
    if marker == "strong" and previous is not None and previous.key not in turn.found:
        return previous, True
    if asked is not None and asked_open:
        return asked, True
    if marker is not None and previous is not None:
        return previous, True
    if span.kind in _TELLING and previous is not None and not turn.open(span.kind):
        return previous, span.certain
    amounts = turn.open("money")
    if span.kind == "number" and len(amounts) == 1 and _LARGE.search(turn.clean.text[span.start : span.end]):
        return amounts[0], False
    free = turn.open(span.kind)
    if not free:
        return None
    if span.kind in ("number", "date", "time", "money"):
        return (free[0], span.kind == "money") if len(free) == 1 else None
    return (free[0], True) if len(free) == 1 and span.certain else None


def _fits(span: Span, question: FlowQuestion, *, asked: bool) -> bool:
    if question.kind == span.kind:
        return True
    return asked and question.kind == "money" and span.kind == "number"


def _fitted(span: Span, question: FlowQuestion) -> Any:
    if question.kind == "money" and span.kind == "number":
        return {"amount": span.value, "currency": question.currency}
    return span.value


def _hinted(turn: _Turn, span: Span) -> FlowQuestion | None:
    """The question whose words stand beside a fact: “25 people”, “a budget of 20k”."""
    text = turn.clean.text.lower()
    before = re.findall(r"[\w'’-]+", text[max(0, span.start - 40) : span.start])[-4:]
    after = re.findall(r"[\w'’-]+", re.split(r"[.!?;,]", text[span.end : span.end + 40])[0])[:3]
    for question in turn.flow.questions:
        if not question.hints or not _fits(span, question, asked=True):
            continue
        near = " ".join(after), " ".join(before)
        if any(re.search(rf"(?<!\w){re.escape(hint.lower())}(?!\w)", part) for part in near for hint in question.hints):
            return question
    return None


def _choices(turn: _Turn, numbers: list[Span]) -> None:
    marker = replies.correction(turn.clean.text, turn.language)
    for question in turn.flow.questions:
        if question.kind != "choice" or question.key in turn.found:
            continue
        asked = turn.asked is not None and question.key == turn.asked.key
        if turn.state.settled(question.key) and not (marker and question == turn.newest("choice")):
            continue
        words = {option.key: [*_labels(turn, option), *option.synonyms] for option in question.options}
        fitting = (
            numbers if asked or not question.hints else [one for one in numbers if _hinted_by(turn, one, question)]
        )
        hinted = bool(question.hints) and bool(fitting) and not asked
        hit = replies.chosen(turn.clean.text, words, turn.language, asked=asked or hinted, numbers=fitting)
        if hit is not None:
            turn.take(question, hit[0], hit[1].start, hit[1].end)


def _labels(turn: _Turn, option: FlowOption) -> list[str]:
    """What an option is called, in any language; the shortest words only in those that are spoken here: “ja” is yes in
    one and I in another."""
    here = (turn.language, turn.flow.language)
    return [label for language, label in option.label.items() if language in here or len(label) > _SHORT]


def _hinted_by(turn: _Turn, span: Span, question: FlowQuestion) -> bool:
    around = turn.clean.text[max(0, span.start - 25) : span.end + 25].lower()
    return any(re.search(rf"(?<!\w){re.escape(hint.lower())}(?!\w)", around) for hint in question.hints)


def _asked_plainly(turn: _Turn) -> None:
    """Answers that only the question makes understandable: yes, a bare name, any text."""
    question, text = turn.asked, turn.clean.text
    if question is None or question.key in turn.found or turn.state.settled(question.key):
        return
    if question.kind == "yes_no":
        reply = replies.yes_or_no(text, turn.language)
        if reply is not None and not replies.refusal(text, turn.language):
            turn.take(question, reply[0], reply[1].start, reply[1].end)
        return
    if replies.refusal(text, turn.language) or replies.asks_back(text, turn.language) or replies.only_greeting(text):
        return
    facts = [text.find(one.quote) for one in turn.found.values() if one.state != "inferred"]
    if turn.found and question.kind == "text":
        said = whole_answers.rest_of(text, facts)
    else:
        said = whole_answers.part_of(text, question.kind, turn.language)
    if said is not None and not any(said.start <= fact < said.end for fact in facts):
        turn.take(question, text[said.start : said.end], said.start, said.end)


def _refusals(turn: _Turn) -> None:
    said = replies.refusal(turn.clean.text, turn.language)
    if said is None:
        return
    for question in turn.flow.questions:
        words = [re.escape(word.lower()) for word in question.hints] + [_REFUSED_WORDS.get(question.kind, "")]
        named = "|".join(word for word in words if word)
        rest = turn.clean.text[said.start : said.end + 45].lower()
        if named and re.search(rf"(?<!\w)(?:{named})(?!\w)", rest) and not turn.state.settled(question.key):
            turn.refuse(question, said.start, said.end)
            return
    if turn.asked is not None and not turn.state.settled(turn.asked.key):
        turn.refuse(turn.asked, said.start, said.end)
