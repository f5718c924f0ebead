"""Challenges: an unfinished proof, kept on the server. Single use, five minutes, for one purpose only."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors import ChallengeEnded
from tradewind.modules.identity.models import AuthChallenge
from tradewind.modules.identity.repository import factors as repository
from tradewind.modules.identity.service.secrets import digest, new_secret

Purpose = Literal["second_factor", "passkey_login", "passkey_registration", "step_up"]
LIFETIME = timedelta(minutes=5)
MAX_ATTEMPTS = 5
_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Challenge:
    """A new challenge: `token` goes to the client and comes back with the proof, `nonce` is what a passkey signs."""

    token: str
    nonce: bytes
    expires_at: datetime


async def create(
    session: AsyncSession,
    purpose: Purpose,
    *,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Challenge:
    """Store a challenge; `organisation_id` is where a session shall open once it is met."""
    made = Challenge(new_secret(), os.urandom(_NONCE_BYTES), now() + LIFETIME)
    session.add(
        AuthChallenge(
            token_hash=digest(made.token),
            purpose=purpose,
            user_id=user_id,
            session_id=session_id,
            wanted_organisation_id=organisation_id,
            nonce=made.nonce,
            expires_at=made.expires_at,
        )
    )
    await session.flush()
    return made


async def attempt(
    session: AsyncSession,
    token: str,
    purpose: Purpose,
    *,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
) -> AuthChallenge:
    """The challenge, with this attempt counted; for challenges of a session, only to that very session.

    Raises ChallengeEnded if it is unknown, of another purpose, used, too old, or was tried too often.
    """
    found = await repository.try_challenge(session, digest(token), purpose, max_attempts=MAX_ATTEMPTS)
    if found is None or (session_id is not None and (found.user_id, found.session_id) != (user_id, session_id)):
        raise ChallengeEnded("Start again: this attempt was used, took too long or failed too often.")
    return found


async def spend(session: AsyncSession, challenge: AuthChallenge) -> None:
    """Make the challenge worthless: it was met, or it allows one attempt only."""
    challenge.used_at = now()
    await session.flush()
