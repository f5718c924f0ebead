"""How people answer without a fact: yes and no, a choice, a refusal, a correction, a question of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradewind.modules.qualification.reading.spans import Language, Span

_YES: dict[Language, str] = {
    "en": r"yes|yeah|yep|yup|sure|of course|absolutely|definitely|certainly|correct|that['’]?s right|right|exactly|indeed|ok(?:ay)?|sounds good|i do|we do|i am|we are|we have|i have|true|please do|affirmative|y",
    "de": r"ja|jawohl|jep|klar|natürlich|sicher|genau|richtig|stimmt|korrekt|gerne?|selbstverständlich|auf jeden fall|haben wir|in ordnung",
    "es": r"sí|si|claro|por supuesto|correcto|exacto|desde luego|así es|vale|de acuerdo|efectivamente",
    "fr": r"oui|ouais|bien sûr|tout à fait|exactement|c['’]est ça|c['’]est exact|correct|d['’]accord|absolument|effectivement|volontiers",
}
_NO: dict[Language, str] = {
    "en": r"no|nope|nah|not yet|not really|not at all|never|i don['’]?t|we don['’]?t|i do not|we do not|not at the moment|i['’]m not|we['’]re not|we are not|i am not|we haven['’]?t|i haven['’]?t|no way|negative|wrong|incorrect|false|neither|none|n",
    "de": r"nein|nee|nö|noch nicht|nicht wirklich|gar nicht|nie|haben wir nicht|falsch|stimmt nicht|keine?n?",
    "es": r"no|todavía no|aún no|para nada|nunca|incorrecto|en absoluto|tampoco",
    "fr": r"non|pas encore|pas vraiment|pas du tout|jamais|faux|aucune?",
}
_REFUSED: dict[Language, str] = {
    "en": r"(?:i['’]?d|i would|we['’]?d|we would)?\s*(?:rather|prefer) not(?: to)?(?: (?:say|share|tell|answer|disclose|give|provide))?|(?:do not|don['’]?t) (?:want|wish|like|need) to (?:say|share|tell|answer|disclose|give|provide|talk about)|(?:not comfortable|uncomfortable) (?:sharing|giving|saying|with)|none of your (?:business|concern)|no comment|(?:can we |let['’]?s |please )?skip(?: (?:this|that|it|the question))?|(?:can['’]?t|cannot|can not|won['’]?t|will not|not (?:going|allowed|able) to) (?:say|share|tell|disclose|give|reveal)|that['’]?s (?:private|confidential|personal)|keep (?:that|it) (?:to myself|private)|i['’]?ll pass|pass on (?:that|this)|^pass\b|is (?:private|confidential)",
    "de": r"(?:möchte|will|mag|wollen|möchten) (?:ich |wir )?(?:(?:das|dazu|es|die|den|meine?|keine|nichts|hier|lieber|darüber|\w+) ){0,4}(?:nicht )?(?:sagen|verraten|angeben|teilen|preisgeben|beantworten|nennen)|lieber nicht|keine angaben?|geht (?:sie|euch|dich) nichts an|überspringen|(?:das )?ist (?:vertraulich|privat)|kein kommentar|darf ich nicht",
    "es": r"prefiero no(?: \w+)?|no (?:quiero|deseo|puedo) (?:decir\w*|compartir\w*|dar\w*|responder\w*|revelar\w*)|sin comentarios|no es asunto (?:suyo|tuyo)|(?:es |eso es )(?:confidencial|privado)|(?:saltar|sáltate|omitir)(?: (?:esta|esa|la) pregunta)?|mejor no",
    "fr": r"(?:je )?préfère(?:rais)? (?:ne pas|pas|éviter)(?: \w+)?|(?:je )?(?:ne )?(?:veux|souhaite|peux) pas (?:le |la |vous |en )?(?:dire|donner|partager|répondre|communiquer|révéler)|sans commentaire|ça ne vous regarde pas|c['’]est (?:confidentiel|privé|personnel)|(?:on )?pass(?:er|ons)(?: cette question)?|plutôt pas",
}
_UNKNOWN: dict[Language, str] = {
    "en": r"(?:i |we )?(?:really )?(?:do not|don['’]?t) know(?: yet)?|no idea|not sure(?: yet)?|no clue|(?:haven['’]?t|have not) (?:decided|thought about)|undecided|hard to say|i['’]?m not certain|dunno|(?:doesn['’]?t|does not|don['’]?t|do not) (?:matter|care)",
    "de": r"(?:das )?wei(?:ß|ss) (?:ich|wir)? ?(?:es |das )?(?:noch )?nicht|keine ahnung|(?:noch )?(?:nicht sicher|unklar|offen|unentschieden)|schwer zu sagen|egal",
    "es": r"no (?:lo )?(?:sé|se|sabemos)(?: todavía| aún)?|ni idea|no est(?:oy|amos) segur[oa]s?|aún no(?: lo)? (?:he|hemos) decidido|difícil de decir|me da igual",
    "fr": r"(?:je )?(?:ne )?sais pas(?: encore)?|aucune idée|pas (?:encore )?(?:sûr|certaine?|décidé)|difficile à dire|peu importe",
}
_STRONG: dict[Language, str] = {
    "en": r"i meant|i mean|meant to say|correction|my mistake|my bad|i misspoke|make (?:that|it)|change (?:that|it|my \w+|the \w+)(?: \w+)? to|that['’]?s wrong|that was wrong|is wrong|not \S+(?: \S+)?,? (?:but|it['’]?s)|instead of|rather than|should be|let me correct|typo|scratch that|wait,? no|no,? wait|oops|sorry,? (?:it['’]?s|that['’]?s|it is|we are|we['’]re|i['’]m|my|the)",
    "de": r"ich meinte|ich meine|gemeint war|korrektur|mein fehler|verschrieben|vertippt|vertan|ändern sie|nicht \S+,? sondern|statt|anstatt|das war falsch|ist falsch|moment,? nein|nein,? moment|nein,? doch|doch lieber|entschuldigung,? (?:es|das|wir)|muss \S+ heißen|quatsch",
    "es": r"quise decir|quería decir|me refería|corrección|me equivoqué|me he equivocado|no \S+,? sino|en (?:vez|lugar) de|mejor dicho|perdón,? (?:es|son|somos|mi)|cámbialo|espera,? no|está mal",
    "fr": r"je voulais dire|correction|je me suis trompée?|pas \S+,? mais|au lieu de|plutôt|pardon,? (?:c['’]est|nous|mon)|attendez,? non|c['’]est faux|erreur de ma part|mettez",
}
_WEAK: dict[Language, str] = {
    "en": r"^(?:no|sorry|actually|wait|hm+|oh)\b|\bactually\b",
    "de": r"^(?:nein|sorry|eigentlich|moment|ach|entschuldigung)\b|\beigentlich\b|\bdoch\b",
    "es": r"^(?:no|perdón|perdona|en realidad|espera)\b|\ben realidad\b",
    "fr": r"^(?:non|pardon|désolée?|en fait|attendez)\b|\ben fait\b",
}
_NOT: dict[Language, str] = {
    "en": r"not|instead of|rather than|isn['’]?t|wasn['’]?t|and not|from",
    "de": r"nicht|statt|anstatt|und nicht|kein\w*|von",
    "es": r"no|en vez de|en lugar de|y no|de",
    "fr": r"pas|au lieu de|et non|non pas|de",
}
_ASKS: dict[Language, str] = {
    "en": r"what|how|why|when|where|who|which|can (?:you|i|we)|could (?:you|i|we)|do you|does|is (?:it|there|this|that)|are (?:you|there)|will (?:you|it)|would (?:you|it)|may i|tell me",
    "de": r"was|wie|warum|wieso|weshalb|wann|wo|wer|welche\w*|können (?:sie|wir)|kann (?:ich|man)|gibt es|haben sie|ist (?:das|es)|sind sie",
    "es": r"qué|que|cómo|como|por qué|cuándo|dónde|quién|cuál|cuánto|puede[ns]?|hay|es posible|tienen?",
    "fr": r"que|quoi|qu['’]est|comment|pourquoi|quand|où|qui|quel\w*|combien|est-ce|pouvez|peut-on|avez-vous|y a-t-il",
}
_GREETING = re.compile(r"(?:hi|hello|hey|hallo|guten \w+|hola|buen[oa]s \w+|bonjour|salut|good (?:morning|afternoon|evening))(?: there)?[!.,\s]*", re.I)  # fmt: skip
_WORDS = re.compile(r"\w+")
_RANGE = re.compile(r"(?P<low>\d[\d.,]*)\s*(?:-|–|to|bis|a|à)\s*(?P<high>\d[\d.,]*)")
_FROM = re.compile(r"(?:(?:more than|over|über|mehr als|más de|plus de|ab|>)\s*(?P<over>\d[\d.,]*))|(?P<plus>\d[\d.,]*)\s*(?:\+|or more|oder mehr|o más|ou plus|and (?:more|up))", re.I)  # fmt: skip
_UNDER = re.compile(r"(?:less than|under|below|up to|fewer than|unter|weniger als|bis(?: zu)?|menos de|hasta|moins de|jusqu['’]à|<)\s*(?P<under>\d[\d.,]*)", re.I)  # fmt: skip
_PLACES: dict[Language, tuple[str, ...]] = {
    "en": ("first", "second", "third", "fourth", "fifth"), "de": ("erste", "zweite", "dritte", "vierte", "fünfte"),
    "es": ("primera", "segunda", "tercera", "cuarta", "quinta"), "fr": ("première", "deuxième", "troisième", "quatrième", "cinquième"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """Where something is said."""

    start: int
    end: int


def yes_or_no(text: str, language: Language) -> tuple[bool, Said] | None:
    """A yes or no, the earliest; “not yet” and the like count as no."""
    found: list[tuple[int, int, bool]] = []
    for spoken in dict.fromkeys((language, "en")):
        for answer, words in ((False, _NO[spoken]), (True, _YES[spoken])):
            match = re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.I)
            if match:
                found.append((match.start(), -match.end(), answer))
    if not found:
        return None
    start, end, answer = min(found)
    return answer, Said(start, -end)


def refusal(text: str, language: Language) -> Said | None:
    """“I'd rather not say”, “skip”, “I don't know”: where somebody will or can not answer."""
    for spoken in dict.fromkeys((language, "en")):
        match = re.search(rf"(?<!\w)(?:{_REFUSED[spoken]}|{_UNKNOWN[spoken]})(?!\w)", text, re.I)
        if match:
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            return Said(start, match.end())
    return None


def correction(text: str, language: Language) -> str | None:
    """`strong` for “I meant”, “not 10 but 12”; `weak` for “actually”, “no,”; None where nothing is put right."""
    for spoken in dict.fromkeys((language, "en")):
        if re.search(rf"(?<!\w)(?:{_STRONG[spoken]})(?!\w)", text, re.I):
            return "strong"
    for spoken in dict.fromkeys((language, "en")):
        if re.search(_WEAK[spoken], text.strip(), re.I):
            return "weak"
    return None


def is_denied(text: str, start: int, language: Language) -> bool:
    """Whether what begins at `start` is what is *not* meant: “not 10”, “instead of 10”, “from 10 to 12”."""
    before = text[max(0, start - 24) : start]
    return any(
        re.search(rf"(?<!\w)(?:{_NOT[spoken]})\s+(?:\w{{1,3}}\s+)?$", before, re.I)
        for spoken in dict.fromkeys((language, "en"))
    )


def asks_back(text: str, language: Language) -> bool:
    """Whether the visitor asks something: a question mark, or a first word that asks."""
    plain = _GREETING.sub("", text.strip(), count=1) if _GREETING.match(text.strip()) else text.strip()
    if plain.endswith("?"):
        return True
    return (
        any(re.match(rf"(?:{_ASKS[spoken]})\b", plain, re.I) for spoken in dict.fromkeys((language, "en")))
        and len(plain.split()) > 3
    )


def only_greeting(text: str) -> bool:
    """Whether a message greets and says nothing else."""
    return _GREETING.fullmatch(text.strip()) is not None


def chosen(
    text: str, options: Mapping[str, Sequence[str]], language: Language, *, asked: bool, numbers: Sequence[Span]
) -> tuple[str, Said] | None:
    """Which option (by key) a message names by one of its words; the longest words win, a tie of two decides nothing.

    An option asked for may also be told by its place, or by a number that lies in its range (“25” for “11–50”).
    """
    hits: dict[str, Said] = {}
    for key, words in options.items():
        for word in words:
            least = 1 if asked else 5
            if len(word) < least:
                continue
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I):
                held = hits.get(key)
                if not is_denied(text, match.start(), language) and (held is None or len(word) > held.end - held.start):
                    hits[key] = Said(match.start(), match.end())
    if hits:
        ranked = sorted(hits.items(), key=lambda hit: hit[1].start - hit[1].end)
        (best, said), *others = ranked
        length = said.end - said.start
        clear = all(length > other.end - other.start for _, other in others)
        return (best, said) if clear else None
    if not asked:
        return None
    for span in numbers:
        for key, words in options.items():
            if any(_in_range(word, float(span.value)) for word in words):
                return key, Said(span.start, span.end)
    return _by_place(text, list(options), language)


def _by_place(text: str, keys: Sequence[str], language: Language) -> tuple[str, Said] | None:
    for place, word in enumerate(_PLACES[language][: len(keys)]):
        match = re.search(rf"(?<!\w){word}(?!\w)", text, re.I)
        if match and len(text.split()) <= 6:
            return keys[place], Said(match.start(), match.end())
    match = re.fullmatch(r"\s*(?:option|number|nummer|nr\.?|opción|numéro|#)?\s*(\d)[.)]?\s*", text, re.I)
    if match and 1 <= int(match[1]) <= len(keys):
        return keys[int(match[1]) - 1], Said(match.start(1), match.end(1))
    return None


def _in_range(words: str, value: float) -> bool:
    def number(part: str) -> float:
        return float(re.sub(r"[.,](?=\d{3})", "", part).replace(",", ".").rstrip("."))

    match = _RANGE.search(words)
    if match:
        return number(match["low"]) <= value <= number(match["high"])
    match = _FROM.search(words)
    if match:
        return value > number(match["over"]) if match["over"] else value >= number(match["plus"])
    match = _UNDER.search(words)
    return match is not None and value < number(match["under"])
