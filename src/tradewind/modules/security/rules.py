"""The rules: what each looks for, when it raises an alert by default, and the sentence that says why."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["low", "medium", "high"]
Detector = Literal["count", "new_place", "off_hours", "volume"]
HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule over events of some kinds. `threshold` events within `window_minutes` raise an alert.

    Detectors: `count` takes every event; `new_place` those from an address range (and, of people, a device) that was
    not seen in 90 days, though others were; `off_hours` those outside of the usual hours; `volume` sums up rows, and
    its threshold is a multiple of the largest day of the 30 before, though never under `least` rows. `why` has the
    fields hits, window and threshold.
    """

    key: str
    label: str
    description: str
    kinds: tuple[str, ...]
    detector: Detector
    threshold: int
    window_minutes: int
    severity: Severity
    why: str
    hours: tuple[int, int] | None = None
    least: int = 0


RULES: dict[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule(
            "account_locked", "Account locked",
            "More than five failed attempts within a minute paused sign-in to an account, each time for twice as long.",
            ("account_locked",), "count", 1, HOUR, "high",
            "More than five sign-ins or second factors failed within a minute, so further attempts are refused for a "
            "while: somebody is guessing, or a program holds an old password.",
        ),
        Rule(
            "failed_logins", "Many failed sign-ins",
            "Wrong passwords for one account, too slow for the lock to stop them.",
            ("login_failed",), "count", 20, DAY, "medium",
            "{hits} wrong passwords were given for this account within {window}.",
        ),
        Rule(
            "failed_second_factors", "Failed second factors",
            "Wrong codes or passkeys after a right password: whoever tries may know the password.",
            ("second_factor_failed",), "count", 3, 10, "high",
            "{hits} second factors failed within {window}. Whoever gets that far has the password, or an open session.",
        ),
        Rule(
            "refresh_token_reuse", "Copied session",
            "A session's refresh token was used twice, which happens when somebody holds a copy.",
            ("refresh_token_reused",), "count", 1, HOUR, "high",
            "A refresh token was used a second time. The session was closed; a copy of it may have been stolen.",
        ),
        Rule(
            "new_place", "Sign-in from a new place",
            "A member signs in on a kind of device and from an address range that are both new for them.",
            ("signed_in",), "new_place", 1, DAY, "medium",
            "This member signed in with a device and from an address range that were both not seen in 90 days.",
        ),
        Rule(
            "off_hours", "Access off hours",
            "A member works outside of the working hours, in their time zone, at an hour they seldom work at. Not in "
            "the first week.",
            ("signed_in", "session_continued"), "off_hours", 1, DAY, "low",
            "This member was at work outside of the working hours of their time zone, at an hour at which they were "
            "seen on fewer than three of the last 30 days.",
            hours=(7, 20),
        ),
        Rule(
            "export_volume", "Unusual export volume",
            "Much more data is exported than on the largest of the 30 days before. Less than 1,000 rows never count.",
            ("exported",), "volume", 3, DAY, "high",
            "{hits} rows were exported within {window}, at least {threshold} times the largest day of the 30 before.",
            least=1_000,
        ),
        Rule(
            "reading_volume", "Unusual reading",
            "Many different leads are read, page by page or one by one, compared with the largest of the 30 days "
            "before. Less than 2,000 never count.",
            ("read",), "volume", 2, HOUR, "medium",
            "{hits} different leads were read within {window}, at least {threshold} times the largest day of the 30 "
            "before: somebody may be copying the list page by page.",
            least=2_000,
        ),
        Rule(
            "key_new_network", "API key from a new network",
            "An API key is used from an address range that was not seen with it in 90 days.",
            ("key_used",), "new_place", 1, DAY, "medium",
            "This API key was used from an address range that was not seen with it in 90 days.",
        ),
        Rule(
            "refusals", "Many refusals",
            "Requests for which a member or an API key lacks the permission. Counted in tens.",
            ("refused",), "count", 30, 10, "medium",
            "{hits} requests within {window} were refused for want of permission: a program out of order, or somebody "
            "who is looking around.",
        ),
    )
}  # fmt: skip


def duration(minutes: int) -> str:
    """A window in words."""
    for size, name in ((DAY, "day"), (HOUR, "hour")):
        if minutes % size == 0:
            count = minutes // size
            return f"a{'n' if name == 'hour' else ''} {name}" if count == 1 else f"{count} {name}s"
    return f"{minutes} minutes" if minutes > 1 else "a minute"
