"""Programs that register themselves (RFC 7591). All are public clients: a secret given to anyone proves nothing."""

import re
import unicodedata
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity.errors_oauth import OAuthRefused, TooManyClients
from tradewind.modules.identity.models.oauth import OAuthClient
from tradewind.modules.identity.repository import oauth as repository

MAX_REDIRECT_URIS = 10
MAX_URI = 512
_MAX_UNUSED = 2_000
_UNUSED_FOR = timedelta(days=1)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Schemes of desktop assistants that registered none in reverse-domain form (RFC 8252 §7.1).
_APP_SCHEMES = frozenset({"claude", "cursor", "vscode", "vscode-insiders", "windsurf", "zed"})
_REVERSE_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")


async def register(
    session: AsyncSession, *, name: str | None, redirect_uris: list[str], client_uri: str | None
) -> OAuthClient:
    """Store a client. Raises OAuthRefused, TooManyClients."""
    if not 1 <= len(redirect_uris) <= MAX_REDIRECT_URIS:
        raise OAuthRefused("invalid_redirect_uri", f"Give 1 to {MAX_REDIRECT_URIS} redirect URIs.")
    for uri in redirect_uris:
        check_redirect_uri(uri)
    if await repository.unused_clients(session) >= _MAX_UNUSED:
        await repository.forget_unused_clients(session, _UNUSED_FOR)
        if await repository.unused_clients(session) >= _MAX_UNUSED:
            raise TooManyClients("Try again later, or use an API key.", retry_after_seconds=3600)
    client = OAuthClient(
        name=shown_name(name) or display_host(redirect_uris[0]),
        redirect_uris=redirect_uris,
        client_uri=client_uri if client_uri and len(client_uri) <= MAX_URI and _is_https(client_uri) else None,
    )
    session.add(client)
    await session.flush()
    return client


async def find(session: AsyncSession, client_id: str) -> OAuthClient | None:
    """The client of an id as sent, or None."""
    try:
        identifier = UUID(client_id)
    except ValueError:
        return None
    return await repository.client(session, identifier)


def check_redirect_uri(uri: str) -> None:
    """Raise OAuthRefused unless a browser may be sent to it: https, http on this very machine, or an app's scheme."""
    refused = OAuthRefused(
        "invalid_redirect_uri",
        "A redirect URI must be https, http on a loopback address, or a private scheme of an app in reverse-domain "
        "form; without fragment and credentials.",
    )
    if len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable() or any(c in uri for c in ' "<>\\^`{|}'):
        raise refused
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise refused from None
    if "#" in uri or parts.username is not None or parts.password is not None:
        raise refused
    web = (parts.scheme == "https" and host) or (parts.scheme == "http" and host in _LOOPBACK)
    app = parts.scheme in _APP_SCHEMES or _REVERSE_DOMAIN.fullmatch(parts.scheme)
    if not web and not app:
        raise refused


def display_host(uri: str) -> str:
    """Where a redirect URI leads, in words for the consent page: a host, or an app on this computer."""
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return parts.netloc
    if parts.scheme == "http":
        return f"a program on this computer ({parts.netloc})"
    return f"an app on this computer ({parts.scheme})"


def shown_name(name: str | None) -> str:
    """A claimed name as one printable line of up to 80 characters; format characters could reverse or hide text."""
    visible = "".join(" " if c.isspace() else c for c in name or "" if c.isspace() or _is_visible(c))
    return " ".join(visible.split())[:80].strip()


def _is_visible(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")


def _is_https(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and uri.isascii() and uri.isprintable()
