"""Versions of a prompt side by side: who is given which, and what people's judgement says of each."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import bandit
from tradewind.modules.ai import repository_experiments as repository
from tradewind.modules.ai.contracts_feedback import Because
from tradewind.modules.ai.models_experiments import PromptUse

_random = np.random.default_rng()


async def chosen(session: AsyncSession, prompt_id: UUID, subject_id: UUID) -> int | None:
    """The version that `subject_id` is given by the running experiment; None where there is none.

    The same subject gets the same version as long as the experiment runs.
    """
    experiment = await repository.running(session, prompt_id)
    if experiment is None:
        return None
    known = await repository.used_number(session, experiment.id, subject_id)
    if known is not None:
        return known
    arms = await repository.arms(session, [experiment.id])
    place, propensity = bandit.choose([bandit.Judged(arm.judged, arm.reward) for arm in arms], _random)
    use = PromptUse(
        id=new_id(), organisation_id=actor_of(session).organisation_id, arm_id=arms[place].id,
        experiment_id=experiment.id, subject_id=subject_id, propensity=propensity,
    )  # fmt: skip
    if await repository.add_use(session, use):
        return arms[place].number
    return await repository.used_number(session, experiment.id, subject_id)


async def taking_turns(session: AsyncSession, subject_id: UUID) -> bool:
    """Whether `subject_id` was given one of several versions, so that what comes of it matters."""
    return await repository.is_used(session, subject_id)


async def feedback(
    session: AsyncSession, subject_id: UUID, reward: float | None, *, because: Sequence[Because] = ()
) -> None:
    """Say how good (0 … 1) what came of a prompt for `subject_id` was, and `because` of what; None takes it back.

    The last word counts. Without an experiment nothing happens: whoever hears feedback may always pass it on.
    """
    if reward is not None and not 0 <= reward <= 1:
        raise ValueError(f"a judgement lies between 0 and 1, not at {reward}")
    for use in await repository.uses(session, subject_id):
        if (use.reward, use.because) == (reward, list(because)):
            continue
        count = (reward is not None) - (use.reward is not None)
        await repository.weigh(session, use.arm_id, judged=count, reward=(reward or 0.0) - (use.reward or 0.0))
        use.reward, use.judged_at = reward, now() if reward is not None else None
        use.because = list(because)
    await session.flush()


async def unused(session: AsyncSession, subject_id: UUID) -> None:
    """Nobody saw what came of the prompt: it counts as not chosen."""
    await repository.forget_uses(session, subject_id)
