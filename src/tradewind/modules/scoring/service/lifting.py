"""What would lift a lead's score: tried with everything the score is made of, rules and gates included."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.scoring.engine import calibration, counterfactual
from tradewind.modules.scoring.engine.counterfactual import Counterfactual
from tradewind.modules.scoring.service import point_rules, setups
from tradewind.modules.scoring.service.computing import compute
from tradewind.modules.scoring.service.scorers import scorer


async def what_would_lift(session: AsyncSession, lead_id: UUID) -> Counterfactual | None:
    """The least that would make a lead hot, else warm, by its primary score; None where nothing plausible does.

    None as well while rules alone score, whose points say it themselves. Raises LeadNotFound.
    """
    facts = await leads.lead_rows_for_scoring(session, lead_ids=[lead_id], limit=1)
    if not facts:
        raise LeadNotFound()
    active = await scorer(session, await setups.primary(session))
    model, plan, at = active.model, active.plan, now()
    if model is None or plan is None:
        return None
    rules = active.setup.settings.rules
    found = await point_rules.look_up(session, rules, [lead_id], at) if active.asks_rules else None
    cuts = calibration.apply(plan.calibrator, np.array([plan.thresholds.hot, plan.thresholds.warm]))

    def score_of(altered: Sequence[LeadFacts]) -> list[int]:
        return [made.score.score or 0 for made in compute(active, altered, at, found)]

    def search() -> Counterfactual | None:
        tried = (counterfactual.find(facts[0], model.encoder, score_of, int(np.ceil(100 * cut))) for cut in cuts)
        return next((one for one in tried if one is not None), None)

    return await asyncio.to_thread(search)
