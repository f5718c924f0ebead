"""When a failed delivery is tried again, and how long an endpoint in trouble is left alone."""

import random
from datetime import timedelta

# Seconds between attempts, as Standard Webhooks recommends: ten attempts in about three days.
DELAYS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(DELAYS) + 1
_JITTER = 0.1
_MAX_REST_SECONDS = 60.0


def next_delay(step: int, retry_after_seconds: float | None) -> timedelta | None:
    """Time to wait after the attempt number `step` (from 0) failed; None after the last."""
    if step >= len(DELAYS):
        return None
    wait = DELAYS[step] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
    return timedelta(seconds=max(wait, retry_after_seconds or 0))


def rest(failures_in_row: int, retry_after_seconds: float | None) -> timedelta:
    """How long an endpoint gets nothing at all after it could not be reached or asked to slow down."""
    return timedelta(seconds=max(min(_MAX_REST_SECONDS, 2.0 ** min(failures_in_row, 6)), retry_after_seconds or 0))
