"""Failed sign-ins: more than five a minute lock an address, each time for twice as long.

The address is the key whether or not an account has it, so a lock tells nothing. A lock stops sign-ins only: open
sessions go on, and a password reset lifts it.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.modules.identity.errors import AccountLocked
from tradewind.modules.identity.repository import sessions as repository

ALLOWED_FAILURES = 5
WINDOW = timedelta(minutes=1)
_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)
_LOCKS_REMEMBERED = timedelta(hours=24)


async def check(session: AsyncSession, email_key: str) -> AccountLocked | None:
    """The refusal while the address is locked, else None."""
    state = await repository.throttle(session, _key(email_key))
    if state is None or state.locked_until is None or state.locked_until <= now():
        return None
    return _refusal((state.locked_until - now()).total_seconds())


async def count_failure(session: AsyncSession, email_key: str) -> AccountLocked | None:
    """Count a failed sign-in; the refusal if this one locks the address."""
    key = _key(email_key)
    failures, locks = await repository.count_failure(
        session, key, window=now() - WINDOW, forgotten=now() - _LOCKS_REMEMBERED
    )
    if failures <= ALLOWED_FAILURES:
        return None
    wait = min(_LONGEST_LOCK, _FIRST_LOCK * 2 ** min(locks, 10))
    await repository.lock_sign_in(session, key, now() + wait)
    return _refusal(wait.total_seconds())


async def clear(session: AsyncSession, email_key: str) -> None:
    """Forget failures and locks of the address."""
    await repository.clear_throttle(session, _key(email_key))


def _key(email_key: str) -> UUID:
    return UUID(bytes=get_vault().keyed_hash(email_key, "identity.login_throttle")[:16])


def _refusal(seconds: float) -> AccountLocked:
    return AccountLocked(
        "Sign-in for this address is paused after too many failed attempts. Wait, or reset your password.",
        retry_after_seconds=seconds,
    )
