"""The normal forms leads are compared by: e-mail, phone, country, company and name."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import phonenumbers
from nameparser import HumanName

from tradewind.kernel.addresses import normal_email as normal_email

_PHONE_NOISE = str.maketrans("", "", " \t\u00a0-–.()/'\u200e\u202a\u202c")
_EXTENSION = re.compile(r"(?:ext|extension|x|#|;ext=)\.?\s*(\d{1,7})$", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEGAL_FORMS = _words("""
    inc incorporated llc ltd limited gmbh ag kg ohg ug se sa sas sarl srl spa bv nv oy oyj ab as aps plc
    corp corporation co company pty pte kk llp lp sl slu lda ltda eurl sp zoo kft doo sro pvt private
""")
_PARTICLES = _words("""
    van von de del della der den di da dos du la le el al bin ibn ter ten y zu
""")
_TITLES = _words("""
    mr mrs ms miss mx dr prof sir dame herr frau madame monsieur mme m sr sra
""")
_SUFFIXES = _words("""
    jr sr ii iii iv phd md esq mba dds cpa
""")

FREE_MAIL_DOMAINS = _words("""
    gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.fr yahoo.de yahoo.es yahoo.it
    yahoo.com.br ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it
    hotmail.es outlook.com outlook.de outlook.fr live.com live.co.uk live.fr live.de msn.com aol.com
    icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.at gmx.ch gmx.com web.de
    t-online.de freenet.de arcor.de mail.com mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com ya.ru
    rambler.ru ukr.net qq.com 163.com 126.com sina.com sohu.com foxmail.com naver.com daum.net
    hanmail.net yahoo.co.jp docomo.ne.jp ezweb.ne.jp rediffmail.com orange.fr wanadoo.fr free.fr
    laposte.net sfr.fr neuf.fr libero.it virgilio.it tiscali.it alice.it uol.com.br bol.com.br
    terra.com.br ig.com.br btinternet.com sky.com ntlworld.com talktalk.net virginmedia.com comcast.net
    verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net
    shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au bluewin.ch hispeed.ch seznam.cz
    centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg zoho.com fastmail.com hey.com tutanota.com tuta.io
    hushmail.com posteo.de mailbox.org planet.nl ziggo.nl kpnmail.nl home.nl skynet.be telenet.be
    telia.com online.no walla.co.il walla.com
""")
ROLE_MAILBOXES = _words("""
    admin administrator info contact hello office mail sales support help helpdesk service billing
    accounts accounting finance hr jobs careers career recruitment press media marketing team webmaster
    postmaster hostmaster abuse noreply no-reply donotreply newsletter privacy legal security enquiries
    enquiry inquiries reception orders order shop kontakt buero vertrieb bewerbung rechnung direction
    commercial ventas compras info-de root it purchasing procurement partners partner
""")

_CANADIAN_AREAS = _words("""
    204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468 474
    506 514  519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867
    873 879 902 905
""")

_COUNTRY_ALIASES = {
    "usa": "US", "us": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "uae": "AE", "emirates": "AE", "south korea": "KR", "korea": "KR",
    "republic of korea": "KR", "north korea": "KP", "russia": "RU", "russian federation": "RU",
    "vietnam": "VN", "viet nam": "VN", "czech republic": "CZ", "czechia": "CZ", "holland": "NL",
    "the netherlands": "NL", "ivory coast": "CI", "hong kong": "HK", "macau": "MO", "macao": "MO",
    "taiwan": "TW", "brasil": "BR", "espana": "ES", "deutschland": "DE", "osterreich": "AT", "oesterreich": "AT",
    "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "italia": "IT", "polska": "PL", "nederland": "NL",
    "belgique": "BE", "belgie": "BE", "danmark": "DK", "sverige": "SE", "norge": "NO", "suomi": "FI",
    "turkiye": "TR", "turkey": "TR", "iran": "IR", "syria": "SY", "laos": "LA", "moldova": "MD", "bolivia": "BO",
    "venezuela": "VE", "tanzania": "TZ", "palestine": "PS", "swaziland": "SZ", "macedonia": "MK", "burma": "MM",
    "cape verde": "CV", "congo": "CG", "dr congo": "CD", "republic of china": "TW", "prc": "CN",
    "peoples republic of china": "CN", "liberia": "LR", "the gambia": "GM", "the bahamas": "BS", "kosovo": "XK",
}  # fmt: skip


def fold(text: str) -> str:
    """Lower case, accents off, inner blanks single: how names of things are compared."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, the country it belongs to, and how sure that is (0 to 1)."""

    e164: str
    country: str | None
    confidence: float


_NUMBER_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip


@cache
def _numbering(region: str) -> tuple[re.Pattern[str], frozenset[int], str, bool] | None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.general_desc is None:
        return None
    kinds = [getattr(metadata, kind) for kind in _NUMBER_TYPES]
    patterns = {kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern}
    pattern = re.compile("|".join(f"(?:{one})" for one in sorted(patterns)) or "(?!)")
    lengths = frozenset(metadata.general_desc.possible_length)
    prefix = metadata.national_prefix or ""
    simple = metadata.national_prefix_transform_rule is None
    return pattern, lengths, prefix, simple


@cache
def _regions_by_code() -> dict[str, tuple[str, ...]]:
    return {str(code): regions for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}


def normal_phone(text: str, country: str | None = None) -> Phone | None:
    """A phone number in E.164; `country` (ISO code) reads national forms. None if it is no valid number."""
    compact = text.strip().translate(_PHONE_NOISE)
    if compact.startswith("00") and len(compact) > 9:
        compact = "+" + compact[2:]
    if compact.startswith("+") and compact[1:].isdigit() and compact.isascii():
        found = _international(compact[1:])
        if found is not None:
            return found
    elif country and compact.isdigit() and compact.isascii():
        found = _national(compact, country)
        if found is not None:
            return found
    elif not compact or not any(c.isdigit() for c in compact):
        return None
    return _parse_thoroughly(text.strip()[:60], country)


