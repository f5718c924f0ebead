"""What must not leave with an answer: secrets, the instructions themselves, pictures and links that carry data away."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from tradewind.modules.ai.injection import Finding

_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]{0,300})\]\(\s*<?(?P<url>[^)\s>]{0,2000})[^)\n]{0,300}\)")
_IMAGE_BY_REFERENCE = re.compile(r"!\[(?P<alt>[^\[\]\n]{0,300})\]\[[^\[\]\n]{0,100}\]")
_ADDRESS = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]\n]{0,300})\]\(\s*<?(?P<url>[^)\s>]{0,2000})[^)\n]{0,300}\)"
    r"|(?P<bare>(?:(?<![A-Za-z0-9])(?:https?|ftp|wss?|file):|(?<!\w))//[^\s<>()\[\]\"'`]{1,2000}"
    r"|(?<![A-Za-z0-9])www\.[^\s<>()\[\]\"'`]{1,2000})",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<(?:img|iframe|script|object|embed|link|video|audio|source|svg|form|base|meta)\b[^>]{0,2000}>?", re.IGNORECASE
)
_SECRETS = (
    r"sk-[A-Za-z0-9_-]{20,200}", r"(?:AKIA|ASIA)[A-Z0-9]{16}", r"gh[pousr]_[A-Za-z0-9]{30,100}",
    r"github_pat_[A-Za-z0-9_]{40,120}", r"xox[abeprs]-[A-Za-z0-9-]{10,200}", r"AIza[A-Za-z0-9_-]{30,60}",
    r"eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,3000}\.[A-Za-z0-9_-]{8,1000}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}", r"tw_(?:live|test|pub|scim|mcp)?_?[A-Za-z0-9]{24,120}",
    r"glpat-[A-Za-z0-9_-]{20,60}",
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\n]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?",
)  # fmt: skip
_SECRET = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_SECRETS)})")
REMOVED = "[removed]"
_CLOSING = ".,;:!?*_"


def addresses_in(text: str) -> frozenset[str]:
    """The addresses in a text, as they stand there."""
    return frozenset(
        match["url"] if match["bare"] is None else match["bare"].rstrip(_CLOSING) for match in _ADDRESS.finditer(text)
    )


def hosts_of(addresses: Collection[str]) -> frozenset[str]:
    """The hosts of addresses that have one."""
    return frozenset(host for one in addresses if (host := _host(one)))


def clean_answer(
    text: str, allowed_hosts: Collection[str], allowed_addresses: Collection[str] = ()
) -> tuple[str, tuple[Finding, ...]]:
    """The answer without secrets, pictures from elsewhere, HTML that loads or runs, and addresses of foreign hosts.

    A host is foreign unless it is allowed or below an allowed one. On a foreign host only the very addresses that are
    allowed may be linked to, because nothing can be carried away in them. Links keep their words.
    """
    found: dict[str, Finding] = {}

    def note(code: str, detail: str, excerpt: str) -> None:
        found.setdefault(code, Finding(code, detail, excerpt[:120]))

    def secret(match: re.Match[str]) -> str:
        note("secret", "The answer held a key or another secret.", match[0][:6] + "…")
        return REMOVED

    def image(match: re.Match[str]) -> str:
        url = match.groupdict().get("url")
        if url is not None and is_allowed(url, allowed_hosts):
            return match[0]
        note("image", "The answer held a picture that loads from elsewhere.", match[0])
        return match["alt"]

    def address(match: re.Match[str]) -> str:
        url = match["url"] if match["bare"] is None else match["bare"].rstrip(_CLOSING)
        if url in allowed_addresses or is_allowed(url, allowed_hosts):
            return match[0]
        note("foreign_link", "The answer held a link to a foreign host.", url)
        return match["text"] if match["bare"] is None else REMOVED + match["bare"][len(url) :]

    def tag(match: re.Match[str]) -> str:
        note("markup", "The answer held HTML that loads or runs something.", match[0])
        return ""

    text = _SECRET.sub(secret, text)
    text = _TAG.sub(tag, text)
    text = _IMAGE_BY_REFERENCE.sub(image, _IMAGE.sub(image, text))
    return _ADDRESS.sub(address, text), tuple(found.values())


def cut_between(text: str, cut: int) -> int:
    """The last place up to `cut` that lies inside nothing `clean_answer` looks at."""
    spans = [
        match.span()
        for pattern in (_SECRET, _TAG, _IMAGE, _IMAGE_BY_REFERENCE, _ADDRESS)
        for match in pattern.finditer(text)
    ]
    while inside := [start for start, end in spans if start < cut < end]:
        cut = min(inside)
    return cut


def is_allowed(url: str, allowed_hosts: Collection[str]) -> bool:
    """Whether an answer may hold this address: a place on the same site, a mail address, or an allowed host."""
    host = _host(url)
    if host is None:
        return False
    return not host or any(host == one or host.endswith("." + one) for one in allowed_hosts)


def _host(url: str) -> str | None:
    """The host of an address, empty for one on the same site; None for one that must not be there."""
    try:
        parts = urlsplit(url if "//" in url or not url.lower().startswith("www.") else f"//{url}")
    except ValueError:
        return None
    if parts.scheme in ("mailto", "tel"):
        return ""
    if parts.scheme not in ("", "http", "https") or "@" in parts.netloc or "\\" in url:
        return None
    return (parts.hostname or "").removeprefix("www.").rstrip(".")
