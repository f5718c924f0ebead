"""Rules of API keys that need no database: what a key may do, and the normal forms of networks and sites."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID

HASH_PURPOSE = "identity.api_key"
# A key that makes keys could not be taken back by revoking it.
NEVER_SCOPES = frozenset({"keys:write"})
PUBLISHABLE_SCOPES = frozenset({"events:write"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def effective(scopes: Iterable[str], creators: frozenset[str]) -> frozenset[str]:
    """What a key may do now: its scopes, as far as its creator's present permissions go."""
    return frozenset(scopes) & (creators | PUBLISHABLE_SCOPES)


def is_active(visible_owners: frozenset[UUID] | None) -> bool:
    """Whether a creator's standing is that of an active member: those see their own records at least."""
    return visible_owners is None or bool(visible_owners)


def normal_network(text: str) -> str:
    """An address or network in CIDR notation, e.g. `203.0.113.7` → `203.0.113.7/32`. Raises ValueError in words."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError("is no IP address or network such as 203.0.113.0/24 or 2001:db8::/32") from None
    raise ValueError(f"has bits behind its prefix; the network is {meant}")


def normal_origin(text: str) -> str:
    """A site as browsers send it in `Origin`: scheme, host, and port unless it is the usual one.

    Raises ValueError in words.
    """
    wrong = ValueError("is no site such as https://www.example.com")
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
    except ValueError:
        raise wrong from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
        raise wrong
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must end after the host: browsers name the site only, never a page")
    host = f"[{host}]" if ":" in host else host.lower()
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")
