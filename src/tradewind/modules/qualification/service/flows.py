"""Flows as people edit them: drafts, versions, trials."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.qualification import gates, repository
from tradewind.modules.qualification.contracts import FlowSummary, OutlinedQuestion
from tradewind.modules.qualification.engine.checking import problems
from tradewind.modules.qualification.engine.flow import FlowDefinition
from tradewind.modules.qualification.errors import (
    FlowInvalid,
    FlowNotFound,
    KeyTaken,
    TooManyFlows,
    VersionNotFound,
)
from tradewind.modules.qualification.models import QualificationFlow, QualificationFlowVersion
from tradewind.modules.qualification.schemas import (
    FlowCreate,
    FlowProblem,
    FlowPublish,
    FlowRead,
    FlowRow,
    FlowRunAnswerRead,
    FlowRunCounts,
    FlowUpdate,
    FlowVersionRead,
    QualificationRunRead,
)
from tradewind.modules.qualification.service.running import answers_of, state_of
from tradewind.modules.qualification.service.templates import template

MAX_FLOWS = 100
_SHOWN = ("id", "version", "name", "key", "description", "active", "created_at", "updated_at")


async def summaries(session: AsyncSession) -> list[FlowSummary]:
    """All flows in short, by name."""
    flows = await repository.every_flow(session)
    told = await _versions(session, flows)
    return [
        FlowSummary(one.id, one.name, one.key, one.active, told[one.id].number if one.id in told else None)
        for one in flows
    ]


async def outline(session: AsyncSession, flow_id: UUID) -> tuple[OutlinedQuestion, ...]:
    """The questions of the published version. Raises FlowNotFound."""
    flow = await require(session, flow_id)
    version = await repository.version(session, flow.published_version_id) if flow.published_version_id else None
    if version is None:
        return ()
    definition = FlowDefinition.model_validate(version.definition)
    return tuple(
        OutlinedQuestion(
            one.key, one.kind, one.label,
            tuple(option.label.get(definition.language) or next(iter(option.label.values())) for option in one.options),
        )
        for one in definition.questions
    )  # fmt: skip


async def tried_fingerprint(session: AsyncSession, flow_id: UUID) -> str | None:
    """Tells what trials ask: a flow's draft, or what is published where the draft could not be; None for nothing."""
    flow = await repository.flow(session, flow_id)
    if flow is not None and not problems(FlowDefinition.model_validate(flow.draft)):
        return gates.fingerprint(flow.draft)
    return await published_fingerprint(session, flow_id)


async def published_fingerprint(session: AsyncSession, flow_id: UUID) -> str | None:
    """Tells what visitors are asked; None for nothing."""
    flow = await repository.flow(session, flow_id)
    if flow is None or flow.published_version_id is None or not flow.active:
        return None
    version = await repository.version(session, flow.published_version_id)
    return gates.fingerprint(version.definition) if version else None


async def list_flows(session: AsyncSession) -> list[FlowRow]:
    """All flows, by name."""
    return [FlowRow(**row) for row in await _rows(session, await repository.every_flow(session))]


async def read_flow(session: AsyncSession, flow_id: UUID) -> FlowRead:
    """A flow with its draft. Raises FlowNotFound."""
    return await _read(session, await require(session, flow_id))


