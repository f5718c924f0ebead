"""Answers out of passages, without database: what is read in texts, what is chosen, what claims pass."""

from dataclasses import dataclass

import pytest

from tradewind.modules.ai.api import embed_locally
from tradewind.modules.knowledge.answers.composing import compose
from tradewind.modules.knowledge.answers.paraphrases import likenesses
from tradewind.modules.knowledge.answers.questions import read_question
from tradewind.modules.knowledge.answers.replies import refusal, small_talk
from tradewind.modules.knowledge.answers.statements import sentences, statements_of
from tradewind.modules.knowledge.answers.values import disagree, values_in
from tradewind.modules.knowledge.answers.verifying import verify
from tradewind.modules.knowledge.service.answering import SAME_QUESTION


@dataclass(frozen=True)
class Text:
    content: str
    title: str = ""
    heading: str = ""
    score: float = 1.0
    is_pair: bool = False


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("€1,200", "1.200,00 EUR", False),
        ("$29 per month", "29 dollars a month", False),
        ("$29 per month", "$29.50 monthly", False),
        ("$29 per month", "$35", True),
        ("$29 per month", "$290 per year", None),
        ("$29", "€35", None),
        ("from $500", "$750", False),
        ("from $500", "$400", True),
        ("up to 50 users", "100 users", True),
        ("3–5 days", "four days", False),
        ("1 month", "30 days", False),
        ("2 weeks", "14 days", False),
        ("2 business days", "2 days", None),
        ("24 hours", "one day", False),
        ("about 100 users", "110 users", False),
        ("31 March 2025", "2025-03-31", False),
        ("31.03.2025", "30 March 2025", True),
        ("24 December", "24 December 2026", False),
        ("9 am", "9:00", False),
        ("17:00", "5 pm", False),
        ("5 pm", "18:00", True),
        ("15 %", "15 percent", False),
        ("+49 30 123 45 67", "0049 30 1234567", False),
        ("a@x.com", "b@x.com", True),
        ("USD 1.2k", "$1,200", False),
    ],
)
def test_values_compare_by_what_they_mean(one, other, verdict):
    (first,), (second,) = values_in(one), values_in(other)
    assert disagree(first, second) is verdict
    assert disagree(second, first) is verdict


def test_markdown_becomes_statements_that_can_be_read_alone():
    said = statements_of(
        "We met Dr. Smith, e.g. on **Friday**. He paid $29.50 for it.\n\n## Plans\nTo cancel:\n\n1. Open *settings*\n"
        "2. Press [Cancel](https://x.org)\n\n| Plan | Price | Users |\n|---|---|---|\n| Pro | €99 | 50 |\n\nThe end"
    )
    assert [(one.text, one.form, one.heading, one.lead_in) for one in said] == [
        ("We met Dr. Smith, e.g. on Friday.", "sentence", "", ""),
        ("He paid $29.50 for it.", "sentence", "", ""),
        ("To cancel:", "sentence", "Plans", ""),
        ("Open settings", "step", "Plans", "To cancel:"),
        ("Press Cancel", "step", "Plans", "To cancel:"),
        ("Pro — Price: €99, Users: 50", "row", "Plans", ""),
        ("The end", "sentence", "Plans", ""),
    ]
    assert max(map(len, sentences("word " * 2_000))) <= 600


def test_answers_quote_the_sentences_that_answer():
    page = Text(
        "We were founded in 2011 in Lisbon. The Starter plan costs €29 per month. It includes five users. "
        "The Pro plan costs €99 per month and adds reports.\n\n## Cancelling\nYou can cancel at any time. To "
        "cancel:\n\n1. Open Billing\n2. Press Cancel plan\n3. Confirm the mail",
        title="Plans",
    )
    pair = Text("No. We never share your data.", title="Do you sell customer data?", is_pair=True, score=0.9)

    price = compose(read_question("How much is the Starter plan?"), [page, pair], embed_locally)
    assert price is not None
    assert "The Starter plan costs €29 per month." in price.text
    assert price.text.endswith("[1]")
    assert price.quotes[0].place == 0
    steps = compose(read_question("How do I cancel my plan?"), [page, pair], embed_locally)
    assert steps is not None
    assert steps.text == "To cancel:\n1. Open Billing\n2. Press Cancel plan\n3. Confirm the mail [1]"
    sold = compose(read_question("Are you selling my data?"), [page, pair], embed_locally)
    assert sold is not None
    assert sold.text == "No. We never share your data. [1]"
    assert sold.quotes[0].place == 1
    nothing = compose(read_question("What is the boiling point of lead?"), [page, pair], embed_locally)
    assert nothing is not None
    assert nothing.fit < 0.4 < min(price.fit, sold.fit)
    assert compose(read_question("Anything?"), [Text("")], embed_locally) is None


def test_a_pair_is_found_by_its_question_in_other_words():
    pairs = [
        Text("Our office is in Lisbon, Rua Augusta 24.", title="Where is your office?", is_pair=True),
        Text("The Starter plan costs €29.", title="How much does the Starter plan cost?", is_pair=True),
        Text("Where are you located? In Lisbon.", title="Where are you located?"),
        Text("Yes, as CSV.", title="Can my data be exported?", is_pair=True),
    ]

    def answering(question):
        alike = likenesses(read_question(question), pairs, embed_locally)
        return [place for place, likeness in alike.items() if likeness >= SAME_QUESTION]

    same = {
        "Where are you located?": 0, "WHERE ARE YOU LOCATED?": 0, "What's your address?": 0,
        "what's the price of Starter?": 1, "How Much Is The Starter Plan?": 1, "Can I export my data?": 3,
    }  # fmt: skip
    for question, place in same.items():
        assert answering(question) == [place], question
    # Another name, another kind of thing, another subject, the opposite.
    others = (
        "How much does the Pro plan cost?", "When is your office open?", "Who founded the company?",
        "Can my data be imported?",
    )  # fmt: skip
    for question in others:
        assert answering(question) == [], question
    assert likenesses(read_question("Where?"), pairs[2:3], embed_locally) == {}


def test_small_talk_and_refusals_speak_the_language_of_the_question():
    talk = {
        text: read_question(text).small_talk for text in ("Hi there!", "Danke", "Are you a robot?", "Hello, price?")
    }
    assert talk == {"Hi there!": "greeting", "Danke": "thanks", "Are you a robot?": "identity", "Hello, price?": None}
    assert small_talk("thanks", read_question("Danke!").language) == "Gern geschehen."
    assert refusal(read_question("Wie lange dauert die Lieferung?").language).startswith("Dazu habe ich")
    assert refusal("xx", ["Prices", "Plans"]).endswith("The closest I have: Prices · Plans")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The Starter plan is €29 each month.", None),
        ("Starter costs 29 EUR per month and can be cancelled any time.", None),
        ("The Starter plan costs €39 per month.", "value"),
        ("The Starter plan costs €29 per month, says Gartner.", "name"),
        ("You cannot cancel the Starter plan at any time.", "negation"),
        ("Whales sing beneath arctic ice.", "meaning"),
        ("…", "empty"),
    ],
)
def test_claims_of_a_model_must_stand_in_their_passage(claim, reason):
    passage = "The Starter plan costs €29 per month. You can cancel the Starter plan at any time."
    verdict = verify(claim, [passage], embed_locally)
    assert verdict.reason == reason, verdict
    assert verdict.supported is (reason is None)
    assert verify(claim, [], embed_locally).supported is False