def _international(digits: str) -> Phone | None:
    if not 7 <= len(digits) <= 15:
        return None
    by_code = _regions_by_code()
    for length in (1, 2, 3):
        regions = by_code.get(digits[:length])
        if not regions:
            continue
        region = regions[0]
        if len(regions) > 1 and region not in ("US", "GB"):
            return None  # several countries share the code: the thorough way decides
        national = digits[length:]
        if region == "US":
            region = "CA" if national[:3] in _CANADIAN_AREAS else "US"
        numbering = _numbering(region)
        if numbering and len(national) in numbering[1] and numbering[0].fullmatch(national):
            return Phone("+" + digits, region, 0.95)
        return None
    return None


def _national(digits: str, country: str) -> Phone | None:
    numbering = _numbering(country)
    if numbering is None or not numbering[3]:
        return None
    pattern, lengths, prefix, _ = numbering
    code = phonenumbers.country_code_for_region(country)
    if country not in ("GB", "US") and len(_regions_by_code().get(str(code), ())) > 1:
        return None
    if prefix and digits.startswith(prefix) and len(digits) - len(prefix) in lengths:
        digits = digits[len(prefix) :]
    elif prefix == "0":
        return None
    if len(digits) in lengths and pattern.fullmatch(digits):
        return Phone(f"+{code}{digits}", country, 0.9)
    return None


@lru_cache(maxsize=50_000)
def _parse_thoroughly(text: str, country: str | None) -> Phone | None:
    try:
        number = phonenumbers.parse(_EXTENSION.sub("", text), country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    region = phonenumbers.region_code_for_number(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, region if region != "001" else None, 0.95 if "+" in text else 0.85)


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in Path(__file__).with_name("country_names.tsv").read_text("utf-8").splitlines():
        region, *spelt = line.split("\t")
        if len(region) == 2:
            names.update({name: region for name in spelt if name not in names})
            names[region.lower()] = region
    return names | {_country_fold(alias): region for alias, region in _COUNTRY_ALIASES.items()}


def _country_fold(text: str) -> str:
    return fold(text.replace("&", " and ").replace(".", "").replace("'", "").replace("’", "")).removeprefix("the ")


@lru_cache(maxsize=4096)
def normal_country(text: str) -> str | None:
    """ISO 3166-1 alpha-2 code of a country name (many languages) or code; None if it names no country."""
    key = _country_fold(text)
    if len(key) == 3 and (region := _ALPHA_3.get(key)):
        return region
    return _country_names().get(key)


_ALPHA_3 = {
    "usa": "US", "gbr": "GB", "deu": "DE", "fra": "FR", "ita": "IT", "esp": "ES", "nld": "NL", "bel": "BE",
    "che": "CH", "aut": "AT", "pol": "PL", "cze": "CZ", "dnk": "DK", "swe": "SE", "nor": "NO", "fin": "FI",
    "prt": "PT", "irl": "IE", "ind": "IN", "chn": "CN", "jpn": "JP", "kor": "KR", "aus": "AU", "nzl": "NZ",
    "can": "CA", "mex": "MX", "bra": "BR", "arg": "AR", "chl": "CL", "col": "CO", "zaf": "ZA", "are": "AE",
    "sau": "SA", "isr": "IL", "tur": "TR", "sgp": "SG", "hkg": "HK", "rus": "RU", "ukr": "UA", "rou": "RO",
    "hun": "HU", "grc": "GR", "egy": "EG", "nga": "NG", "ken": "KE", "idn": "ID", "mys": "MY", "tha": "TH",
    "vnm": "VN", "phl": "PH", "pak": "PK", "bgd": "BD", "lka": "LK", "lux": "LU", "isl": "IS", "est": "EE",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def company_key(name: str) -> str:
    """The form company names are grouped by: folded, punctuation and legal forms off (`Acme, Inc.` → `acme`)."""
    words = re.sub(r"[^\w&+]+", " ", fold(name).replace(".", "").replace("'", "")).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


@lru_cache(maxsize=20_000)
def normal_domain(text: str) -> str | None:
    """Host name of a web address or bare domain, without `www.`; None if there is none."""
    host = text.strip().lower()
    if "://" in host:
        host = host.split("://", 1)[1]
    host = host.split("/", 1)[0].split("?", 1)[0].split("@")[-1].split(":", 1)[0].removeprefix("www.").rstrip(".")
    if "." not in host or " " in host or len(host) > 253:
        return None
    return host


@dataclass(frozen=True, slots=True)
class PersonName:
    """Given and family name out of one string; `confidence` 0 to 1."""

    first: str
    last: str
    confidence: float


@lru_cache(maxsize=20_000)
def split_name(full: str) -> PersonName:
    """Given and family name of a full name, titles and suffixes set aside."""
    words = full.split()
    if len(words) == 1:
        return PersonName(words[0], "", 0.6)
    plain = "," not in full and "(" not in full and '"' not in full
    lowered = [word.lower().strip(".") for word in words]
    special = _TITLES | _SUFFIXES
    if plain and len(words) == 2 and lowered[0] not in special and lowered[1] not in special:
        return PersonName(words[0], words[1], 0.95)
    if plain and len(words) == 3 and lowered[1] in _PARTICLES and not special & set(lowered):
        return PersonName(words[0], f"{words[1]} {words[2]}", 0.9)
    parsed = HumanName(full)
    first = " ".join(part for part in (str(parsed.first), str(parsed.middle)) if part)
    return PersonName(first, str(parsed.last), 0.8 if first and parsed.last else 0.5)