async def create_flow(session: AsyncSession, data: FlowCreate) -> FlowRead:
    """Add a flow as a draft. Raises KeyTaken, TooManyFlows."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    taken = {flow.key for flow in await repository.every_flow(session)}
    if len(taken) >= MAX_FLOWS:
        raise TooManyFlows(f"{MAX_FLOWS} flows are the most one can keep. Remove one that is not used.")
    if data.key in taken:
        raise KeyTaken(f"Another flow has the key “{data.key}”. Choose another one.")
    definition = data.definition or (template(data.template) if data.template else FlowDefinition())
    flow = QualificationFlow(
        id=new_id(), organisation_id=organisation_id, name=data.name, description=data.description,
        key=data.key or _key_of(data.name, taken), draft=definition.model_dump(mode="json"),
    )  # fmt: skip
    session.add(flow)
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        if "qualification_flows_by_key" not in str(error.orig):
            raise
        raise KeyTaken(f"Another flow has the key “{flow.key}”. Choose another one.") from error
    await _record(session, "qualification_flow.created", flow, after=_facts(flow))
    return await _read(session, flow)


async def update_flow(session: AsyncSession, flow_id: UUID, data: FlowUpdate, if_match: str | None) -> FlowRead:
    """Change a flow or its draft. Raises FlowNotFound, PreconditionFailed."""
    flow = await _changeable(session, flow_id, if_match)
    before = _facts(flow)
    for name in data.model_fields_set:
        value = getattr(data, name)
        if value is not None:
            setattr(flow, name, value.model_dump(mode="json") if isinstance(value, FlowDefinition) else value)
    after = _facts(flow)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        flow.version += 1
        flow.updated_at = now()
        await session.flush()
        await _record(
            session, "qualification_flow.updated", flow,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return await _read(session, flow)


async def delete_flow(session: AsyncSession, flow_id: UUID, if_match: str | None) -> None:
    """Remove a flow from sight; what ran through it stays. Raises FlowNotFound, PreconditionFailed."""
    flow = await _changeable(session, flow_id, if_match)
    flow.deleted_at = flow.updated_at = now()
    flow.active = False
    flow.version += 1
    await _record(session, "qualification_flow.deleted", flow, before=_facts(flow))


async def publish_flow(session: AsyncSession, flow_id: UUID, data: FlowPublish, if_match: str | None) -> FlowRead:
    """Make the draft the version that new runs follow.

    Raises FlowNotFound, FlowInvalid, PreconditionFailed, and what a gate says against the draft.
    """
    flow = await _changeable(session, flow_id, if_match)
    wrong = problems(FlowDefinition.model_validate(flow.draft))
    if wrong:
        raise FlowInvalid(f"Put {len(wrong)} thing{'s' if len(wrong) > 1 else ''} right first.", errors=wrong)
    if flow.published_version_id is not None:
        await gates.ask(session, flow.id, flow.draft)
    actor = actor_of(session)
    version = QualificationFlowVersion(
        id=new_id(), organisation_id=flow.organisation_id, flow_id=flow.id, note=data.note, definition=flow.draft,
        number=await repository.newest_number(session, flow.id) + 1, published_at=now(),
        published_by=actor.user_id, published_by_name=actor.name,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    flow.published_version_id = version.id
    flow.version += 1
    flow.updated_at = now()
    await session.flush()
    await _record(session, "qualification_flow.published", flow, after={"number": version.number, "note": data.note})
    return await _read(session, flow)


async def restore_version(session: AsyncSession, flow_id: UUID, number: int, if_match: str | None) -> FlowRead:
    """Make an old version the draft again. Raises FlowNotFound, VersionNotFound, PreconditionFailed."""
    flow = await _changeable(session, flow_id, if_match)
    old = next((one for one in await repository.versions(session, flow_id, 1_000) if one.number == number), None)
    if old is None:
        raise VersionNotFound(f"“{flow.name}” has no version {number}.")
    return await update_flow(session, flow_id, FlowUpdate(draft=FlowDefinition.model_validate(old.definition)), None)


async def list_versions(session: AsyncSession, flow_id: UUID) -> list[FlowVersionRead]:
    """The newest 50 versions, newest first. Raises FlowNotFound."""
    flow = await require(session, flow_id)
    return [
        FlowVersionRead(
            id=one.id, number=one.number, note=one.note, published_at=one.published_at,
            published_by_name=one.published_by_name, current=one.id == flow.published_version_id,
            definition=FlowDefinition.model_validate(one.definition),
        )
        for one in await repository.versions(session, flow_id)
    ]  # fmt: skip


async def list_runs(
    session: AsyncSession, flow_id: UUID, *, state: str | None, cursor: str | None, limit: int
) -> Page[QualificationRunRead]:
    """What visitors answered, newest first, with score, outcome and reasons. Raises FlowNotFound."""
    await require(session, flow_id)
    rows, following, previous = await repository.runs(session, flow_id, state=state, cursor=cursor, limit=limit)
    hidden = hides(actor_of(session))
    items = []
    for row in rows:
        version = await repository.version(session, row.flow_version_id)
        assert version is not None
        flow = FlowDefinition.model_validate(version.definition)
        said = await repository.answers(session, row.id)
        answers = [
            FlowRunAnswerRead(
                question_key=one.question_key, label=one.label, state=one.state,
                shown=masked(one.shown) if hidden else one.shown, quote=masked(one.quote) if hidden else one.quote,
            )
            for one in answers_of(flow, state_of(row, said), flow.language)
        ]  # fmt: skip
        items.append(
            QualificationRunRead.model_validate(
                {
                    **{name: getattr(row, name) for name in QualificationRunRead.model_fields if name != "answers"},
                    "answers": answers,
                }
            )
        )
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def require(session: AsyncSession, flow_id: UUID, *, lock: bool = False) -> QualificationFlow:
    """The flow. Raises FlowNotFound."""
    flow = await repository.flow(session, flow_id, lock=lock)
    if flow is None:
        raise FlowNotFound("There is no such flow; it may have been removed.")
    return flow


async def _changeable(session: AsyncSession, flow_id: UUID, if_match: str | None) -> QualificationFlow:
    flow = await require(session, flow_id, lock=True)
    check_version(if_match, flow.version, (await _read(session, flow)).model_dump(mode="json"))
    return flow


async def _versions(session: AsyncSession, flows: Sequence[QualificationFlow]) -> dict[UUID, QualificationFlowVersion]:
    found = await repository.versions_by_id(
        session, [one.published_version_id for one in flows if one.published_version_id]
    )
    return {version.flow_id: version for version in found}


async def _rows(session: AsyncSession, flows: Sequence[QualificationFlow]) -> list[dict[str, Any]]:
    told = await _versions(session, flows)
    counted = await repository.counted(session, [flow.id for flow in flows])
    rows = []
    for flow in flows:
        version = told.get(flow.id)
        rows.append(
            {
                **{name: getattr(flow, name) for name in _SHOWN},
                "published_number": version.number if version else None,
                "published_at": version.published_at if version else None,
                "unpublished_changes": version is None or version.definition != flow.draft,
                "question_count": len(flow.draft.get("questions", [])),
                "runs": FlowRunCounts(**counted.get(flow.id, {})),
            }
        )  # fmt: skip
    return rows


async def _read(session: AsyncSession, flow: QualificationFlow) -> FlowRead:
    [row] = await _rows(session, [flow])
    draft = FlowDefinition.model_validate(flow.draft)
    return FlowRead(**row, draft=draft, problems=[FlowProblem(**one) for one in problems(draft)])


def _key_of(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "flow"
    return next(
        key for number in range(1, MAX_FLOWS + 2) if (key := base if number == 1 else f"{base}-{number}") not in taken
    )


def _facts(flow: QualificationFlow) -> dict[str, Any]:
    return {name: getattr(flow, name) for name in ("name", "key", "description", "active", "draft")}


async def _record(session: AsyncSession, action: str, flow: QualificationFlow, **facts: Any) -> None:
    await identity.record(session, action=action, subject_type="qualification_flow", subject_id=flow.id, **facts)
