"""What the sample company's agent found out: visitors of its conversations go through the flow, as they would have.

Read from what they wrote, by the engine itself; the rest is known from their records.
"""

import zlib
from dataclasses import asdict
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.leads import api as leads
from tradewind.modules.qualification import repository
from tradewind.modules.qualification.engine import outcomes, turns
from tradewind.modules.qualification.engine.flow import FlowDefinition
from tradewind.modules.qualification.engine.state import Held, RunState
from tradewind.modules.qualification.models import QualificationAnswer, QualificationRun
from tradewind.modules.qualification.service.running import known_value

_SAID = text("""
    SELECT c.id, c.organisation_id, c.lead_id, c.language, c.created_at, c.closed_at, m.id AS message_id, m.text
    FROM conversations c JOIN conversation_messages m ON m.conversation_id = c.id
    WHERE c.lead_id IS NOT NULL AND c.agent_id IS NOT NULL AND c.channel = 'chat'
      AND m.author = 'visitor' AND m.kind = 'message'
    ORDER BY c.created_at, c.id, m.sequence
""")


async def add_runs(session: AsyncSession) -> None:
    """Add a run of the published flow for every conversation with a known lead."""
    flow = next((one for one in await repository.every_flow(session) if one.published_version_id), None)
    version = (
        await repository.version(session, flow.published_version_id) if flow and flow.published_version_id else None
    )
    if version is None:
        return
    definition = FlowDefinition.model_validate(version.definition)
    for _, group in groupby((await session.execute(_SAID)).all(), key=lambda row: row.id):
        said = list(group)
        first = said[0]
        state = _read(definition, await leads.known_values(session, first.lead_id), said)
        verdict = outcomes.verdict(definition, state, today=now().date())
        ended = "incomplete" if verdict.state == "running" and first.closed_at else verdict.state
        run_id = new_id()
        session.add(
            QualificationRun(
                id=run_id, organisation_id=first.organisation_id, flow_version_id=version.id, subject="conversation",
                subject_id=first.id, lead_id=first.lead_id, lead_verified=True, language=first.language or "en",
                state=ended, score=verdict.score, outcome=verdict.outcome.name if verdict.outcome else None,
                reasons=[asdict(one) for one in verdict.reasons], attempts={}, created_at=first.created_at,
                updated_at=first.created_at, finished_at=None if ended == "running" else first.closed_at or now(),
            )
        )  # fmt: skip
        await session.flush()
        for key, held in sorted(state.answers.items(), key=lambda item: item[1].place):
            session.add(
                QualificationAnswer(
                    id=new_id(), organisation_id=first.organisation_id, run_id=run_id, question_key=key,
                    value=held.value, quote=held.quote, message_id=held.message_id, state=held.state,
                    at=first.created_at,
                )
            )  # fmt: skip
    await session.flush()


def _read(flow: FlowDefinition, known: dict[str, Any], said: list[Any]) -> RunState:
    """What the lead's record and the messages answer."""
    answers = {
        question.key: Held(value, "", "known")
        for question in flow.questions
        if question.lead_field and (value := known_value(question, known.get(question.lead_field))) is not None
    }
    state = RunState(answers, {}, seed=zlib.crc32(said[0].id.bytes))
    for row in said:
        reading = turns.read_turn(
            flow, state, text=row.text, message_id=row.message_id, language=row.language or "en", asked=None,
            today=row.created_at.date(),
        )  # fmt: skip
        state = state.with_reading(reading)
    return state
