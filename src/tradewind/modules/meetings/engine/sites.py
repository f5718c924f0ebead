"""Sites that may show booking pages inside theirs, as browsers name them: `https://*.example.com:8443`."""

import re
from typing import Any

SETTING = "booking_sites"
MOST = 50
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?")


def stated(settings: dict[str, Any]) -> tuple[str, ...] | None:
    """Origins that may embed booking pages by an organisation's settings; None, where nothing is said, means any.

    Entries that are no origins are left out: one wrong entry must not open the page to everyone.
    """
    given = settings.get(SETTING)
    if given is None:
        return None
    sites = [site.lower().rstrip("/") for site in given if isinstance(site, str)] if isinstance(given, list) else []
    return tuple(site for site in sites[:MOST] if is_origin(site))


def is_origin(text: str) -> bool:
    """Whether this can stand in the page's policy as it is."""
    return _ORIGIN.fullmatch(text) is not None
