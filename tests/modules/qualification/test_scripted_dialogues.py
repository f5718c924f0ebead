"""Scripted visitors go through the templates: what is held at the end, and that nothing is asked twice."""

import tomllib
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from tradewind.modules.qualification.engine import asking, turns
from tradewind.modules.qualification.engine.regions import region_of
from tradewind.modules.qualification.engine.state import RunState
from tradewind.modules.qualification.engine.wording import SPOKEN, phrase
from tradewind.modules.qualification.service.templates import template

TODAY = date(2026, 11, 23)
SCRIPTS = tomllib.loads(Path(__file__).with_name("scripted_dialogues.toml").read_text("utf-8"))["dialogue"]


def play(script):
    """The answers at the end by question, and how often each was asked."""
    flow, state = template(script["flow"]), RunState(seed=len(script["name"]))
    language, replies = script["language"], {key: list(said) for key, said in script["replies"].items()}
    asked: dict[str, int] = {}
    message = script["opening"]
    question = asking.next_question(flow, state, language=language, today=TODAY)
    for _ in range(30):
        reading = turns.read_turn(
            flow, state,
            text=message, message_id=uuid4(), language=language, asked=question.key,
            today=TODAY, region=region_of(script["time_zone"]),
        )  # fmt: skip
        assert all(one.quote and one.quote in message for one in reading.all), message
        state = state.with_reading(reading)
        question = asking.next_question(flow, state, language=language, today=TODAY, reading=reading)
        if question is None:
            break
        asked[question.key] = asked.get(question.key, 0) + 1
        left = replies.get(question.key, [])
        message = left.pop(0) if left else "yes" if question.proposal else "I don't know"
    held = {key: "refused" if one.state == "refused" else one.value for key, one in state.answers.items()}
    plain = {key: value["amount"] if isinstance(value, dict) else value for key, value in held.items()}
    return plain, asked


def test_what_visitors_say_is_held_and_nothing_is_asked_twice():
    wrong, twice, fields = [], [], 0
    for script in SCRIPTS:
        held, asked = play(script)
        fields += len(script["expect"])
        wrong += [
            f"{script['name']}: {key} is {held.get(key)!r}, not {value!r}"
            for key, value in script["expect"].items()
            if held.get(key) != value
        ]
        for key, times in asked.items():
            # Who asks back is asked once more; a guess is confirmed once.
            if times > max(1, len(script["replies"].get(key, []))):
                twice.append(f"{script['name']}: {key}")
    assert fields >= 90
    assert twice == []
    assert 1 - len(wrong) / fields >= 0.95, wrong


def test_transitions_vary_and_are_the_same_at_every_repetition():
    script = next(one for one in SCRIPTS if one["name"] == "short answers and a correction")
    flow = template(script["flow"])
    told = []
    for _ in range(2):
        state, lines, question = RunState(seed=7), [], None
        for message in ("too slow", "12", "me", "5000", "now"):
            asked = question.key if question else "need"
            reading = turns.read_turn(
                flow, state, text=message, message_id=uuid4(), language="en", asked=asked, today=TODAY
            )
            state = state.with_reading(reading)
            question = asking.next_question(flow, state, language="en", today=TODAY, reading=reading)
            lines.append(question.text.removesuffix(question.plain).strip())
        told.append(lines)
    assert told[0] == told[1]
    assert all(one and one != other for one, other in zip(told[0], told[0][1:], strict=False))


REFUSALS = {
    "en": "I'd rather not say", "de": "Das möchte ich nicht sagen", "es": "Prefiero no decirlo",
    "fr": "Je préfère ne pas le dire", "it": "Preferisco non dirlo", "pt": "Prefiro não dizer",
    "nl": "Dat zeg ik liever niet", "pl": "Wolę nie mówić", "ar": "أفضل عدم القول",
}  # fmt: skip


@pytest.mark.parametrize("language", SPOKEN)
def test_questions_are_asked_and_answered_in_the_language_of_the_visitor(language):
    flow, state = template("champ"), RunState(seed=3)
    said = {
        "challenge": "Data Studio", "team_size": "12", "decides": phrase("yes", language),
        "budget": REFUSALS[language], "priority": flow.question("priority").options[1].label[language],
    }  # fmt: skip
    question = asking.next_question(flow, state, language=language, today=TODAY)
    for key, words in said.items():
        assert question.plain == flow.question(key).text[language]
        reading = turns.read_turn(
            flow, state, text=words, message_id=uuid4(), language=language, asked=key, today=TODAY
        )
        assert [one.quote for one in reading.all], (key, words)
        state = state.with_reading(reading)
        question = asking.next_question(flow, state, language=language, today=TODAY, reading=reading)
    held = state.answers
    assert (held["team_size"].value, held["decides"].value, held["budget"].state) == (12, True, "refused")
    assert held["priority"].value == flow.question("priority").options[1].key


def test_a_flow_without_the_visitors_language_is_asked_wholly_in_its_own():
    flow = template("champ")
    english = [one.model_copy(update={"text": {"en": one.text["en"]}}) for one in flow.questions]
    flow, state = flow.model_copy(update={"questions": english}), RunState(seed=3)
    reading = turns.read_turn(
        flow, state, text="Wir verlieren zu viele Anfragen", message_id=uuid4(), language="de", asked="challenge",
        today=TODAY,
    )  # fmt: skip
    asked = asking.next_question(flow, state.with_reading(reading), language="de", today=TODAY, reading=reading)
    assert asked.text.endswith("How many people would use it?")
    assert asked.text.removesuffix(asked.plain).isascii()
    assert "Danke" not in asked.text
