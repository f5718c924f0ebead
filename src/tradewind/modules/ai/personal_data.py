"""Where personal data stands in a text: found by form, and by checksum wherever the kind of data has one.

False alarms cost little, since what is replaced comes back in the answer; they are still kept rare, because a model
understands a text less with every placeholder in it.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import phonenumbers

from tradewind.modules.ai.national_ids import find_national_ids, luhn

PersonalKind = Literal["email", "card", "iban", "national_id", "ip", "phone", "address", "person"]
PERSONAL_KINDS: tuple[PersonalKind, ...] = get_args(PersonalKind)
"""All kinds. Where two claim the same characters, the earlier one wins."""

Spans = Iterator[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of the people in a text.

    `names` are full names as stored; `region` is the ISO 3166 country of telephone numbers without a country code.
    """

    names: tuple[str, ...] = ()
    region: str | None = None


_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_CARD = re.compile(r"(?<![\d.,-])(?:[3-6]\d|2[2-7])\d{2}(?:[ -]?\d){9,15}(?![\d-]|[.,]\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![a-z])")
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\d)", re.ASCII)
_VERSION_BEFORE = re.compile(r"(?i)(?:\bv|\bversion|\brelease|\bfirmware|\bbuild|§|\bsection|\bchapter)[\s:.]*$")

_PHONE = re.compile(r"(?<![\w.,+/-])(?:\+|\(\+?)?\d[\d \u00a0().\-/‑–]{5,20}\d(?![\w]|[.,:]\d)")
_PHONE_CUE = re.compile(
    r"(?i)(?:phone|tele|\btel\b|\btél|call|mobile|\bcell|\bfax|whats ?app|\bsms|\btext me|\bring\b|handy|mobil|"
    r"anruf|erreich|rufnummer|durchwahl|appel|portable|llám|móvil|teléfono|chiam|cellulare|\bbel\b|\bbellen|"
    r"ligar|ligue|telemóvel|celular|numara|телефон|电话|電話|☎|📞)[^\d\n]{0,24}$"
)
_DATE = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?!\d)")
# Written with a trunk prefix, an area code in brackets, or grouped as where there is none.
_LOOKS_DIALLED = re.compile(r"0\d{1,4}[ \u00a0/.-]|\(\d|\d{3}[-. ]\d{3}[-. ]\d{4}$|\d{3} \d{2} \d{2} \d{2}$")
_COUNTRY_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL")

_NAME_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]{1,40}"
# Streets are found by the word that says so; what belongs to them is looked for on its other side alone, so that long
# runs of capitals and digits cost no more than other text.
_ENGLISH_STREET = re.compile(
    r"\s(?:Street|Avenue|Road|Lane|Drive|Boulevard|Crescent|Terrace|Close|Court|Highway|Parkway|"
    r"(?:St|Ave|Rd|Ln|Blvd)\b\.?)(?!\w)"
)
_BEFORE_ENGLISH_STREET = re.compile(rf"(?<![\w.,-])\d{{1,5}}[A-Za-z]?(?:\s{_NAME_WORD}){{1,3}}$")
_STREET_NUMBER = re.compile(
    r"(?:(?:(?:stra(?:ß|ss)e|gasse|allee|damm|str\.|weg|platz)(?=\s)|(?:straat|gracht|plein|kade|laan)(?=\s))"
    r"\s\d{1,4}(?:[\s-]?[a-z])?|(?:Straße|Strasse|Allee|Str\.)\s\d{1,4}(?:\s?[a-z])?)(?!\w)"
)
_BEFORE_STREET_NUMBER = re.compile(r"(?<!\w)(?:[A-ZÄÖÜ][a-zäöüß]{1,20}(?:\s|-))?[A-ZÄÖÜ][\w-]{0,40}(?<=\w)\s?$")
_ROMANCE_STREET = re.compile(
    rf"(?<![\w.,-])\d{{1,4}}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|place|chemin|impasse|allée|quai)"
    rf"(?:\s(?:de|du|des|la|le|les|à|au|aux)|\s[dl]['’]){{0,3}}\s?{_NAME_WORD}(?:[\s-]{_NAME_WORD}){{0,3}}|"
    r"(?<!\w)(?:Calle|C/|Avenida|Avda\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua)"
    rf"(?:\s(?:de|del|della|dei|di|la|las|los|da|do)){{0,3}}\s{_NAME_WORD}"
    rf"(?:(?:\s(?:de|del|della|di|la)){{0,2}}\s{_NAME_WORD}){{0,2}},?\s(?:n\.?º?\s?)?\d{{1,4}}(?!\w|[.,]\d)"
)
# Searching for plain words first spares most texts the patterns.
_STREETS = (
    (
        (" street", " avenue", " road", " lane", " drive", " boulevard", " crescent", " terrace", " close", " court",
         " highway", " parkway", " st", " ave", " rd", " ln", " blvd"),
        _ENGLISH_STREET, _BEFORE_ENGLISH_STREET,
    ),
    (
        ("strasse", "str. ", "gasse ", "allee ", "damm ", "weg ", "platz ", "straat ", "gracht ", "plein ", "kade ",
         "laan "),
        _STREET_NUMBER, _BEFORE_STREET_NUMBER,
    ),
)  # fmt: skip
_ROMANCE_WORDS = (
    " rue ", " avenue ", " boulevard ", " place ", " chemin ", " impasse ", " allée ", " quai ", "calle ", "c/ ",
    "avenida ", "avda. ", "plaza ", "paseo ", "via ", "viale ", "piazza ", "corso ", "rua ",
)  # fmt: skip
_INTRODUCTIONS = (
    "my name is", "my name's", "the name is", "mein name ist", "ich heiße", "ich heisse", "je m'appelle",
    "je m’appelle", "mon nom est", "me llamo", "mi nombre es", "mi chiamo", "il mio nome è", "meu nome é", "me chamo",
    "chamo-me", "mijn naam is", "ik heet", "nazywam się", "mam na imię", "jag heter", "mitt namn är", "jeg hedder",
    "jeg heter", "benim adım",
)  # fmt: skip
_INTRODUCTION = re.compile(
    rf"\b(?i:{'|'.join(map(re.escape, _INTRODUCTIONS))})\s+"
    rf"(?P<n>{_NAME_WORD}(?:\s(?:(?:van|von|de|der|den|del|di|da|la|le)\s){{0,2}}{_NAME_WORD}){{0,2}})"
)
_FOLDED_INTRODUCTIONS = tuple({words.casefold() for words in _INTRODUCTIONS})
# First and last names that are also words: alone they say nothing about a person.
_WORDS = frozenset(
    [
        "will",
        "may",
        "mark",
        "bill",
        "rose",
        "grace",
        "hope",
        "faith",
        "joy",
        "april",
        "june",
        "august",
        "summer",
        "art",
        "chance",
        "chase",
        "drew",
        "frank",
        "grant",
        "guy",
        "jack",
        "max",
        "miles",
        "pat",
        "rich",
        "rob",
        "sue",
        "wade",
        "king",
        "price",
        "young",
        "long",
        "short",
        "green",
        "white",
        "black",
        "brown",
        "gray",
        "grey",
        "day",
        "page",
        "post",
        "field",
        "banks",
        "bush",
        "cook",
        "baker",
        "carter",
        "fisher",
        "hunter",
        "mason",
        "miller",
        "smith",
        "taylor",
        "turner",
        "walker",
        "ward",
        "wood",
        "woods",
        "stone",
        "hill",
        "lake",
        "rivers",
        "case",
        "cash",
        "cross",
        "dean",
        "early",
        "english",
        "french",
        "german",
        "good",
        "gold",
        "hand",
        "hart",
        "home",
        "house",
        "hunt",
        "lamb",
        "law",
        "little",
        "love",
        "major",
        "may",
        "mercy",
        "miracle",
        "moon",
        "myers",
        "nice",
        "noble",
        "park",
        "parks",
        "penny",
        "power",
        "read",
        "reed",
        "rush",
        "sage",
        "salt",
        "sharp",
        "small",
        "snow",
        "sparks",
        "star",
        "storm",
        "street",
        "swift",
        "temple",
        "tidy",
        "true",
        "van",
        "von",
        "vogel",
        "wild",
        "winter",
        "wise",
        "wolf",
        "worth",
        "york",
        "kurz",
        "lang",
        "klein",
        "gross",
        "groß",
        "schwarz",
        "weiss",
        "weiß",
        "braun",
        "neu",
        "neumann",
        "alt",
        "herr",
        "frau",
        "bauer",
        "bach",
        "berg",
        "stein",
        "wald",
        "sommer",
        "ernst",
        "the",
        "and",
        "del",
        "der",
        "den",
        "das",
        "les",
        "une",
        "los",
        "las",
        "una",
        "per",
        "son",
        "est",
        "con",
        "chen",
        "from",
        "for",
        "you",
        "your",
        "not",
    ]
)


def _emails(text: str, known: Known) -> Spans:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield match.span()


