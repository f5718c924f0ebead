"""Failed sign-ins: more than five a minute lock an address or a second factor, each time for twice as long.

The address is the key whether or not an account has it, so a lock tells nothing. A lock stops sign-ins only: open
sessions go on, and a password reset lifts it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.modules.identity.errors import AccountLocked
from tradewind.modules.identity.repository import sessions as repository

Kind = Literal["password", "second_factor"]
_PURPOSES: dict[Kind, str] = {"password": "identity.login_throttle", "second_factor": "identity.factor_throttle"}
_WORDS: dict[Kind, str] = {
    "password": "Sign-in for this address is paused after too many failed attempts. Wait, or reset your password.",
    "second_factor": "Too many attempts failed. Wait before you try your second factor again.",
}
ALLOWED_FAILURES = 5
WINDOW = timedelta(minutes=1)
_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)
_LOCKS_REMEMBERED = timedelta(hours=24)


async def check(session: AsyncSession, subject: str, *, kind: Kind = "password") -> AccountLocked | None:
    """The refusal while the subject (address, or user id for second factors) is locked, else None."""
    state = await repository.throttle(session, _key(subject, kind))
    if state is None or state.locked_until is None or state.locked_until <= now():
        return None
    return _refusal((state.locked_until - now()).total_seconds(), kind)


async def count_failure(session: AsyncSession, subject: str, *, kind: Kind = "password") -> AccountLocked | None:
    """Count a failure; the refusal if this one locks the subject."""
    key = _key(subject, kind)
    failures, locks = await repository.count_failure(
        session, key, window=now() - WINDOW, forgotten=now() - _LOCKS_REMEMBERED
    )
    if failures <= ALLOWED_FAILURES:
        return None
    wait = min(_LONGEST_LOCK, _FIRST_LOCK * 2 ** min(locks, 10))
    await repository.lock_sign_in(session, key, now() + wait)
    return _refusal(wait.total_seconds(), kind)


async def locked_until(session: AsyncSession, subjects: Mapping[str, Kind]) -> dict[str, datetime]:
    """Which of these subjects are locked now, and until when."""
    keys = {_key(subject, kind): subject for subject, kind in subjects.items()}
    return {keys[state.id]: until for state, until in await repository.locks(session, list(keys))}


async def clear(session: AsyncSession, subject: str, *, kind: Kind = "password") -> None:
    """Forget failures and locks of the subject."""
    await repository.clear_throttle(session, _key(subject, kind))


def _key(subject: str, kind: Kind) -> UUID:
    return UUID(bytes=get_vault().keyed_hash(subject, _PURPOSES[kind])[:16])


def _refusal(seconds: float, kind: Kind) -> AccountLocked:
    return AccountLocked(_WORDS[kind], retry_after_seconds=seconds)
