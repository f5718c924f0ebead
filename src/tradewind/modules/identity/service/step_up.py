"""Step-up: renewing the proof of an open session, so that it may do dangerous things again."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.modules.identity.errors import WrongFactor
from tradewind.modules.identity.repository import factors as repository
from tradewind.modules.identity.service import audit, challenges, factors, passkeys, recent_proof


async def start_passkey(session: AsyncSession) -> tuple[challenges.Challenge, dict[str, Any]]:
    """Challenge and browser options to confirm with one of the acting user's passkeys."""
    user = await factors.acting_user(session)
    challenge = await challenges.create(session, "step_up", user_id=user.id, session_id=actor_of(session).session_id)
    return challenge, passkeys.request_options(challenge.nonce, await repository.passkeys(session, user.id))


async def perform(session: AsyncSession, proof: factors.Proof, *, token: str | None) -> AppError | None:
    """Renew the acting session by a proof; `token` is the challenge's, for passkeys.

    A wrong proof is returned, not raised, because its traces must be committed. Raises ChallengeEnded, WrongFactor.
    """
    session_id = actor_of(session).session_id
    user = await factors.acting_user(session)
    usable = await recent_proof.factor_methods(session, user.id) or await recent_proof.other_methods(session, user.id)
    if proof.method not in usable:
        message = f"Use one of: {', '.join(usable)}."
        raise WrongFactor(message, errors=[{"field": "method", "message": message}])
    nonce = None
    if proof.method == "passkey":
        challenge = await challenges.attempt(session, token or "", "step_up", user_id=user.id, session_id=session_id)
        await challenges.spend(session, challenge)
        nonce = challenge.nonce
    refusal = await factors.check(session, user, proof, nonce)
    if refusal is not None:
        return refusal
    await factors.note_proof(session, proof.method)
    await audit.record(
        session, action="session.confirmed", subject_type="session", subject_id=session_id,
        after={"method": proof.method},
    )  # fmt: skip
    return None
