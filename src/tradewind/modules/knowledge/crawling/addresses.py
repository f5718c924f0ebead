"""Addresses of pages: one form for each page, what belongs to a site, and the marks of traps."""

import ipaddress
import posixpath
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import httpx

from tradewind.kernel import http_guard
from tradewind.settings import get_settings

MAX_LENGTH = 2_000
_MAX_SEGMENTS = 20
_MAX_PARAMETERS = 8
_MAX_QUERIES_OF_PATH = 50
_MAX_OF_SHAPE = 400
# Parameters that say who looks or from where, never what is shown.
_NOISE = re.compile(
    r"^(utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|_ga|_gl|ref_?src|s?sid|sessionid|session_id|phpsessid|jsessionid|"
    r"aspsessionid\w*|cfid|cftoken|zanpid|print|share|replytocom)$",
    re.IGNORECASE,
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?]*", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|m?js|map|json|woff2?|ttf|eot|mp[34]|m4[av]|mov|avi|webm|og[gv]|"
    r"wav|zip|gz|tgz|rar|7z|exe|dmg|msi|iso|apk|xlsx?|pptx?|rss|atom|ics|xml)$",
    re.IGNORECASE,
)


class Refused(Exception):
    """The words say why an address may not be crawled."""


def is_local(url: str) -> bool:
    """Whether an address is on this machine by its name."""
    host = (urlsplit(url).hostname or "").lower()
    return host in ("localhost", "127.0.0.1", "::1")


def check(url: str) -> None:
    """Refuse what can be told from the address alone; where its name leads is judged at each connection."""
    try:
        parsed = httpx.URL(url)
        http_guard.check_url(parsed)
        address = ipaddress.ip_address(parsed.host) if not is_local(url) else None
    except (httpx.InvalidURL, http_guard.BlockedAddress) as error:
        raise Refused("Enter an address like https://www.example.com, without a user name or password.") from error
    except ValueError:
        return
    if address is None:
        if not get_settings().knowledge_allow_localhost:
            raise Refused("Addresses on this machine are not allowed (setting TRADEWIND_KNOWLEDGE_ALLOW_LOCALHOST).")
    elif not http_guard.is_public(address):
        raise Refused("The address leads into a private network.")


def normal(url: str) -> str | None:
    """The one form of an address: no fragment, no session, parameters in order; None for what is no page's address."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or len(url) > MAX_LENGTH:
        return None
    place = f"[{host}]" if ":" in host else host
    if port and port != {"http": 80, "https": 443}[parts.scheme]:
        place += f":{port}"
    path = _SESSION_IN_PATH.sub("", parts.path)
    folder = path.endswith(("/", "/.", "/.."))
    path = posixpath.normpath(re.sub(r"/{2,}", "/", path or "/"))
    path = quote(unquote(path), safe="/~!$&'()*+,;=:@%-._")
    if folder and not path.endswith("/"):
        path += "/"
    kept = sorted(
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _NOISE.match(name)
    )
    return urlunsplit((parts.scheme, place, path if path.startswith("/") else f"/{path}", urlencode(kept), ""))


def site_of(url: str) -> str:
    """What pages of one site share: host and port, whether with `www.` or without."""
    place = urlsplit(url).netloc.lower()
    return place.removeprefix("www.")


def path_of(url: str) -> str:
    """Path with its query, as patterns and robots.txt see it."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def may_be_page(url: str) -> bool:
    """False for pictures, scripts and archives, by their ending."""
    return not _NO_PAGE.search(urlsplit(url).path)


def matches(url: str, patterns: Sequence[str]) -> bool:
    """Whether the path fits one of the patterns: `*` stands for anything, and what follows a whole pattern fits too."""
    return any(_compiled(pattern).match(path_of(url)) for pattern in patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    path = pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
    anything = ".*".join(re.escape(piece) for piece in re.sub(r"\*+", "*", path).split("*"))
    return re.compile(anything if path.endswith(("*", "/")) else rf"{anything}(?:[/?].*)?$")


class Traps:
    """Counts addresses of one crawl and tells when they look made without end."""

    def __init__(self) -> None:
        self._queries = Counter[str]()
        self._shapes = Counter[str]()

    def reason(self, url: str) -> str | None:
        """Why the address is left alone, or None; counts it then."""
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        if len(segments) > _MAX_SEGMENTS or any(count > 2 for count in Counter(segments).values()):
            return "The path repeats itself, as in a loop of links."
        parameters = parse_qsl(parts.query, keep_blank_values=True)
        if len(parameters) > _MAX_PARAMETERS:
            return "The address has too many parameters."
        if parameters and self._queries[parts.path] >= _MAX_QUERIES_OF_PATH:
            return f"More than {_MAX_QUERIES_OF_PATH} addresses differ in their parameters only."
        # A calendar or a counter: the same but for its numbers.
        shape = re.sub(r"\d+", "#", path_of(url))
        if "#" in shape and self._shapes[shape] >= _MAX_OF_SHAPE:
            return f"More than {_MAX_OF_SHAPE} addresses differ in their numbers only."
        self._queries[parts.path] += bool(parameters)
        self._shapes[shape] += 1
        return None