def _cards(text: str, known: Known) -> Spans:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits):
            yield match.span()


def _ibans(text: str, known: Known) -> Spans:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2])
        if length is None:
            continue
        # The form cannot see where the number ends and the next word in capitals begins; its length can.
        end, taken = match.start(), 0
        while taken < length and end < match.end():
            taken += text[end] != " "
            end += 1
        number = text[match.start() : end].replace(" ", "")
        rest = text[end : match.end()]
        if len(number) == length and not rest[:1].isalnum():
            moved = "".join(str(int(one, 36)) for one in number[4:] + number[:4])
            if int(moved) % 97 == 1:
                yield match.start(), end


def _national_ids(text: str, known: Known) -> Spans:
    return find_national_ids(text)


def _addresses_of_machines(text: str, known: Known) -> Spans:
    for pattern, likely in ((_IPV4, text.count(".") > 2), (_IPV6, text.count(":") > 2)):
        for match in pattern.finditer(text) if likely else ():
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                continue
            # 12:30::15 would be an address too.
            whole = address.version == 4 or match[0].count(":") > 4 or re.search("[A-Fa-f]", match[0])
            if whole and not _VERSION_BEFORE.search(text[max(0, match.start() - 16) : match.start()]):
                yield match.span()


def _phones(text: str, known: Known) -> Spans:
    for match in _PHONE.finditer(text):
        candidate = match[0].strip()
        digits = sum(character.isdigit() for character in candidate)
        if not 7 <= digits <= 15 or _DATE.search(candidate):
            continue
        international = candidate.lstrip("(").startswith(("+", "00"))
        if not international and not _LOOKS_DIALLED.match(candidate):
            before = text[max(0, match.start() - 40) : match.start()]
            if not _PHONE_CUE.search(before):
                continue
        if _is_phone(candidate, known.region, international=international):
            yield match.start(), match.start() + len(candidate)


@lru_cache(maxsize=4096)
def _is_phone(candidate: str, region: str | None, *, international: bool) -> bool:
    if international:
        number = re.sub(r"^\(?00", "+", candidate)
        regions: Sequence[str | None] = (None,)
    else:
        number = candidate
        regions = (region,) if region else _COUNTRY_REGIONS
    for one in regions:
        try:
            parsed = phonenumbers.parse(number, one)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return True
    return False


def _streets(text: str, known: Known) -> Spans:
    folded = text.casefold()
    for words, anchor, before in _STREETS:
        for match in anchor.finditer(text) if any(word in folded for word in words) else ():
            start = max(0, match.start() - 140)
            begun = before.search(text[start : match.start()])
            if begun:
                yield start + begun.start(), match.end()
    if any(word in folded for word in _ROMANCE_WORDS):
        for match in _ROMANCE_STREET.finditer(text):
            yield match.span()


def _persons(text: str, known: Known) -> Spans:
    names = list(known.names)
    folded = text.casefold()
    if any(words in folded for words in _FOLDED_INTRODUCTIONS):
        for match in _INTRODUCTION.finditer(text):
            names.append(match["n"])
            yield match.span("n")
    if names and (pattern := _name_pattern(tuple(names))):
        for match in pattern.finditer(text):
            yield match.span()


@lru_cache(maxsize=256)
def _name_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """One pattern for whole names, longest first, and for their parts that are no ordinary words."""
    parts: set[str] = set()
    for name in names:
        words = name.split()
        if len(words) > 1:
            parts.add(r"\s+".join(re.escape(word) for word in words))
        parts.update(re.escape(word) for word in words if len(word) > 2 and word.casefold() not in _WORDS)
    if not parts:
        return None
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(sorted(parts, key=lambda one: (-len(one), one)))})(?!\w)")


_FINDERS: dict[PersonalKind, Callable[[str, Known], Spans]] = {
    "email": _emails,
    "card": _cards,
    "iban": _ibans,
    "national_id": _national_ids,
    "ip": _addresses_of_machines,
    "phone": _phones,
    "address": _streets,
    "person": _persons,
}


def find_personal_data(
    text: str, known: Known, kinds: Sequence[PersonalKind] = PERSONAL_KINDS
) -> list[tuple[int, int, PersonalKind]]:
    """(start, end, kind) of what was found, in order of place, none overlapping another."""
    found: list[tuple[int, int, PersonalKind]] = []
    taken = bytearray(len(text))
    for kind in PERSONAL_KINDS:
        if kind in kinds:
            for start, end in _FINDERS[kind](text, known):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\x01" * (end - start)
                    found.append((start, end, kind))
    return sorted(found)
