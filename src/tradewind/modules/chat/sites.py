"""Sites that may carry a widget: `example.com` (and its www), `*.example.com`, `shop.example.com:8443`."""

import re
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::\d{{1,5}})?|\[[0-9a-f:.]{{2,45}}\](?::\d{{1,5}})?")


def normal_domain(text: str) -> str:
    """A domain as it is stored, also from a whole address. Raises ValueError in words."""
    text = text.strip().lower()
    if "://" in text:
        text = urlsplit(text).netloc.rpartition("@")[2]
    text = text.split("/", 1)[0].rstrip(".")
    try:
        text = text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        text = ""
    if len(text) > 255 or not _DOMAIN.fullmatch(text):
        raise ValueError("is no domain such as example.com or *.example.com")
    return text


def is_allowed(origin: str | None, domains: list[str], *, own: str) -> bool:
    """Whether a page of this origin may use a widget for these domains; without any, all may.

    `own` is the product's own address, where the preview is. Programs that are no browsers send no origin.
    """
    if origin is None or not domains:
        return True
    netloc = urlsplit(origin).netloc.lower()
    host = netloc if netloc.endswith("]") else netloc.rpartition(":")[0] or netloc
    return netloc == urlsplit(own).netloc.lower() or any(_fits(netloc, host, domain) for domain in domains)


def _fits(netloc: str, host: str, domain: str) -> bool:
    # A domain with a port is for that port alone.
    given = netloc if re.search(r":\d+$", domain) else host
    if domain.startswith("*."):
        return given == domain[2:] or given.endswith(domain[1:])
    return given in (domain, f"www.{domain}")
