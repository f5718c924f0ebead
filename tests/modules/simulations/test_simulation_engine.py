"""Simulated visitors and their judges, without a database."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.modules.qualification.contracts import OutlinedQuestion
from tradewind.modules.simulations.engine.checking import Captured, End, failures
from tradewind.modules.simulations.engine.figures import reliability
from tradewind.modules.simulations.engine.script import Check, Visitor
from tradewind.modules.simulations.engine.starting import starter
from tradewind.modules.simulations.engine.visiting import Memory, Seen, next_words


def test_a_visitor_answers_what_is_asked_corrects_itself_and_goes():
    visitor = Visitor(
        lines=["Hello"], answers={"size": "25 people", "when": "soon"}, corrections={"size": "Sorry, 30"},
        refuses=["budget"], closing="Bye",
    )  # fmt: skip
    memory = Memory()
    asked = [None, "size", "size", "budget", "when", "nobody_told_me", None, None]
    said = [next_words(visitor, memory, Seen(asked=one)) for one in asked]
    assert said == ["Hello", "25 people", "Sorry, 30", "I would rather not say.", "soon",
                    "I do not know that, sorry.", "Bye", None]  # fmt: skip


def test_times_names_and_yes_are_answered_before_its_own_lines():
    visitor = Visitor(lines=["One", "Two"], slot="last", confirms=False)
    memory = Memory()
    assert next_words(visitor, memory, Seen()) == "One"
    assert next_words(visitor, memory, Seen(asked="@slot", offered=("Mon 9:00", "Tue 9:00"))) == "Tue 9:00"
    assert next_words(visitor, memory, Seen(asked="@name")) == "My name is Robin Vale."
    assert next_words(visitor, memory, Seen(asked="@email")) == "robin.vale@example.com"
    assert next_words(visitor, memory, Seen(asked="@confirm", replies=("Ja", "Nein"))) == "Nein"
    assert next_words(visitor, memory, Seen(asked="size")) == "Two"
    assert next_words(visitor, memory, Seen(over=True)) is None


def test_checks_look_at_what_was_stored():
    end = End(
        captured={"size": Captured(30, "30", "30 people", "corrected"), "budget": Captured(None, "", "", "refused"),
                  "made_up": Captured(5, "5", "five", "stated")},
        visitor_said=("we are 30 people",), cited=frozenset({"Prices"}), answered=1, said=("It costs €29.",),
        asked_again=("size",), rules=frozenset({"claim.value"}), handed_over=("The visitor asked for a person",),
    )  # fmt: skip
    met = [
        {"kind": "captured", "field": "size"}, {"kind": "captured", "field": "size", "value": "30"},
        {"kind": "not_captured", "field": "budget"}, {"kind": "cites", "value": "Prices"}, {"kind": "answered"},
        {"kind": "never_says", "value": "discount"}, {"kind": "refuses", "value": "claim.value"},
        {"kind": "handed_over", "value": "asked for a person"}, {"kind": "not_booked"},
    ]  # fmt: skip
    assert failures([Check.model_validate(one) for one in met], end) == []
    unmet = [
        {"kind": "captured", "field": "size", "value": "31"}, {"kind": "captured", "field": "budget"},
        {"kind": "captured", "field": "made_up"}, {"kind": "not_captured", "field": "size"}, {"kind": "booked"},
        {"kind": "cites", "value": "Terms"}, {"kind": "never_says", "value": "€29"}, {"kind": "asks_once"},
        {"kind": "discloses"}, {"kind": "urgent"}, {"kind": "outcome", "value": "Ready"},
        {"kind": "not_handed_over"}, {"kind": "refuses", "value": "claim.promise"},
    ]  # fmt: skip
    found = failures([Check.model_validate(one) for one in unmet], end)
    assert [one.check["kind"] for one in found] == [one["kind"] for one in unmet]
    assert "which nobody said" in found[2].found
    assert all(one.expected for one in found)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.integers(1, 6))
def test_pass_k_is_the_mean_over_all_choices_of_k(passes: list[int], k: int):
    found = reliability([(one, 6) for one in passes], k)
    assert found.pass_k == pytest.approx(sum(comb(one, k) / comb(6, k) for one in passes) / len(passes))
    assert 0 <= found.low <= found.pass_k + 1e-12
    assert found.pass_k - 1e-12 <= found.high <= 1


def test_too_few_trials_say_nothing():
    with pytest.raises(ValueError, match="at least one case"):
        reliability([(2, 2)], 3)


def test_a_starter_fits_what_the_agent_is_set_to_do():
    questions = [OutlinedQuestion("size", "number", "Size", ()), OutlinedQuestion("need", "choice", "Need", ("A", "B"))]
    cases = starter(questions, ["What does it cost?"], books=True)
    by_name = {one.name: one for one in cases}
    assert by_name["Answers every question"].visitor.answers == {"size": "We are 25 people.", "need": "A"}
    assert by_name["Asks: What does it cost?"].visitor.lines == ["What does it cost?"]
    assert {"Books a meeting", "Wants a person", "Tries to break in (1)"} <= by_name.keys()
    bare = {one.name for one in starter([], [], books=False)}
    assert "Books a meeting" not in bare
    assert "Wants a person" in bare
