"""Whether people or programs open links and pictures of mails."""

import re
from collections.abc import Sequence
from datetime import datetime

from tradewind.modules.email.contracts_rendering import Engagement
from tradewind.modules.tracking.humanity import assess, clicked_by_scanner, probability

# They fetch pictures when a person opens the mail, from their own networks and with an old browser's name.
_PICTURE_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)


def judge(rendered_at: datetime, links: int, seen: Sequence[Engagement]) -> list[float]:
    """The probability (0–1) of a person for each of what happened to one mail with so many links."""
    clicks = [(one.at, str(one.link)) for one in seen if one.link is not None]
    scanned = clicked_by_scanner(rendered_at, clicks, links)
    return [_judged(one, scanned=scanned and one.link is not None) for one in seen]


def _judged(one: Engagement, *, scanned: bool) -> float:
    if one.link is None and _PICTURE_PROXIES.search(one.user_agent):
        return probability(())
    _, reasons = assess(one.user_agent, one.network, {}) if one.user_agent else (0.0, ("no_user_agent",))
    return probability((*reasons, "mail_scanner") if scanned else reasons)
