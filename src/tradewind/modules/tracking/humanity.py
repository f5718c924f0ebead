"""How likely a person, and not a program, caused an event.

Each piece of evidence has a code and a weight in log-odds; the probability follows from the codes alone. So an event
keeps its codes, and later evidence or changed weights give a new probability without guessing at the old one.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import structlog

from tradewind.settings import get_settings

log = structlog.get_logger(__name__)

# Odds of about 20 to 1 where nothing speaks against a person.
_PRIOR = 3.0

WEIGHTS: Mapping[str, float] = {
    # What is known when the event arrives.
    "automation": -8.0,
    "headless": -7.0,
    "webdriver": -6.5,
    "honeypot": -6.0,
    "too_fast": -4.0,
    "no_user_agent": -3.0,
    "data_centre": -2.5,
    "no_screen": -2.5,
    "odd_user_agent": -2.5,
    "outdated_browser": -1.5,
    "no_language": -0.7,
    "interaction": 2.0,
    # What only the history shows.
    "impossible_speed": -5.0,
    "mail_scanner": -6.0,
}
LATER = frozenset({"impossible_speed", "mail_scanner"})
"""Codes that processing adds, and that assessing an event anew must keep."""

LIKELY_BOT = 0.5
"""Below this probability an event is left out of cleaned counts."""

_AUTOMATION = re.compile(
    # “bot” as the end of a word names a robot, except for the phones of the maker Cubot.
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|scrap(?:y|er)|archiver|facebookexternalhit|facebookcatalog|meta-external"
    r"|whatsapp/|skypeuripreview|bingpreview|googleother|google-read-aloud|google-inspectiontool|mediapartners"
    r"|feedfetcher|apis-google|chatgpt-user|claude-user|perplexity-user|ia_archiver|nutch|httrack|validator"
    r"|lighthouse|pagespeed|gtmetrix|pingdom|uptime|statuscake|site24x7|catchpoint|newrelic|datadog|checkly"
    r"|proofpoint|barracuda|mimecast|mailscanner|safelinks|urldefense|virustotal"
    r"|python|aiohttp|httpx|curl/|wget|libwww|lwp::|go-http-client|java/|apache-httpclient|node-fetch|undici|axios"
    r"|guzzle|php/|\bruby|faraday|postman|insomnia|restsharp|winhttp|nmap|nikto|sqlmap|masscan|zgrab|censys|nessus"
    r"|jsdom|happy-?dom|prerender|rendertron|selenium|webdriver|puppeteer|playwright|cypress",
    re.IGNORECASE,
)
_HEADLESS = re.compile(r"headless|phantomjs|slimerjs|nightmare", re.IGNORECASE)
_BROWSER = re.compile(r"^(?:Mozilla/[45]\.0 \(|Opera/|Dalvik/|okhttp/|.*CFNetwork/)")
_CHROME = re.compile(r"Chrome/(\d+)\.")
_OLD_BROWSER = re.compile(r"MSIE [2-9]\.|Firefox/[1-4]?\d\.|Windows NT 5\.|Windows 9[58]")
_OLDEST_CHROME = 64
# Nobody reads a page and fills a form within this time.
_FASTEST_FORM_MILLISECONDS = 1_200
_BEFORE_ANYONE_READ = timedelta(seconds=20)
# Of a lone link: even who waits for a mail needs so long to see and to open it.
_BEFORE_ANYONE_OPENED = timedelta(seconds=5)
_ONE_VOLLEY = timedelta(seconds=2)
_VOLLEY = 3
_BROWSER_LIBRARIES = frozenset({"analytics.js", "tradewind.js", "RudderLabs JavaScript SDK"})


def assess(user_agent: str | None, ip: str | None, event: Mapping[str, Any]) -> tuple[float, tuple[str, ...]]:
    """Probability 0–1 that a person caused the event, and the codes of what spoke for and against it.

    `user_agent` and `ip` are the visitor's, None where a server reports something about a person: a library's own
    header says nothing of them. `event` is the wire form or a row of `events`; its `type`, `event`/`name` and
    `context` are read. Takes microseconds; raises nothing, whatever the fields hold.
    """
    context = event.get("context")
    context = context if isinstance(context, dict) else {}
    library = context.get("library")
    in_browser = isinstance(library, dict) and str(library.get("name")) in _BROWSER_LIBRARIES
    reasons = [*_of_user_agent(user_agent)] if user_agent else ["no_user_agent"] if in_browser else []
    if ip and in_data_centre(ip):
        reasons.append("data_centre")
    if in_browser:
        screen = context.get("screen")
        if isinstance(screen, dict) and (screen.get("width") == 0 or screen.get("height") == 0):
            reasons.append("no_screen")
        if not context.get("locale"):
            reasons.append("no_language")
    signals = context.get("signals")
    if isinstance(signals, dict):
        reasons += _of_signals(signals, form=(event.get("event") or event.get("name")) == "Form Submitted")
        if signals.get("pointer") is True and not reasons:
            reasons.append("interaction")
    return _probability(tuple(reasons)), tuple(reasons)


@lru_cache(maxsize=1_000)
def _probability(reasons: tuple[str, ...]) -> float:
    odds = _PRIOR + sum(WEIGHTS.get(reason, 0.0) for reason in set(reasons))
    return round(1 / (1 + math.exp(-odds)), 4)


def probability(reasons: Iterable[str]) -> float:
    """Probability 0–1 of a person, given the codes of all evidence; unknown codes weigh nothing."""
    return _probability(tuple(reasons))


def clicked_by_scanner(delivered_at: datetime, clicks: Sequence[tuple[datetime, str]], links: int) -> bool:
    """Whether a program opened the links of a mail: `clicks` are (when, which link) of its `links` links.

    People read first, and then follow one link or two; scanners open all there are, at once, on delivery.
    """
    soon = _BEFORE_ANYONE_READ if links > 1 else _BEFORE_ANYONE_OPENED
    quick = {link for at, link in clicks if at - delivered_at < soon}
    volley = any(
        len({link for at, link in clicks if first <= at <= first + _ONE_VOLLEY}) >= _VOLLEY for first, _ in clicks
    )
    return volley or 0 < links <= len(quick)


@lru_cache(maxsize=20_000)
def _of_user_agent(user_agent: str) -> tuple[str, ...]:
    if _HEADLESS.search(user_agent):
        return ("headless",)
    if _AUTOMATION.search(user_agent):
        return ("automation",)
    if not _BROWSER.match(user_agent):
        return ("odd_user_agent",)
    chrome = _CHROME.search(user_agent)
    if _OLD_BROWSER.search(user_agent) or (chrome and int(chrome[1][:6]) < _OLDEST_CHROME):
        return ("outdated_browser",)
    return ()


def _of_signals(signals: Mapping[str, Any], *, form: bool) -> list[str]:
    reasons = []
    if signals.get("webdriver") is True:
        reasons.append("webdriver")
    if signals.get("honeypot") is True:
        reasons.append("honeypot")
    visible = signals.get("visible_ms")
    if form and isinstance(visible, int | float) and visible < _FASTEST_FORM_MILLISECONDS:
        reasons.append("too_fast")
    return reasons


# First and last address of each block, ascending and not overlapping, by IP version.
_Blocks = Mapping[int, tuple[Sequence[int], Sequence[int]]]
_blocks: _Blocks | None = None


@lru_cache(maxsize=50_000)
def in_data_centre(ip: str) -> bool:
    """Whether an address lies in a known block of a hosting provider. False for what is no address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    starts, ends = (_blocks or _load_as_set())[address.version]
    number = int(address)
    place = bisect_right(starts, number) - 1
    return place >= 0 and number <= ends[place]


def load_data_centres(*more: Path) -> _Blocks:
    """Read the list that comes with the product and those of `more` files; replaces what was loaded before.

    A line holds one network in CIDR form, alone or before a tab; `#` starts a comment. Raises ValueError naming file
    and line of what is no network, and OSError where a file cannot be read.
    """
    global _blocks
    networks: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for path in (Path(__file__).with_name("data_centres.tsv"), *more):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            words = line.split("#", 1)[0].split()
            if not words:
                continue
            try:
                network = ip_network(words[0], strict=False)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from None
            networks[network.version].append((int(network.network_address), int(network.broadcast_address)))
    loaded = {version: _joined(pairs) for version, pairs in networks.items()}
    _blocks = loaded
    in_data_centre.cache_clear()
    return loaded


def _load_as_set() -> _Blocks:
    more = get_settings().data_centre_ranges
    try:
        return load_data_centres(*([more] if more else []))
    except (OSError, ValueError) as failure:  # a broken list must not stop events
        log.error("tracking.data_centres_unreadable", path=str(more), error=str(failure))
        return load_data_centres()


def _joined(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for first, last in sorted(pairs):
        if ends and first <= ends[-1]:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends
