"""How many mails a sender may send: the ramp of a new one, the pace of a receiving domain, the breaker. Pure."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

RAMP_START = 50
RAMP_GROWTH = 1.5
RAMP_DAYS = 30
# Mails a minute and sender; big mailboxes publish no numbers, these are what senders of good standing report.
DOMAIN_LIMITS = {
    "gmail.com": 300, "googlemail.com": 300, "outlook.com": 200, "hotmail.com": 200, "live.com": 200, "yahoo.com": 150,
    "aol.com": 150, "icloud.com": 120, "gmx.de": 120, "gmx.net": 120, "web.de": 120, "t-online.de": 60, "orange.fr": 60,
}  # fmt: skip
OTHER_DOMAINS = 600
BREAKER_DAYS = 3
MAX_HARD_RATE = 0.05
MAX_COMPLAINT_RATE = 0.003
# What senders usually see, worth 40 and 200 mails: one bounce among the first three trips nothing.
_PRIOR_HARD = (0.4, 39.6)
_PRIOR_COMPLAINTS = (0.1, 199.9)
_SURE = 0.95
_REST_SECONDS = (60.0, 3600.0)


def ramp(first_day: date | None, today: date) -> int | None:
    """Mails a sender may send on a day of its warm-up; None once it is warm, or never was cold."""
    if first_day is None:
        return None
    day = (today - first_day).days
    if day >= RAMP_DAYS:
        return None
    return math.floor(RAMP_START * RAMP_GROWTH ** max(0, day))


def ramp_day(first_day: date | None, today: date) -> int | None:
    """Which day of its warm-up it is for a sender, from 1; None once it is warm, or never was cold."""
    if ramp(first_day, today) is None or first_day is None:
        return None
    return max(0, (today - first_day).days) + 1


def daily_quota(limit: int | None, first_day: date | None, today: date) -> int | None:
    """The smaller of a sender's own limit and its ramp; None without either."""
    bounds = [bound for bound in (limit, ramp(first_day, today)) if bound is not None]
    return min(bounds, default=None)


def minute_quota(domain: str, own: dict[str, int]) -> int:
    """Mails a minute to a receiving domain; `own` are the sender's limits, `*` for all others."""
    return own.get(domain) or DOMAIN_LIMITS.get(domain) or own.get("*") or OTHER_DOMAINS


def rest_seconds(times: int) -> float:
    """How long a receiving domain is left alone that asked for it `times` in a row."""
    shortest, longest = _REST_SECONDS
    return min(longest, shortest * 2.0 ** max(0, times - 1))


def surely_above(bad: int, sent: int, *, prior: tuple[float, float]) -> float:
    """The rate that the true one is above with 95 % probability (lower bound of the Beta posterior)."""
    # Takes its time to load, and only workers that send ask.
    from scipy.special import betaincinv

    good = max(0, sent - bad)
    return float(betaincinv(prior[0] + bad, prior[1] + good, 1 - _SURE))


def counted_from(today: date, resumed: date | None) -> date:
    """The first day the breaker looks at: what came before somebody resumed the sender is forgiven."""
    first = today - timedelta(days=BREAKER_DAYS)
    return first if resumed is None else max(first, resumed + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the breaker sees of a sender: counts, and the rates that the true ones are above with 95 % probability."""

    sent: int
    hard: int
    complaints: int
    hard_above: float
    complaints_above: float


def standing(*, sent: int, hard: int, delivered: int, complaints: int) -> Standing:
    """Few mails prove little: the bounds move with what is known."""
    known = max(sent, hard + delivered)
    return Standing(
        known, hard, complaints,
        surely_above(hard, known, prior=_PRIOR_HARD) if hard else 0.0,
        surely_above(complaints, known, prior=_PRIOR_COMPLAINTS) if complaints else 0.0,
    )  # fmt: skip


def trips(seen: Standing) -> str | None:
    """Why a sender must stop, or None."""
    if seen.hard_above > MAX_HARD_RATE:
        return (
            f"{seen.hard} of {seen.sent} mails came back for good; the rate is above {seen.hard_above:.1%} with 95 % "
            f"probability, more than {MAX_HARD_RATE:.0%} ruins a sender's standing."
        )
    if seen.complaints_above > MAX_COMPLAINT_RATE:
        return (
            f"{seen.complaints} of {seen.sent} mails were reported as spam; the rate is above "
            f"{seen.complaints_above:.2%} with 95 % probability, mailboxes allow {MAX_COMPLAINT_RATE:.1%}."
        )
    return None
