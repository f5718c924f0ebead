"""E-mail addresses and phone numbers."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from tradewind.modules.leads import api as leads
from tradewind.modules.qualification.reading.spans import Language, Span

_EMAIL = re.compile(r"(?<![\w.+%-])(?:mailto:)?([^\W_][\w.+%'-]{0,63}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24})(?![\w-])")
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+%-])(?P<user>[a-z0-9][\w+%-]*(?:(?:\s?\.\s?|\s+(?:dot|punkt|punto|point)\s+)[\w+%-]+){0,3})"
    r"\s*(?:\s(?:at|ät|arroba|arobase)\s|\s?[(\[]\s?at\s?[)\]]\s?)\s*"
    r"(?P<host>[\w-]+(?:(?:\s?\.\s?|\s+(?:dot|punkt|punto|point)\s+|\s?[(\[]\s?dot\s?[)\]]\s?)[\w-]+){0,3}"
    r"(?:\.|\s?\.\s?|\s+(?:dot|punkt|punto|point)\s+|\s?[(\[]\s?dot\s?[)\]]\s?)(?:com|org|net|io|ai|co|de|eu|fr|es|at|ch|uk|us|info|biz|app|dev))\b",
    re.I,
)
_DOT = re.compile(r"\s*(?:\.|\b(?:dot|punkt|punto|point)\b|[(\[]\s?dot\s?[)\]])\s*", re.I)
_REGION_OF: dict[Language, tuple[str, ...]] = {
    "en": ("US", "GB"), "de": ("DE", "AT", "CH"), "es": ("ES", "MX"), "fr": ("FR", "BE", "CH"),
}  # fmt: skip
_ABOUT_PHONES = re.compile(
    r"\b(?:phone|mobile|cell|call|number|whats\s?app|text me|reach me|telefon|handy|mobil|nummer|anruf\w*|erreich\w*"
    r"|teléfono|telefono|móvil|movil|celular|número|llám\w*|téléphone|telephone|portable|numéro|appel\w*|joindre|fax|tel)\b",
    re.I,
)
_NOT_PHONES = re.compile(
    r"\b(?:order|invoice|ticket|account|tracking|customer|bestell\w*|rechnung\w*|pedido|factura|commande|facture|zip"
    r"|postal|iban|vat)\b[\s\w#:.]{0,15}$",
    re.I,
)


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, written and spelled out (“anna at acme dot com”)."""
    written = False
    for match in _EMAIL.finditer(text):
        key = leads.email_key(match[1])
        if key is not None:
            written = True
            yield Span("email", match.start(1), match.end(1), key)
    if written:
        return
    for match in _SPOKEN_EMAIL.finditer(text):
        key = leads.email_key(f"{_DOT.sub('.', match['user'])}@{_DOT.sub('.', match['host'])}")
        if key is not None:
            # “Looking at example.com” reads alike: a single plain word before “at” is a guess.
            clear = (
                bool(_DOT.search(match["host"].strip())) and " at " not in match.group().lower()
            ) or "dot" in match.group().lower()
            yield Span("email", match.start(), match.end(), key, clear)


def phones(text: str, language: Language, *, region: str | None, asked: bool) -> Iterator[Span]:
    """Phone numbers as E.164. Bare digits count where phones are spoken of, or were asked for."""
    if sum(letter.isdigit() for letter in text) < 6:
        return
    seen: list[tuple[int, int]] = []
    spoken = asked or _ABOUT_PHONES.search(text) is not None
    countries = [region, *_REGION_OF[language]] if region else list(_REGION_OF[language])
    for country in dict.fromkeys(countries):
        for match in PhoneNumberMatcher(text, country, leniency=Leniency.VALID):
            if any(match.start < end and start < match.end for start, end in seen):
                continue
            plain = match.raw_string.isdigit() or re.fullmatch(r"[\d.,]+", match.raw_string) is not None
            if (plain and not spoken) or _NOT_PHONES.search(text, 0, match.start):
                continue
            seen.append((match.start, match.end))
            yield Span(
                "phone", match.start, match.end, phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
            )
    if asked and not seen:
        for match in PhoneNumberMatcher(text, region or _REGION_OF[language][0], leniency=Leniency.POSSIBLE):
            value = phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
            yield Span("phone", match.start, match.end, value, certain=False)
