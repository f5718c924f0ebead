"""What may be stated: only what the cited passage or record says, and nothing that binds, gives away or misleads."""

import re
from collections.abc import Sequence

from tradewind.modules.conversations.engine.actions import Claim
from tradewind.modules.conversations.engine.phrases import folded
from tradewind.modules.conversations.engine.situation import Situation, Source
from tradewind.modules.conversations.policy import wording
from tradewind.modules.conversations.policy.rules import Decision, Objection, Rule, first_objection
from tradewind.modules.knowledge import api as knowledge

_BY_REASON = {
    "value": ("claim.value", "No cited source holds “{detail}”."),
    "name": ("claim.name", "No cited source names “{detail}”."),
    "negation": ("claim.negation", "The source says the opposite: “{detail}”."),
    "no_source": ("claim.cited", "It cites nothing that was found for this visitor."),
    "empty": ("claim.supported", "It says nothing that could be checked."),
}
_LONGEST_RATIO = 3.0


def cited(situation: Situation, claim: Claim) -> list[Source]:
    """The sources a claim names, of those that were found for this visitor."""
    return [situation.sources[one] for one in claim.supports if one in situation.sources]


def _human(situation: Situation, claim: Claim) -> Objection | None:
    if wording.claims_to_be_human(claim.text):
        return Objection("refused", "It claims that a person speaks.")
    return None


def _instructions(situation: Situation, claim: Claim) -> Objection | None:
    if situation.instructions and wording.repeats(claim.text, situation.instructions):
        return Objection("refused", "It repeats what only the agent was told.")
    return None


def _solid(situation: Situation, claim: Claim) -> list[Source]:
    """The sources a claim may rest on as ours: what a visitor's file says is only the file's."""
    return [one for one in cited(situation, claim) if not one.file]


def _cited(situation: Situation, claim: Claim) -> Objection | None:
    if not cited(situation, claim):
        named = ", ".join(claim.supports) or "nothing"
        return Objection("withheld", f"It cites {named}: nothing that was found for this visitor.")
    return None


def _discount(situation: Situation, claim: Claim) -> Objection | None:
    return _unfounded(
        situation, claim, wording.discounts(claim.text), "gives away “{}”, of which no cited source speaks"
    )


def _promise(situation: Situation, claim: Claim) -> Objection | None:
    return _unfounded(situation, claim, wording.promises(claim.text), "promises “{}”, which no cited source does")


def _link(situation: Situation, claim: Claim) -> Objection | None:
    known = " ".join(f"{one.text} {one.url or ''}" for one in _solid(situation, claim))
    for address in wording.addresses(claim.text):
        if address not in known:
            return Objection("refused", f"It links to {address[:100]}, which no cited source does.")
    return None


def _unfounded(situation: Situation, claim: Claim, words: Sequence[str], problem: str) -> Objection | None:
    known = folded(" ".join(one.whole for one in _solid(situation, claim)))
    if missing := next((word for word in words if not re.search(rf"\b{re.escape(word)}\b", known)), None):
        return Objection("refused", f"It {problem.format(missing)}.")
    return None


RULES: tuple[Rule[Claim], ...] = (
    Rule("claim.human", "Nothing that claims a person speaks.", _human),
    Rule("claim.instructions", "Nothing that repeats the agent's instructions.", _instructions),
    Rule("claim.cited", "Each claim names a passage or record that was found for this very visitor.", _cited),
    Rule("claim.discount", "No discount and nothing for free that a cited source does not give.", _discount),
    Rule("claim.promise", "No promise that a cited source does not make.", _promise),
    Rule("claim.link", "No address that a cited source does not have.", _link),
)
CHECKED = (
    ("claim.supported", "Its words and its meaning stand in a cited source."),
    ("claim.value", "Each price, number, date, time and address stands in a cited source."),
    ("claim.name", "Each name stands in a cited source."),
    ("claim.negation", "It does not say the opposite of the source."),
    ("claim.file", "What only a file of the visitor says is quoted from it word for word, as the file's."),
    ("claim.quoted", "In another language than its source it quotes the source's words, and has the same values."),
)


