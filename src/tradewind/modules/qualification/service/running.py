"""Runs: started, fed with readings, and asked what comes next."""

import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.leads import api as leads
from tradewind.modules.qualification import repository
from tradewind.modules.qualification.contracts import (
    Answer,
    Question,
    Reading,
    Reason,
    Result,
    Run,
)
from tradewind.modules.qualification.engine import asking, outcomes, turns
from tradewind.modules.qualification.engine.checking import problems
from tradewind.modules.qualification.engine.flow import FlowDefinition, FlowQuestion, text_in
from tradewind.modules.qualification.engine.regions import region_of
from tradewind.modules.qualification.engine.state import Held, RunState
from tradewind.modules.qualification.engine.values import shown
from tradewind.modules.qualification.errors import FlowNotFound, FlowNotPublished, RunNotFound
from tradewind.modules.qualification.models import QualificationRun
from tradewind.modules.qualification.service import writing


async def start_run(
    session: AsyncSession,
    flow_id: UUID,
    *,
    subject: str,
    subject_id: UUID,
    lead_id: UUID | None,
    lead_verified: bool,
    language: str,
    trial: bool,
    draft: bool = False,
) -> Run:
    """Begin, or find the run of this subject. Raises FlowNotFound, FlowNotPublished."""
    flow = await repository.flow(session, flow_id)
    if flow is None:
        raise FlowNotFound("There is no such flow; it may have been removed.")
    held = await repository.run_of(session, flow_id, subject, subject_id)
    if held is None:
        if flow.published_version_id is None or not flow.active:
            raise FlowNotPublished(f"“{flow.name}” is {'switched off' if flow.published_version_id else 'a draft'}.")
        run_id = new_id()
        values = {
            "id": run_id, "organisation_id": flow.organisation_id, "flow_version_id": flow.published_version_id,
            "subject": subject, "subject_id": subject_id, "lead_id": lead_id, "language": language[:10], "trial": trial,
            "lead_verified": lead_verified and lead_id is not None, "created_at": now(), "updated_at": now(),
            "definition": flow.draft if draft and not problems(FlowDefinition.model_validate(flow.draft)) else None,
        }  # fmt: skip
        if await repository.add_run(session, values) is not None and lead_id is not None and lead_verified:
            await _take_known(session, run_id, flow.published_version_id, lead_id)
        held = await repository.run_of(session, flow_id, subject, subject_id)
        assert held is not None
    return Run(held.id, flow_id, held.flow_version_id, held.state, held.lead_id)  # type: ignore[arg-type]


async def read_turn(
    session: AsyncSession,
    run_id: UUID,
    *,
    text: str,
    message_id: UUID,
    language: str,
    asked: str | None,
    at: datetime,
    time_zone: str | None,
) -> Reading:
    """What a message says for a run; stores nothing. Raises RunNotFound."""
    _, flow, state = await _load(session, run_id)
    return turns.read_turn(
        flow, state,
        text=text, message_id=message_id, language=language, asked=asked,
        today=_local(at, time_zone).date(), region=region_of(time_zone),
    )  # fmt: skip


async def next_question(
    session: AsyncSession, run_id: UUID, *, language: str, reading: Reading | None, time_zone: str | None
) -> Question | None:
    """The question to ask after a reading that may not be recorded yet. Raises RunNotFound."""
    row, flow, state = await _load(session, run_id)
    if row.state != "running" and reading is None:
        return None
    after = state.with_reading(reading) if reading and not await _recorded(session, run_id, reading) else state
    return asking.next_question(flow, after, language=language, today=_local(now(), time_zone).date(), reading=reading)


async def record(
    session: AsyncSession, run_id: UUID, reading: Reading, *, lead_id: UUID | None, time_zone: str | None
) -> Result:
    """Store a reading, write what it tells to the lead, and end the run where nothing is left to ask.

    Recording the same reading twice stores it once. Raises RunNotFound.
    """
    row, flow, state = await _load(session, run_id, lock=True)
    joining = row.lead_id is None
    row.lead_id = row.lead_id or lead_id
    repeated = await _recorded(session, run_id, reading)
    rows = [
        {
            "id": new_id(), "organisation_id": row.organisation_id, "run_id": run_id, "value": one.value,
            "question_key": one.question_key, "quote": one.quote, "message_id": one.message_id, "state": one.state,
        }
        for one in reading.all
    ]  # fmt: skip
    before = state
    await repository.add_answers(session, rows)
    if not repeated:
        state = state.with_reading(reading)
        row.attempts = dict(state.attempts)
        row.updated_at = now()
    today = _local(now(), time_zone).date()
    if not row.trial:
        await writing.write_answers(session, row, flow, before, state, reading, joining=joining)
    await writing.settle(session, row, flow, state, today)
    return await _result(session, row, flow, state)


