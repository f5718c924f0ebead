"""Names of people, companies and places, found by how people introduce them."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

from tradewind.modules.qualification.reading.phrases import any_of, spoken
from tradewind.modules.qualification.reading.spans import Language, Span

# A capitalised word; particles may stand between (“Anna van der Berg”).
_UPPER = "".join(letter for letter in map(chr, range(0x41, 0x530)) if letter.isupper())
_CAP = rf"(?:[{_UPPER}][\w'’&.-]*[\w&]|[{_UPPER}]\.?)"
# “Ursula von der Leyen”; after two names, “von der” leads to a company.
_PERSON = (
    rf"{_CAP}(?:(?:\s+(?:van|von|de|del|der|den|la|le|di|da|el|al|bin))+\s+{_CAP}(?:\s+{_CAP})?|(?:\s+{_CAP}){{0,3}})"
)
_TITLE = r"(?:(?:(?i:mr|mrs|ms|miss|dr|prof|herr|frau|señora?|monsieur|madame|mme)\b\.?)\s+)?"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOT_A_NAME = _words("""
    I A The This That It Yes No Not Just Looking Interested Sorry Calling Writing Here Based From Working Trying
    Ok Okay Sure Fine Good Great Thanks Thank Please Hello Hi Hey Hallo Hola Bonjour Salut Guten Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October
    November December CEO CTO CFO COO CMO VP Head Director Manager Founder Owner Geschäftsführer Geschäftsführerin
    Ja Nein Sí Si Oui Non We They He She You My Your Our What When Where How Why Who Actually Well So And But Or
    Also Then Is Are Can Could Would Do Does Ich Wir Sie Es Ein Eine Nous Vous Je Il Elle Yo El La Los Las Nosotros
    Leiter Leiterin Inhaber Inhaberin Kunde Interessiert Gerne Directeur Directrice Gérant Directora
    Anything Something Nothing Somebody Someone Nobody Very Really Maybe Perhaps Probably Yeah Yep Nope Any Some
    One Two Three Four Five Six Seven Eight Nine Ten Book Find Get Give Make Show Tell Need Want Let
""")
_LEGAL = (
    r"(?:Inc|LLC|Ltd|Limited|GmbH(?:\s*&\s*Co\.?\s*KG)?|AG|KG|OHG|UG|SE|e\.?V|SA|S\.A|SAS|SARL|S\.L|SL|SLU|BV|B\.V|NV"
    r"|Corp|Corporation|Company|Co|PLC|plc|LLP|Pty|AB|Oy|AS|A/S|ApS|SpA|S\.p\.A|Srl|Group|Holding)\b\.?"
)
_COMPANY = rf"{_CAP}(?:\s+(?:(?:&|and|of|und|y|et|de|del|des|du|la|for)\s+)?{_CAP}){{0,4}}"
_WITH_LEGAL = re.compile(rf"\b(?P<name>{_COMPANY}(?:,)?\s+{_LEGAL})")
_FROM_COMPANY: dict[str, str] = {
    "en": r"\s*,?\s+(?:from|at|of|with)\s+",
    "de": r"\s*,?\s+(?:von|bei|aus)\s+(?:der\s+)?",
    "es": r"\s*,?\s+de\s+",
    "fr": r"\s*,?\s+(?:de|chez)\s+",
}
_PLACE = (
    rf"{_CAP}(?:[\s-]+(?:(?:de|del|la|of|sur|am|an\s+der)[\s-]+)?{_CAP}){{0,2}}"
    rf"(?:,\s*(?:[A-Z]{{2}}\b|{_CAP}(?:\s+{_CAP})?))?"
)
_ARTICLE = r"(?:(?i:the|a|der|die|la|las|le|los|el)\s+)?"


def people(text: str, language: Language) -> Iterator[Span]:
    """Who introduces themselves; with “from Acme” the company as well."""
    for each in spoken(language):
        pattern = _name_pattern(each)
        for match in pattern.finditer(text):
            start, end = _trimmed(text, match.start("name"), match.end("name"))
            if start < end:
                yield Span("name", start, end, text[start:end])
                company = re.compile(rf"{_FROM_COMPANY[each]}(?P<name>{_COMPANY}(?:\s+{_LEGAL})?)").match(text, end)
                if company is not None and not _is_known_place(company["name"], language):
                    yield Span("company", company.start("name"), company.end("name"), company["name"])
    match = re.match(
        rf"(?:(?i:hi|hello|hey|hallo|hola|bonjour)[,!.]?\s+)?(?P<name>{_PERSON})\s+(?i:here|hier|por aquí|ici)\b", text
    )
    if match is not None and match["name"].split()[0] not in _NOT_A_NAME:
        yield Span("name", match.start("name"), match.end("name"), match["name"])


def companies(text: str, language: Language) -> Iterator[Span]:
    """Companies by their legal form, and those people say they work for."""
    for match in _WITH_LEGAL.finditer(text):
        start, end = _trimmed(text, match.start("name"), match.end("name"))
        if start < end:
            yield Span("company", start, end, text[start:end])
    for each in spoken(language):
        for match in _company_pattern(each).finditer(text):
            start, end = _trimmed(text, match.start("name"), match.end("name"))
            if start < end:
                yield Span("company", start, end, text[start:end])


def places(text: str, language: Language) -> Iterator[Span]:
    """Cities, regions and countries: known ones anywhere, others after “in”, “from”, “based in”."""
    for match in _known_pattern(language).finditer(text):
        yield Span("place", match.start(), match.end(), match.group())
    for each in spoken(language):
        for match in _place_pattern(each).finditer(text):
            start, end = match.span("name")
            if text[start:end].split()[0].rstrip(".,") not in _NOT_A_NAME:
                yield Span("place", start, end, text[start:end], certain=False)


@cache
def _name_pattern(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?i:{any_of('says_name', language)})\s+{_TITLE}(?P<name>{_PERSON})(?!\w)")


@cache
def _company_pattern(language: Language) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?i:{any_of('says_company', language)})\s+{_ARTICLE}(?P<name>{_COMPANY}(?:,?\s+{_LEGAL})?)"
    )


@cache
def _place_pattern(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?i:{any_of('says_place', language)})\s+{_ARTICLE}(?P<name>{_PLACE})(?!\w)")


@cache
def _known(language: Language) -> frozenset[str]:
    """Countries by name, and the cities that time zones are named after."""
    found: set[str] = set()
    for code in {language, "en"}:
        locale = Locale(code)
        found |= {
            name for key, name in locale.territories.items() if len(key) == 2 and key not in ("EU", "EZ", "UN", "ZZ")
        }
        found |= {str(zone["city"]) for zone in locale.time_zones.values() if "city" in zone}
    found |= {"USA", "UK", "U.S.", "U.K.", "NYC", "SF", "LA"}
    return frozenset(name for name in found if len(name) > 1 and name[0].isupper() and "(" not in name)


@cache
def _known_pattern(language: Language) -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in sorted(_known(language), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)")


def _is_known_place(text: str, language: Language) -> bool:
    return text in _known(language)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without words that begin or end no name; empty where the first word is none."""
    words = list(re.finditer(r"\S+", text[start:end]))
    if not words or words[0].group().strip(".,!") in _NOT_A_NAME:
        return start, start
    kept = []
    for word in words:
        if word.group().strip(".,!") in _NOT_A_NAME:
            break
        kept.append(word)
    last = start + kept[-1].end()
    while last > start and text[last - 1] in ",.!?;:" and not re.search(r"\.\w\.$", text[start:last]):
        last -= 1
    return start, last