def judge(situation: Situation, claim: Claim) -> Decision:
    """Whether a claim may be said."""
    if (found := first_objection(RULES, situation, claim)) is not None:
        rule, objection = found
        return Decision(claim, objection.verdict, rule, objection.why)
    sources = _solid(situation, claim)
    if not sources:
        return _of_file(claim, cited(situation, claim))
    for source in sources:
        if _plain(claim.text) in _plain(source.whole):
            return Decision(claim, "done", "claim.supported", "It is the source's own sentence.", quote=claim.text)
    if claim.quote and (translated := _translated(claim, sources)) is not None:
        return translated
    verdict = situation.verify(claim.text, [one.whole for one in sources])
    if verdict.supported and (other := _inexact(claim, sources)):
        rule, why = _BY_REASON["value"]
        return Decision(claim, "withheld", rule, why.format(detail=other))
    if verdict.supported:
        return Decision(claim, "done", "claim.supported", "A cited source says so.", quote=verdict.quote)
    rule, why = _BY_REASON.get(verdict.reason or "", ("claim.supported", "The cited source does not say so: {detail}."))
    return Decision(claim, "withheld", rule, why.format(detail=verdict.detail[:200]))


def _of_file(claim: Claim, files: Sequence[Source]) -> Decision:
    """A claim that rests on the visitor's own file alone."""
    if any(_plain(claim.text) in _plain(one.text) for one in files):
        return Decision(claim, "done", "claim.file", "The visitor's file has these words.", quote=claim.text)
    return Decision(claim, "withheld", "claim.file", "Only a file of the visitor is cited, and it has other words.")


def _inexact(claim: Claim, sources: Sequence[Source]) -> str:
    """The first number of a claim that no source has exactly so: 2010 is not 2012, and €29.40 is not €29."""
    given = [value for one in sources for value in knowledge.values_in(one.whole)]
    numbers = {number for value in given for number in (value.low, value.high)}
    for value in knowledge.values_in(claim.text):
        if not value.key and value.bound != "about" and not {value.low, value.high} <= numbers | {0.0, 1.0}:
            return value.text
    return ""


def _translated(claim: Claim, sources: Sequence[Source]) -> Decision | None:
    """A claim in another language than its source: judged by the source's words it quotes. None if it is in the same.

    Weaker than the check of one language: the values are the same, the words are the model's. The quote is shown.
    """
    language = knowledge.language_of(claim.text)
    place = next((one for one in sources if _plain(claim.quote) in _plain(one.whole)), None)
    if place is None:
        return Decision(claim, "withheld", "claim.quoted", "The words it quotes do not stand in a cited source.")
    if language == place.language and language == knowledge.language_of(claim.quote):
        return None
    said, given = knowledge.values_in(claim.text), knowledge.values_in(claim.quote)
    for value in said:
        if not any(knowledge.disagree(value, other) is False or value.low == other.low for other in given):
            return Decision(claim, "withheld", "claim.value", f"The words it quotes do not hold “{value.text}”.")
    longer, shorter = max(len(claim.text), len(claim.quote)), min(len(claim.text), len(claim.quote))
    if longer > _LONGEST_RATIO * shorter:
        return Decision(claim, "withheld", "claim.quoted", "It says much more, or much less, than the words it quotes.")
    if len(said) < len(given):
        return Decision(claim, "withheld", "claim.quoted", "It leaves out values of the words it quotes.")
    return Decision(claim, "done", "claim.quoted", "A translation of words in the source.", quote=claim.quote)


def _plain(text: str) -> str:
    return re.sub(r"[\s*_`#>|]+", " ", text).strip().rstrip(".!?…").casefold()
