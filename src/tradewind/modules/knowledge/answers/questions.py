"""What a question asks for: its language, the kind of thing that answers it, or that it is no question at all."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tradewind.modules.knowledge.answers.words import folded, language_of, terms, words

Want = Literal["price", "number", "duration", "date", "time", "place", "person", "contact", "steps", "yes_no", "reason"]
SmallTalk = Literal["greeting", "thanks", "goodbye", "identity", "help"]

_WANT_PATTERNS: dict[Want, str] = {
    "price": r"how much (?:is|are|does|do|would|for|will)|prices?|pricing|costs?|fees?|charges?|expensive|was kostet"
    r"|kosten|preise?|cuanto cuesta|precio|combien coute|prix|tarif|quanto costa|prezzo",
    "duration": r"how long|how (?:fast|quickly|soon)|wie lange|wie schnell|cuanto tiempo|cuanto tarda|combien de temps",
    "time": r"what time|opening (?:hours|times)|open (?:on|until|till)|when (?:are you|do you) (?:open|close)"
    r"|offnungszeiten|um wie viel uhr|horarios?|horaires",
    "number": r"how many|how much|number of|what percentage|wie ?viele?|cuant[oa]s|combien",
    "date": r"when|what (?:date|day|year|month)|which (?:date|day|year|month)|deadline|wann|cuando|quand",
    "contact": r"contact|reach|phone number|telephone|e-?mail|call you|kontakt|telefon|contacto|contacter",
    "place": r"where|which (?:city|country|place)|what (?:city|country|place)|address|located|location|wo|donde|ou se",
    "person": r"who|whom|whose|wer|wem|quien|qui est",
    "steps": r"how (?:do|can|should|to|would|does one)|steps? to|what steps|way to|instructions|wie (?:kann|mache"
    r"|geht|richte)|como (?:puedo|hago)|comment",
    "reason": r"why|what for|reason|warum|wieso|por que|pourquoi",
}
_WANTS: dict[Want, re.Pattern[str]] = {
    want: re.compile(rf"\b(?:{pattern})\b") for want, pattern in _WANT_PATTERNS.items()
}
_YES_NO = re.compile(
    r"^(?:and |so |but |hi,? |hello,? |please,? )?(?:do|does|did|is|are|was|were|can|could|will|would|should|may|has"
    r"|have|am|kann|konnen|ist|sind|gibt|haben|hat|puedo|puede|es|hay|est-ce|peut|puis)\b"
)
_TALK: tuple[tuple[SmallTalk, str], ...] = (
    (
        "greeting",
        r"(hi|hiya|hey|hello|good (morning|afternoon|evening|day)|howdy|greetings|hallo|guten (tag|morgen|abend)|moin"
        r"|servus|gruss gott|hola|buen(os|as) (dias|tardes|noches)|bonjour|bonsoir|salut|ciao|ola|hoi)"
        r"( there| all| team| everyone| zusammen)?",
    ),
    (
        "greeting",
        r"((hi|hey|hello),? )?(how are you( doing)?( today)?|how is it going|what's up|wie geht('?s| es (dir|ihnen))"
        r"|que tal|ca va)",
    ),
    (
        "thanks",
        r"(many |ok |okay |great |perfect )?(thanks|thank you|thx|cheers|danke(schon)?|vielen dank|gracias|merci|grazie"
        r"|obrigad[oa])( so much| a lot| very much| for (your|the) help| beaucoup| schon)?",
    ),
    (
        "goodbye",
        r"(good ?bye|bye|bye bye|see you|tschuss|auf wiedersehen|adios|hasta luego|au revoir|have a (nice|good) day)"
        r"( later| soon)?",
    ),
    (
        "identity",
        r"(who|what) are you|are you (a |an )?(human|robot|bot|person|real|ai|machine)( person)?"
        r"|am i (talking|speaking|chatting) (to|with) (a |an )?(human|robot|bot|person|ai|machine)"
        r"|(wer|was) bist du|bist du (ein )?(mensch|bot|roboter)|quien eres|qui es-?tu",
    ),
    (
        "help",
        r"(what can you do|help|can you help( me)?|i need (some )?help|what can i ask( you)?|hilfe|ayuda|aide)",
    ),
)
_TALKS: list[tuple[SmallTalk, re.Pattern[str]]] = [(kind, re.compile(rf"(?:{pattern})\W*")) for kind, pattern in _TALK]


@dataclass(frozen=True, slots=True)
class Question:
    """A question read. `wants` are the kinds of thing it may ask for; `terms` its words that carry meaning."""

    text: str
    language: str
    wants: frozenset[Want]
    terms: tuple[str, ...]
    small_talk: SmallTalk | None = None


@lru_cache(maxsize=2_000)
def read_question(text: str) -> Question:
    """Read a question as somebody typed it."""
    plain = re.sub(r"\s+", " ", folded(text)).strip()
    language = language_of(text)
    for kind, pattern in _TALKS:
        if pattern.fullmatch(plain):
            return Question(text, _language_of_talk(plain, language), frozenset(), (), kind)
    wants: set[Want] = {want for want, pattern in _WANTS.items() if pattern.search(plain)}
    if {"price", "duration"} & wants:
        wants.discard("number")
    if "time" in wants:
        wants.discard("date")
    if _YES_NO.match(plain):
        wants.add("yes_no")
    return Question(text, language, frozenset(wants), tuple(dict.fromkeys(terms(text))))


_TALK_LANGUAGES = {
    "de": {"hallo", "guten", "moin", "servus", "danke", "dankeschon", "vielen", "tschuss", "hilfe", "bist", "wie"},
    "es": {"hola", "buenos", "buenas", "gracias", "adios", "hasta", "quien", "ayuda", "que"},
    "fr": {"bonjour", "bonsoir", "salut", "merci", "revoir", "qui", "aide", "ca"},
}


def _language_of_talk(plain: str, detected: str) -> str:
    first = set(words(plain)[:2])
    return next((code for code, known in _TALK_LANGUAGES.items() if first & known), detected)
