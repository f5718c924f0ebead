"""What a run leaves behind: the lead's fields, timeline, tags and status, and news for other modules."""

from datetime import date
from typing import Any
from uuid import uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity, ToldPerson
from tradewind.modules.qualification import repository
from tradewind.modules.qualification.contracts import Reading
from tradewind.modules.qualification.engine import outcomes
from tradewind.modules.qualification.engine.flow import FlowDefinition, FlowQuestion, text_in
from tradewind.modules.qualification.engine.state import RunState
from tradewind.modules.qualification.events import LeadQualified, LeadUnqualified
from tradewind.modules.qualification.models import QualificationRun


async def write_answers(
    session: AsyncSession,
    row: QualificationRun,
    flow: FlowDefinition,
    before: RunState,
    after: RunState,
    reading: Reading,
    *,
    joining: bool,
) -> None:
    """Write what was told to the lead. Who left an address becomes one; an address that has a lead joins it.

    A lead that the run is `joining` only now gets everything that was said before, too.

    What a visitor says never replaces what others wrote, unless the visitor proved to be the lead or is putting right
    what this very run has written.
    """
    told = [one for one in (*reading.captures, *reading.corrections) if one.value is not None]
    if joining:
        if row.lead_id is None:
            await _find_lead(session, row, flow, after)
        told = [one for one in reading.all if one.value is not None and one.state != "inferred"]
    if row.lead_id is None:
        return
    values: dict[str, Any] = {}
    replacing: set[str] = set()
    keys = [key for key, held in after.answers.items() if held.state in ("stated", "corrected")] if joining else []
    for key in dict.fromkeys([*keys, *(one.question_key for one in told)]):
        question = flow.question(key)
        if question is None or question.lead_field is None:
            continue
        values[question.lead_field] = field_value(question, after.given(key), flow)
        if row.lead_verified:
            replacing.add(question.lead_field)
    known = await leads.known_values(session, row.lead_id) if values else {}
    for one in reading.corrections:
        question = flow.question(one.question_key)
        held = before.answers.get(one.question_key)
        if (
            question
            and question.lead_field
            and held
            and known.get(question.lead_field) == field_value(question, held.value, flow)
        ):
            replacing.add(question.lead_field)
    values = {name: value for name, value in values.items() if value is not None}
    if values:
        await leads.qualify(session, row.lead_id, values=values, replacing=replacing)


async def settle(
    session: AsyncSession,
    row: QualificationRun,
    flow: FlowDefinition,
    state: RunState,
    today: date,
    *,
    over: bool = False,
) -> None:
    """Bring score, reasons and outcome up to date; what follows from an outcome happens once it changes."""
    verdict = outcomes.verdict(flow, state, today=today)
    ended = verdict.state if verdict.state != "running" or not over else "incomplete"
    outcome = verdict.outcome.name if verdict.outcome else None
    changed = (row.state, row.outcome) != (ended, outcome) and ended != "running"
    row.score = verdict.score
    row.reasons = [{"text": one.text, "points": one.points} for one in verdict.reasons]
    row.outcome, row.state = outcome, ended
    row.finished_at = None if ended == "running" else row.finished_at or now()
    await session.flush()
    if not changed or row.trial:
        return
    await identity.record(
        session, action=f"qualification.{ended}", subject_type=row.subject, subject_id=row.subject_id,
        after={"outcome": outcome, "score": row.score, "run_id": str(row.id)},
        reason="; ".join(one.text for one in verdict.reasons)[:500],
    )  # fmt: skip
    if row.lead_id is not None:
        await _tell_lead(session, row, verdict)
    if verdict.outcome is None:
        return
    event = LeadQualified if ended == "qualified" else LeadUnqualified
    version = await repository.version(session, row.flow_version_id)
    assert version is not None
    await publish(
        session,
        event(
            run_id=row.id, flow_id=version.flow_id, subject=row.subject, subject_id=row.subject_id,
            lead_id=row.lead_id, score=row.score, outcome=verdict.outcome.name, next_step=verdict.outcome.next_step,
        ),
    )  # fmt: skip


async def _tell_lead(session: AsyncSession, row: QualificationRun, verdict: outcomes.Verdict) -> None:
    assert row.lead_id is not None
    if verdict.outcome is not None:
        status = "qualified" if row.state == "qualified" else "unqualified"
        await leads.qualify(session, row.lead_id, values={}, add_tags=verdict.outcome.tags, status=status)
    titles = {"qualified": "Qualified", "unqualified": "Not qualified", "incomplete": "Qualification incomplete"}
    score = "" if row.score is None else f" ({row.score} of 100)"
    await leads.record_activities(
        session,
        [
            NewActivity(
                id=uuid5(row.id, f"{row.state}:{row.outcome}"),
                kind=f"qualification.{row.state}",
                lead_id=row.lead_id,
                title=f"{titles[row.state]}{score}: {row.outcome or 'answers are missing'}"[:300],
                body="\n".join(_line(one.text, one.points) for one in verdict.reasons)[:2_000],
                source="Qualification",
                data={"run_id": str(row.id), row.subject: str(row.subject_id), "score": row.score},
            )
        ],
    )  # fmt: skip


def _line(text: str, points: int | None) -> str:
    return text if points is None else f"{text}: {points:+d}"


async def _find_lead(session: AsyncSession, row: QualificationRun, flow: FlowDefinition, state: RunState) -> None:
    """Join the lead of the address that was told, or add one."""
    address = next(
        (state.given(one.key) for one in flow.questions if one.kind == "email" and state.given(one.key)), None
    )
    key = leads.email_key(address) if isinstance(address, str) else None
    if key is None:
        return
    known = await leads.leads_by_email(session, [key])
    if key not in known:
        known = await leads.create_told(
            session, [ToldPerson(email=key, source="Conversation", first_seen_at=row.created_at)]
        )
    row.lead_id = known[key]


def field_value(question: FlowQuestion, value: Any, flow: FlowDefinition) -> Any:
    """An answer as a field of the lead holds it."""
    if isinstance(value, dict):
        return value.get("amount")
    if question.kind == "choice":
        option = next((one for one in question.options if one.key == value), None)
        return text_in(option.label, flow.language, flow.language) if option else None
    if question.kind == "date" and isinstance(value, str) and len(value) == 7:
        return f"{value}-01"
    is_field = question.lead_field and not question.lead_field.startswith("custom.")
    return str(value) if is_field and value is not None else value
