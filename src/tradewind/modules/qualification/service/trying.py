"""Trials of a draft: a conversation that leaves no trace."""

import zlib
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.qualification.contracts import Reading, Urgency
from tradewind.modules.qualification.engine import asking, outcomes, turns
from tradewind.modules.qualification.engine.flow import FlowDefinition, text_in
from tradewind.modules.qualification.engine.regions import region_of
from tradewind.modules.qualification.engine.state import Held, RunState
from tradewind.modules.qualification.schemas import (
    FlowCaptureRead,
    FlowQuestionRead,
    FlowTried,
    FlowTriedAnswer,
    FlowTry,
    FlowUnusableRead,
    RunReasonRead,
)
from tradewind.modules.qualification.service import urgency as urgencies
from tradewind.modules.qualification.service.flows import require
from tradewind.modules.qualification.service.running import answers_of


async def try_flow(session: AsyncSession, flow_id: UUID, data: FlowTry) -> FlowTried:
    """Read one message with the engine that conversations use. Raises FlowNotFound."""
    row = await require(session, flow_id)
    flow = data.definition or FlowDefinition.model_validate(row.draft)
    at = now().astimezone(ZoneInfo(data.time_zone)) if data.time_zone else now()
    kept = [one for one in data.answers if flow.question(one.question_key) is not None]
    answers = {
        one.question_key: Held(one.value, one.quote, one.state, None, place) for place, one in enumerate(kept, 1)
    }
    state = RunState(answers, dict(data.attempts), seed=zlib.crc32(flow_id.bytes))
    reading: Reading | None = None
    urgency = Urgency("none", "No sign of urgency")
    if data.message is not None:
        reading = turns.read_turn(
            flow, state,
            text=data.message, message_id=new_id(), language=data.language, asked=data.asked,
            today=at.date(), region=region_of(data.time_zone),
        )  # fmt: skip
        state = state.with_reading(reading)
        urgency = await urgencies.judge(session, data.message, data.language)
    question = asking.next_question(flow, state, language=data.language, today=at.date(), reading=reading)
    verdict = outcomes.verdict(flow, state, today=at.date())
    order = sorted(state.answers, key=lambda key: state.answers[key].place)
    told = {one.question_key: one for one in answers_of(flow, state, data.language)}
    return FlowTried(
        captures=[FlowCaptureRead.model_validate(one) for one in reading.all] if reading else [],
        unusable=[FlowUnusableRead.model_validate(one) for one in reading.unusable] if reading else [],
        question=FlowQuestionRead.model_validate(question) if question else None,
        message=text_in(verdict.outcome.message, data.language, flow.language) or None if verdict.outcome else None,
        answers=[
            FlowTriedAnswer(
                question_key=key, label=told[key].label, value=told[key].value, shown=told[key].shown,
                quote=told[key].quote, state=told[key].state,
            )
            for key in order if key in told
        ],
        attempts=dict(state.attempts),
        state=verdict.state,
        score=verdict.score,
        outcome=verdict.outcome.name if verdict.outcome else None,
        next_step=verdict.outcome.next_step if verdict.outcome else "none",
        reasons=[RunReasonRead.model_validate(one) for one in verdict.reasons],
        urgency=urgency.level,
        urgency_why=urgency.why,
    )  # fmt: skip
