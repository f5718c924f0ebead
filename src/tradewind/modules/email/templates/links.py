"""Addresses in mails: which are allowed, what is added to them, and how a recipient's copy of one is made."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_SPACES = re.compile(r"[\x00-\x20\x7f]+")
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
_PHONE = re.compile(r"\+?[0-9() .\-]{3,30}")
_MAX_ADDRESS = 2_000
# Names that stand for “put something here”.
_PLACEHOLDERS = frozenset({"example.com", "example.org", "example.net", "www.example.com", "localhost"})


class BadAddress(Exception):
    """Why an address cannot be used, in words for the template's author."""


def normal_address(address: str) -> str:
    """A web, mail or phone address in the form in which it is sent. Raises BadAddress."""
    text = address.strip()
    if not text:
        raise BadAddress("The link leads nowhere: its address is empty.")
    if len(text) > _MAX_ADDRESS:
        raise BadAddress("The address is too long.")
    scheme, colon, rest = text.partition(":")
    match scheme.lower() if colon else "":
        case "mailto":
            if not _ADDRESS.fullmatch(rest.partition("?")[0]):
                raise BadAddress(f"“{text[:80]}” holds no e-mail address.")
            return _SPACES.sub("%20", text)
        case "tel":
            if not _PHONE.fullmatch(rest):
                raise BadAddress(f"“{text[:80]}” holds no phone number.")
            return "tel:" + re.sub(r"[^+0-9]", "", rest)
        case "http" | "https":
            return _web_address(text)
    raise BadAddress(f"“{text[:80]}” is no web address: it begins with https://, http://, mailto: or tel:.")


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(_SPACES.sub("%20", text))
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadAddress(f"“{text[:80]}” is no web address.") from None
    if not host or ("." not in host and host != "localhost" and ":" not in host):
        raise BadAddress(f"“{text[:80]}” names no website.")
    if parts.username is not None or "\\" in text:
        raise BadAddress("An address with a user name or backslash looks like a trick and is not sent.")
    return urlunsplit(parts)


def is_placeholder(address: str) -> bool:
    """Whether an address stands for one that is still to come."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host in _PLACEHOLDERS or host.endswith((".invalid", ".test"))


def with_campaign(address: str, utm: Mapping[str, str]) -> str:
    """A web address with the `utm_…` parameters it does not have yet."""
    if not utm:
        return address
    parts = urlsplit(address)
    known = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    more = urlencode([(name, value) for name, value in utm.items() if name not in known and value], quote_via=quote)
    if not more:
        return address
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))


@dataclass(slots=True)
class Links:
    """The links of one mail: `track` makes the recipient's own address of a link, given number and target.

    What cannot be sent is noted in `problems`; addresses in `own` (unsubscribing, preferences) stay as they are.
    """

    utm: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    track: Callable[[int, str], str] | None = None
    problems: dict[int, str] = field(default_factory=dict)
    targets: dict[int, str] = field(default_factory=dict)

    def address(self, number: int, address: str) -> str:
        """What to write where link `number` leads to `address`."""
        if address in self.own:
            return address
        try:
            target = normal_address(address)
        except BadAddress as problem:
            self.problems[number] = str(problem)
            return "#"
        if not target.startswith(("http:", "https:", "HTTP", "Http")):
            return target
        target = with_campaign(target, self.utm)
        self.targets[number] = target
        return self.track(number, target) if self.track is not None else target
