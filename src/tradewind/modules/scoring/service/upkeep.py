"""What the night does for scores: drift is looked for, points follow outcomes, old history is thinned."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.service import drift, learning, setups
from tradewind.modules.scoring.service.training import due_for_training

_KEEP_ALL = timedelta(days=30)
_KEEP_DAILY = timedelta(days=365)


async def setups_to_train(session: AsyncSession) -> list[tuple[str, str]]:
    """Look at every score: (key, why) of those to train. Health is stored; points without a model are shifted."""
    due: list[tuple[str, str]] = []
    for setup in await setups.every(session):
        champion = await repository.champion(session, setup.key)
        drifted: list[str] = []
        if champion is not None:
            drifted = (await drift.check(session, champion))["reasons"]
        if champion is None or setup.settings.mode != "model":
            await learning.learn(session, setup)
        if await due_for_training(session, setup, drifted=bool(drifted)):
            due.append((setup.key, drifted[0] if drifted else "More outcomes are known."))
    return due


async def prune_history(session: AsyncSession) -> int:
    """Thin out scores older than a month; returns how many rows went."""
    at = now()
    return await repository.prune_history(session, at - _KEEP_ALL, at - _KEEP_DAILY)