async def result(session: AsyncSession, run_id: UUID) -> Result:
    """Where a run stands. Raises RunNotFound."""
    row, flow, state = await _load(session, run_id)
    return await _result(session, row, flow, state)


async def results_of(session: AsyncSession, subject: str, subject_id: UUID) -> list[Result]:
    """Where the runs of a subject stand, newest first."""
    return [await result(session, row.id) for row in await repository.runs_of(session, subject, subject_id)]


async def finish(session: AsyncSession, run_id: UUID) -> Result:
    """End a run whose conversation is over, with what was said so far. Raises RunNotFound."""
    row, flow, state = await _load(session, run_id, lock=True)
    await writing.settle(session, row, flow, state, now().date(), over=True)
    return await _result(session, row, flow, state)


def state_of(row: QualificationRun, said: Sequence[Any]) -> RunState:
    """The state of a run by everything that was said, oldest first."""
    answers = {one.question_key: Held(one.value, one.quote, one.state, one.message_id, one.place) for one in said}
    return RunState(answers, dict(row.attempts), seed=zlib.crc32(row.id.bytes))


def answers_of(flow: FlowDefinition, state: RunState, language: str) -> tuple[Answer, ...]:
    """Answers in the order of the questions."""
    return tuple(
        Answer(
            question.key, question.label, held.value, shown(held.value, question, language, flow.language),
            held.quote, held.state, held.message_id,
        )
        for question in flow.questions
        if (held := state.answers.get(question.key)) is not None and (held.value is not None or held.state == "refused")
    )  # fmt: skip


async def _load(
    session: AsyncSession, run_id: UUID, *, lock: bool = False
) -> tuple[QualificationRun, FlowDefinition, RunState]:
    row = await repository.run(session, run_id, lock=lock)
    version = await repository.version(session, row.flow_version_id) if row else None
    if row is None or version is None:
        raise RunNotFound("There is no such run.")
    said = await repository.answers(session, run_id)
    return row, FlowDefinition.model_validate(row.definition or version.definition), state_of(row, said)


async def _recorded(session: AsyncSession, run_id: UUID, reading: Reading) -> bool:
    """Whether a reading's message was recorded before (a reading that changes nothing leaves no trace)."""
    ids = {one.message_id for one in reading.all}
    return bool(ids) and any(one.message_id in ids for one in await repository.answers(session, run_id))


async def _take_known(session: AsyncSession, run_id: UUID, version_id: UUID, lead_id: UUID) -> None:
    """Answer from the lead's record what it knows already."""
    version = await repository.version(session, version_id)
    assert version is not None
    flow = FlowDefinition.model_validate(version.definition)
    known = await leads.known_values(session, lead_id)
    organisation_id = actor_of(session).organisation_id
    rows = []
    for question in flow.questions:
        value = known_value(question, known.get(question.lead_field)) if question.lead_field else None
        if value is not None:
            rows.append(
                {
                    "id": new_id(), "organisation_id": organisation_id, "run_id": run_id, "value": value,
                    "question_key": question.key, "quote": "", "message_id": None, "state": "known",
                }
            )  # fmt: skip
    await repository.add_answers(session, rows)


def known_value(question: FlowQuestion, value: Any) -> Any:
    """A field's value as an answer; None where it cannot be one."""
    match question.kind:
        case "number":
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case "money":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return {"amount": value, "currency": question.currency} if number else None
        case "yes_no":
            return value if isinstance(value, bool) else None
        case "choice":
            told = str(value).casefold() if value is not None else ""
            named = {
                option.key: {option.key, *(text.casefold() for text in option.label.values())}
                for option in question.options
            }
            return next((key for key, names in named.items() if told in names), None)
        case "date":
            return value[:10] if isinstance(value, str) and _is_date(value[:10]) else None
    return value if isinstance(value, str) else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


async def _result(session: AsyncSession, row: QualificationRun, flow: FlowDefinition, state: RunState) -> Result:
    version = await repository.version(session, row.flow_version_id)
    assert version is not None
    verdict = outcomes.verdict(flow, state, today=now().date())
    ended = next((one for one in [*flow.outcomes, flow.otherwise] if one.name == row.outcome), None)
    return Result(
        run_id=row.id,
        flow_id=version.flow_id,
        state=row.state,  # type: ignore[arg-type]
        score=row.score,
        outcome=row.outcome,
        next_step=ended.next_step if ended else "none",
        reasons=tuple(Reason(one["text"], one.get("points")) for one in row.reasons),
        answers=answers_of(flow, state, row.language),
        missing=verdict.missing,
        tags=tuple(ended.tags) if ended else (),
        message=text_in(ended.message, row.language, flow.language) or None if ended else None,
        lead_id=row.lead_id,
    )


def _local(at: datetime, time_zone: str | None) -> datetime:
    return at.astimezone(ZoneInfo(time_zone)) if time_zone else at
