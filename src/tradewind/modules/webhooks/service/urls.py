"""Where webhooks may go."""

import ipaddress

import httpx

from tradewind.kernel import http_guard
from tradewind.modules.webhooks.errors import UrlNotAllowed
from tradewind.modules.webhooks.sending.sender import is_local
from tradewind.settings import get_settings


def check(url: str) -> None:
    """Refuse what can be told from the URL alone. Raises UrlNotAllowed.

    Where the name really leads is judged anew at each connection.
    """
    try:
        parsed = httpx.URL(url)
        local = is_local(url)
    except httpx.InvalidURL as error:
        raise _refused("This is no address. Enter one like https://example.com/webhooks.") from error
    try:
        http_guard.check_url(parsed)
    except http_guard.BlockedAddress as error:
        raise _refused(str(error)) from error
    if parsed.fragment:
        raise _refused("The address must not contain a fragment (#…): it would never be sent.")
    if local:
        if not get_settings().webhooks_allow_localhost:
            raise _refused("Addresses on this machine are not allowed (setting TRADEWIND_WEBHOOKS_ALLOW_LOCALHOST).")
        return
    if parsed.scheme != "https":
        raise _refused("The address must begin with https://.")
    try:
        address = ipaddress.ip_address(parsed.host)
    except ValueError:
        return
    if not http_guard.is_public(address):
        raise _refused("The address leads into a private network.")


def _refused(words: str) -> UrlNotAllowed:
    return UrlNotAllowed(words, errors=[{"field": "url", "message": words}])
