"""What other modules may ask of qualification; frozen dataclasses in and out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now as current
from tradewind.modules.qualification.contracts import (
    FlowSummary,
    OutlinedQuestion,
    Question,
    Reading,
    Result,
    Run,
    Urgency,
)
from tradewind.modules.qualification.gates import register as gate
from tradewind.modules.qualification.service import flows, running
from tradewind.modules.qualification.service import urgency as urgencies

__all__ = [
    "calm",
    "finish_run",
    "flow_summaries",
    "gate",
    "next_question",
    "outline",
    "published_fingerprint",
    "raise_urgency",
    "read_turn",
    "record",
    "result",
    "results_of",
    "start_run",
    "tried_fingerprint",
    "urgency",
]


async def flow_summaries(session: AsyncSession) -> Sequence[FlowSummary]:
    """All flows in short, by name."""
    return await flows.summaries(session)


async def tried_fingerprint(session: AsyncSession, flow_id: UUID) -> str | None:
    """Tells what trials ask: a flow's draft, or what is published where the draft could not be; None for nothing."""
    return await flows.tried_fingerprint(session, flow_id)


async def published_fingerprint(session: AsyncSession, flow_id: UUID) -> str | None:
    """Tells what visitors are asked; None for nothing."""
    return await flows.published_fingerprint(session, flow_id)


async def outline(session: AsyncSession, flow_id: UUID) -> tuple[OutlinedQuestion, ...]:
    """The questions of a flow's published version, in order; none before it is published. Raises FlowNotFound."""
    return await flows.outline(session, flow_id)


async def start_run(
    session: AsyncSession,
    flow_id: UUID,
    *,
    subject_id: UUID,
    lead_id: UUID | None = None,
    lead_verified: bool = False,
    subject: str = "conversation",
    language: str = "en",
    trial: bool = False,
    draft: bool = False,
) -> Run:
    """Begin the published version of a flow for a subject; a repetition finds the run that is there.

    What the lead's record knows is not asked, if the visitor proved to be the lead (`lead_verified`). A `trial` writes
    to no lead and tells nobody; with `draft` it follows the flow's draft, where that can be published.
    Raises FlowNotFound, FlowNotPublished.
    """
    return await running.start_run(
        session, flow_id,
        subject=subject, subject_id=subject_id, lead_id=lead_id, lead_verified=lead_verified,
        language=language, trial=trial, draft=draft,
    )  # fmt: skip


async def read_turn(
    session: AsyncSession,
    run_id: UUID,
    *,
    text: str,
    message_id: UUID,
    language: str,
    asked: str | None,
    now: datetime | None = None,
    time_zone: str | None = None,
) -> Reading:
    """What a message says about the questions of a run, without any model: several answers at once, corrections,
    refusals, and guesses to be confirmed. Stores nothing.

    `asked` is the key of the question the visitor was asked last; `language` an ISO 639 code; `time_zone` the
    visitor's IANA zone, for “tomorrow”, phone numbers and 3/8. Raises RunNotFound.
    """
    return await running.read_turn(
        session, run_id,
        text=text, message_id=message_id, language=language, asked=asked, at=now or current(), time_zone=time_zone,
    )  # fmt: skip


async def next_question(
    session: AsyncSession,
    run_id: UUID,
    *,
    language: str = "en",
    reading: Reading | None = None,
    time_zone: str | None = None,
) -> Question | None:
    """What to ask now, in the visitor's language; None once the flow has nothing left to ask.

    With a `reading`, recorded or not, as if it were recorded, and with the words that lead over from it.
    Raises RunNotFound.
    """
    return await running.next_question(session, run_id, language=language, reading=reading, time_zone=time_zone)


async def record(
    session: AsyncSession, run_id: UUID, reading: Reading, *, lead_id: UUID | None = None, time_zone: str | None = None
) -> Result:
    """Store a reading and what follows from it: the lead's fields, and at the end of the flow score, outcome, status,
    tags, timeline and events.

    Doing it twice has the effect of once. `lead_id` links a lead that became known. Raises RunNotFound.
    """
    return await running.record(session, run_id, reading, lead_id=lead_id, time_zone=time_zone)


async def result(session: AsyncSession, run_id: UUID) -> Result:
    """Where a run stands, with all answers and the reasons in words. Raises RunNotFound."""
    return await running.result(session, run_id)


async def results_of(session: AsyncSession, subject_id: UUID, *, subject: str = "conversation") -> Sequence[Result]:
    """Where the runs of a subject stand, newest first; none where no flow was followed."""
    return await running.results_of(session, subject, subject_id)


async def finish_run(session: AsyncSession, run_id: UUID) -> Result:
    """End a run whose conversation is over: what was not answered makes it incomplete. Raises RunNotFound."""
    return await running.finish(session, run_id)


async def urgency(session: AsyncSession, text: str, *, language: str = "en") -> Urgency:
    """How pressing a message is, by rules and by the shipped classifier, and why in words."""
    return await urgencies.judge(session, text, language)


async def raise_urgency(
    session: AsyncSession,
    found: Urgency,
    *,
    subject_id: UUID,
    subject: str = "conversation",
    lead_id: UUID | None = None,
    email: str | None = None,
    phone: str | None = None,
    link: str | None = None,
) -> bool:
    """Flag the lead as urgent, mail the designated address (else everyone who answers conversations), and ask for an
    emergency call to `phone`, all in this transaction. Once for a subject; returns whether it was the first time.
    """
    return await urgencies.raise_alarm(
        session, found, subject=subject, subject_id=subject_id, lead_id=lead_id, email_to=email, phone=phone, link=link
    )


async def calm(
    session: AsyncSession, text: str, *, subject_id: UUID, subject: str = "conversation", lead_id: UUID | None = None
) -> None:
    """Take an alarm back: `text`, which raised it, becomes an example of what can wait, the lead (if given) loses its
    mark, and the subject may raise an alarm again.
    """
    await urgencies.calm(session, text, subject=subject, subject_id=subject_id, lead_id=lead_id)
