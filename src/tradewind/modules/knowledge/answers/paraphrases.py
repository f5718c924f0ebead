"""How like a pair's question is to the question somebody asks in other words."""

import re
from collections.abc import Sequence

import numpy as np

from tradewind.modules.knowledge.answers.composing import Embed, Readable
from tradewind.modules.knowledge.answers.questions import Question, Want, read_question
from tradewind.modules.knowledge.answers.statements import plain
from tradewind.modules.knowledge.answers.values import values_in
from tradewind.modules.knowledge.answers.verifying import missing_name
from tradewind.modules.knowledge.answers.words import stem, terms, words

# Who asks for one of these things is not answered by another.
_APART: tuple[frozenset[Want], ...] = (
    frozenset({"date", "time", "duration"}), frozenset({"place"}), frozenset({"person"}), frozenset({"price"}),
)  # fmt: skip
# Sentences that differ in one of these are as alike to the model as any: "Can I import …?", "Can I export …?"
_OPPOSITES = tuple(
    frozenset(stem(word) for word in line.split())
    for line in (
        "import export", "upload download", "upgrade downgrade", "free paid", "buy sell", "open close",
        "enable disable", "activate deactivate", "add remove delete", "start stop", "increase decrease", "send receive",
        "deposit withdraw", "subscribe unsubscribe", "lock unlock", "day week month year", "incoming outgoing",
        "minimum maximum", "before after", "with without", "first last", "public private", "credit debit",
        "importieren exportieren", "kostenlos kostenpflichtig", "mit ohne", "importar exportar", "con sin",
        "importer exporter", "avec sans",
    )
)  # fmt: skip
# The model does not know whom “you” means: "Where are you located?" and "Where is your office?" are as unlike to it as
# questions about a person and about a house.
_YOU = (
    (re.compile(r"\byour\b", re.IGNORECASE), "your company's"),
    (re.compile(r"\bare you\b", re.IGNORECASE), "is your company"),
    (re.compile(r"\byou(?: are|['’]re)\b", re.IGNORECASE), "your company is"),
)


def likenesses(question: Question, passages: Sequence[Readable], embed: Embed) -> dict[int, float]:
    """How like (cosine) `question` the questions of pairs are, by their places among `passages`.

    Pairs that ask for another kind of thing, for the opposite, or lack a name in the question are left out. `embed`
    gives normalised vectors, one a text.
    """
    wanted, said_words = _apart(question), _stems(question.text)
    titles: dict[int, str] = {}
    for place, passage in enumerate(passages):
        title = plain(passage.title)
        if passage.is_pair and title and _names_known(question, f"{title} {passage.content}"):
            other = _apart(read_question(title))
            if (not wanted or not other or wanted & other) and not _opposite(said_words, _stems(title)):
                titles[place] = title
    if not titles:
        return {}
    said = [question.text, *titles.values()]
    read = [_read(text) for text in said]
    # Most texts speak to nobody and are embedded once.
    rows = {text: row for row, text in enumerate(dict.fromkeys([*said, *read]))}
    vectors = np.asarray(embed(list(rows)))
    cosines = np.maximum(*(_cosines(vectors[[rows[text] for text in texts]]) for texts in (said, read)))
    return dict(zip(titles, cosines.tolist(), strict=True))


def _apart(question: Question) -> frozenset[int]:
    """Which of `_APART` a question asks for."""
    return frozenset(number for number, wants in enumerate(_APART) if wants & question.wants)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


def _opposite(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether each has a word of a pair of opposites, and not the same."""
    return any(one & pair and other & pair and not one & other & pair for pair in _OPPOSITES)


def _names_known(question: Question, text: str) -> bool:
    """Whether `text` has the names in a question. German capitalises every noun, some people every word."""
    following = question.text.split()[1:]
    titled = len(following) > 2 and 2 * sum(word[0].isupper() for word in following) > len(following)
    if titled or question.language == "de":
        return True
    return not missing_name(question.text, values_in(question.text), set(terms(text)))


def _read(text: str) -> str:
    """A question with “you” read as the company that is asked."""
    for pattern, company in _YOU:
        text = pattern.sub(company, text)
    return text


def _cosines(vectors: np.ndarray) -> np.ndarray:
    return vectors[1:] @ vectors[0]
