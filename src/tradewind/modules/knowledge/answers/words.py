"""Words of questions and passages: folded, stemmed, without the ones that say nothing; which language they are in."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
DEFAULT_LANGUAGE = "en"

_LISTS = (Path(__file__).parent / "function_words.tsv").read_text(encoding="utf-8").splitlines()
_STOP = {code: frozenset(listed.split()) for code, _, listed in (line.partition("\t") for line in _LISTS)}
_ALL_STOP = frozenset[str]().union(*_STOP.values())
# Different words for one thing in the texts of firms; what they have in common is what is compared.
_SAME = {
    "price": "price", "prices": "price", "cost": "price", "costs": "price", "fee": "price", "fees": "price",
    "charge": "price", "charges": "price", "charged": "price", "pricing": "price", "priced": "price", "rate": "price",
    "rates": "price", "tariff": "price",
    "monthly": "month", "yearly": "year", "annual": "year", "annually": "year", "weekly": "week", "daily": "day",
    "hourly": "hour", "telephone": "phone", "mobile": "phone", "mail": "email", "e-mail": "email",
    "opening": "open", "opened": "open", "opens": "open", "delivery": "deliver", "shipping": "deliver",
    "shipped": "deliver", "ship": "deliver", "refunds": "refund", "refunded": "refund", "refundable": "refund",
    "reimbursement": "refund", "cancellation": "cancel", "cancelled": "cancel", "cancelling": "cancel",
    "subscription": "plan", "subscriptions": "plan", "package": "plan",
}  # fmt: skip
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "edly", "ed", "es", "ly", "s")


def folded(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word without the endings of English grammar; words for the same thing become one."""
    if word in _SAME:
        return _SAME[word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "s" and word.endswith("ss"):
                continue
            base = word[: -len(ending)] + ("y" if ending == "ies" else "")
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls" and ending in ("ing", "ed"):
                base = base[:-1]
            return _SAME.get(base, base[:-1] if base.endswith("e") and len(base) > 4 else base)
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


_STOP_FOLDED = frozenset(folded(word) for word in _ALL_STOP)


def words(text: str) -> list[str]:
    """All words of a text, folded, in order."""
    return [match.group().replace("’", "'").removesuffix("'s") for match in _WORD.finditer(folded(text))]


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, with repetitions."""
    return [stem(word) for word in words(text) if word not in _STOP_FOLDED and (len(word) > 1 or word.isdigit())]


def language_of(text: str) -> str:
    """The language of a short text by its function words: one of LANGUAGES, English where nothing speaks for one."""
    found = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
    scores = {code: sum(word in known for word in found) for code, known in _STOP.items()}
    best = max(scores.values(), default=0)
    if not best or scores[DEFAULT_LANGUAGE] == best:
        return DEFAULT_LANGUAGE
    return max(LANGUAGES, key=lambda code: scores[code])
