"""Starting and ending experiments with prompts, and how they stand."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import bandit
from tradewind.modules.ai import repository_experiments as repository
from tradewind.modules.ai import repository_prompts as stored
from tradewind.modules.ai.contracts_feedback import Because
from tradewind.modules.ai.errors_prompts import (
    ExperimentEnded,
    ExperimentNotFound,
    ExperimentRunning,
    PromptNotFound,
    PromptVersionNotFound,
)
from tradewind.modules.ai.models_experiments import Arm, Experiment
from tradewind.modules.ai.schemas_experiments import ArmRead, ExperimentCreate, ExperimentEnd, ExperimentRead
from tradewind.modules.ai.service import prompts
from tradewind.modules.identity import api as identity

SHOWN = 20


async def listed(session: AsyncSession, key: str) -> list[ExperimentRead]:
    """A prompt's experiments, newest first. Raises PromptNotFound."""
    await prompts.read(session, key)
    row = await stored.prompt(session, key)
    found = await repository.experiments(session, row.id, limit=SHOWN) if row else []
    ids = [one.id for one in found]
    arms, logged = await repository.arms(session, ids), await repository.logged(session, ids)
    return [_read(one, [arm for arm in arms if arm.experiment_id == one.id], logged) for one in found]


async def start(session: AsyncSession, key: str, data: ExperimentCreate) -> ExperimentRead:
    """Let versions of a prompt take turns. Raises PromptNotFound, PromptVersionNotFound, ExperimentRunning."""
    for number in data.numbers:
        await prompts.read_version(session, key, number)
    row = await prompts.row_of(session, key)
    if await repository.running(session, row.id):
        raise ExperimentRunning()
    organisation_id, name = row.organisation_id, actor_of(session).name
    made = Experiment(
        id=new_id(), organisation_id=organisation_id, prompt_id=row.id, state="running", started_by_name=name,
        started_at=now(),
    )  # fmt: skip
    session.add(made)
    await session.flush()
    arms = [
        Arm(id=new_id(), organisation_id=organisation_id, experiment_id=made.id, number=number, used=0, judged=0,
            reward=0.0)
        for number in sorted(data.numbers)
    ]  # fmt: skip
    session.add_all(arms)
    await session.flush()
    await identity.record(
        session, action="prompt.experiment_started", subject_type="prompt", subject_id=row.id,
        after={"key": key, "versions": sorted(data.numbers)},
    )  # fmt: skip
    return _read(made, arms, {})


async def end(session: AsyncSession, key: str, experiment_id: UUID, data: ExperimentEnd) -> ExperimentRead:
    """End an experiment; with `publish`, that one of its versions is in use from now on.

    Raises PromptNotFound, ExperimentNotFound, ExperimentEnded, PromptVersionNotFound.
    """
    row = await stored.prompt(session, key, lock=True)
    if row is None:
        raise PromptNotFound()
    found = await repository.experiment(session, row.id, experiment_id)
    if found is None:
        raise ExperimentNotFound()
    if found.state == "ended":
        raise ExperimentEnded()
    arms = await repository.arms(session, [found.id])
    if data.publish is not None and data.publish not in {arm.number for arm in arms}:
        raise PromptVersionNotFound(f"Version {data.publish} takes no part in this experiment.")
    found.state, found.ended_at, found.ended_by_name = "ended", now(), actor_of(session).name
    found.published = data.publish
    await session.flush()
    await identity.record(
        session, action="prompt.experiment_ended", subject_type="prompt", subject_id=row.id,
        after={"key": key, "published": data.publish},
    )  # fmt: skip
    if data.publish is not None:
        await prompts.put_in_use(session, row, data.publish)
    return _read(found, arms, await repository.logged(session, [found.id]))


def _read(found: Experiment, arms: Sequence[Arm], logged: Mapping[UUID, repository.Logged]) -> ExperimentRead:
    judged = [bandit.Judged(arm.judged, arm.reward) for arm in arms]
    # The same figures show the same chances each time they are looked at.
    chances = bandit.chances_of_being_best(judged, np.random.default_rng(0))
    return ExperimentRead(
        id=found.id, running=found.state == "running", started_by_name=found.started_by_name,
        started_at=found.started_at, ended_by_name=found.ended_by_name, ended_at=found.ended_at,
        published=found.published,
        arms=[
            _arm(arm, one, float(chance), logged.get(arm.id))
            for arm, one, chance in zip(arms, judged, chances, strict=True)
        ],
    )  # fmt: skip


def _arm(arm: Arm, judged: bandit.Judged, chance: float, logged: repository.Logged | None) -> ArmRead:
    return ArmRead(
        number=arm.number, used=arm.used, judged=arm.judged,
        rate=round(arm.reward / arm.judged, 4) if arm.judged else None,
        interval=bandit.interval(judged), best_chance=round(chance, 3),
        propensity=round(logged.propensity, 4) if logged else None,
        weighed_rate=round(logged.weighed, 4) if logged and logged.weighed is not None else None,
        because=cast(dict[Because, int], logged.because) if logged else {},
    )  # fmt: skip
