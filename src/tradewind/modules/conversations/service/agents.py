"""Agents: a draft that people change, versions that talk, and how an agent begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import gates
from tradewind.modules.conversations.engine.settings import AgentSettings
from tradewind.modules.conversations.errors_agents import (
    AgentInvalid,
    AgentNotFound,
    AgentNotPublished,
    AgentVersionNotFound,
    TooManyAgents,
)
from tradewind.modules.conversations.models.agents import Agent, AgentVersion
from tradewind.modules.conversations.repository import agents as repository
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.schemas.agents import (
    AgentCreate,
    AgentPublish,
    AgentRead,
    AgentSummary,
    AgentUpdate,
    AgentVersionRead,
)
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings import api as meetings
from tradewind.modules.qualification import api as qualification
from tradewind.modules.qualification.contracts import FlowSummary

MAX_AGENTS, MAX_VERSIONS, SHOWN_VERSIONS = 50, 1_000, 100
_COUNTED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Talking:
    """An agent as it talks: its settings, and the version they come from (None for a draft)."""

    agent_id: UUID
    name: str
    settings: AgentSettings
    version_id: UUID | None


async def listed(session: AsyncSession) -> list[AgentSummary]:
    """All agents, by name."""
    return await _summaries(session, await repository.agents(session))


async def read(session: AsyncSession, agent_id: UUID) -> AgentRead:
    """One agent with its draft. Raises AgentNotFound."""
    return await _read(session, await _require(session, agent_id))


async def create(session: AsyncSession, data: AgentCreate) -> AgentRead:
    """Add an agent; the first one becomes the default. Raises AgentInvalid, TooManyAgents."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    await rows.one_at_a_time(session, "default agent")
    there = await repository.agents(session)
    if len(there) >= MAX_AGENTS:
        raise TooManyAgents(f"{MAX_AGENTS} agents are the most one can keep. Remove one that is not used.")
    await _check(session, data.settings)
    agent = Agent(
        id=new_id(), organisation_id=organisation_id, name=data.name, is_default=not there,
        draft=data.settings.model_dump(mode="json"),
    )  # fmt: skip
    session.add(agent)
    await session.flush()
    await _record(session, "agent.created", agent, after={"name": agent.name})
    return await _read(session, agent)


async def update(session: AsyncSession, agent_id: UUID, data: AgentUpdate, if_match: str | None) -> AgentRead:
    """Change an agent or its draft. Raises AgentNotFound, AgentInvalid, PreconditionFailed."""
    agent = await _changeable(session, agent_id, if_match)
    before, after = {}, {}
    if data.is_default and not agent.is_default:
        # First, so that no moment knows two.
        await rows.one_at_a_time(session, "default agent")
        await repository.no_default_but(session, agent.id)
    for name in ("name", "active", "is_default"):
        value = getattr(data, name)
        if value is not None and value != getattr(agent, name):
            before[name], after[name] = getattr(agent, name), value
            setattr(agent, name, value)
    if data.settings is not None:
        await _check(session, data.settings)
        draft = data.settings.model_dump(mode="json")
        for name in (name for name in draft if draft[name] != agent.draft.get(name)):
            before[name], after[name] = agent.draft.get(name), draft[name]
        agent.draft = draft
    if not after:
        return await _read(session, agent)
    agent.version += 1
    await session.flush()
    await _record(session, "agent.updated", agent, before=before, after=after)
    return await _read(session, agent)


async def delete(session: AsyncSession, agent_id: UUID, if_match: str | None) -> None:
    """Remove an agent; its conversations go to people with the next message. Raises AgentNotFound."""
    agent = await _changeable(session, agent_id, if_match)
    agent.deleted_at, agent.is_default = now(), False
    agent.version += 1
    await session.flush()
    await _record(session, "agent.deleted", agent, before={"name": agent.name})


async def publish(session: AsyncSession, agent_id: UUID, data: AgentPublish, if_match: str | None) -> AgentRead:
    """Let the draft, or an earlier version, talk from now on. The same settings add no version.

    Raises AgentNotFound, AgentVersionNotFound, AgentInvalid, TooManyAgents, PreconditionFailed, and what a gate says
    against the draft.
    """
    agent = await _changeable(session, agent_id, if_match)
    if data.number is not None:
        version = await repository.numbered(session, agent.id, data.number)
        if version is None:
            raise AgentVersionNotFound()
    else:
        version = await _version_of_draft(session, agent)
    if agent.published_version_id != version.id:
        agent.published_version_id = version.id
        agent.version += 1
        await session.flush()
        await _record(session, "agent.published", agent, after={"name": agent.name, "number": version.number})
    return await _read(session, agent)


async def versions(session: AsyncSession, agent_id: UUID) -> list[AgentVersionRead]:
    """What was published, newest first. Raises AgentNotFound."""
    agent = await _require(session, agent_id)
    found = await repository.versions(session, agent.id, SHOWN_VERSIONS)
    names = await identity.active_member_names(session, {one.published_by for one in found if one.published_by})
    return [
        AgentVersionRead(
            id=one.id, number=one.number, settings=AgentSettings.model_validate(one.settings),
            published_at=one.published_at, published_by=one.published_by,
            published_by_name=names.get(one.published_by, "") if one.published_by else "", gate=one.gate,
            is_published=one.id == agent.published_version_id,
        )
        for one in found
    ]  # fmt: skip


async def talking(
    session: AsyncSession, agent_id: UUID, *, version_id: UUID | None = None, draft: bool = False
) -> Talking | None:
    """An agent as it talks: a certain version, its draft, or what is published; None if it may not talk."""
    agent = await repository.agent(session, agent_id)
    if agent is None:
        return None
    if draft and version_id is None:
        return Talking(agent.id, agent.name, AgentSettings.model_validate(agent.draft), None)
    version_id = version_id or (agent.published_version_id if agent.active else None)
    version = await repository.version(session, version_id) if version_id else None
    if version is None:
        return None
    return Talking(agent.id, agent.name, AgentSettings.model_validate(version.settings), version.id)


async def published(session: AsyncSession, agent_id: UUID | None) -> Talking | None:
    """What an agent says to visitors, the default agent where none is named; None if there is none to talk."""
    if agent_id is None:
        found = await repository.default_agent(session)
        agent_id = found.id if found else None
    return await talking(session, agent_id) if agent_id else None


async def require_published(session: AsyncSession, agent_id: UUID) -> Talking:
    """The published agent. Raises AgentNotFound, AgentNotPublished."""
    await _require(session, agent_id)
    found = await talking(session, agent_id)
    if found is None:
        raise AgentNotPublished("Publish the agent first.")
    return found


async def _version_of_draft(session: AsyncSession, agent: Agent) -> AgentVersion:
    await _check(session, AgentSettings.model_validate(agent.draft))
    newest = await repository.versions(session, agent.id, 1)
    if newest and newest[0].settings == agent.draft:
        return newest[0]
    number = await repository.last_number(session, agent.id) + 1
    if number > MAX_VERSIONS:
        raise TooManyAgents(f"There are {MAX_VERSIONS} versions already: copy the agent to go on.")
    gate = await gates.passed(session, agent)
    version = AgentVersion(
        id=new_id(), organisation_id=agent.organisation_id, agent_id=agent.id, number=number, settings=agent.draft,
        published_by=actor_of(session).user_id, gate=gate,
    )  # fmt: skip
    session.add(version)
    await session.flush()
    return version


async def _check(session: AsyncSession, settings: AgentSettings) -> None:
    """That what the settings name is there. Raises AgentInvalid."""
    errors: list[FieldError] = []
    if settings.event_type_id and await meetings.bookable_title(session, settings.event_type_id) is None:
        errors.append({"field": "settings.event_type_id", "message": "There is no such event type, or it is off."})
    if settings.flow_id and await _flow(session, settings.flow_id) is None:
        errors.append({"field": "settings.flow_id", "message": "There is no such qualification flow."})
    if settings.hand_over.queue_id and await people.queue(session, settings.hand_over.queue_id) is None:
        errors.append({"field": "settings.hand_over.queue_id", "message": "There is no such queue."})
    if errors:
        raise AgentInvalid(errors[0]["message"], errors=errors)


async def _warnings(session: AsyncSession, agent: Agent, settings: AgentSettings) -> list[str]:
    found = []
    if agent.published_version_id is None:
        found.append("It was never published, so it talks to nobody yet.")
    elif not agent.active:
        found.append("It is switched off.")
    if settings.event_type_id and await meetings.bookable_title(session, settings.event_type_id) is None:
        found.append("Its event type is gone or switched off: it offers no times.")
    if settings.flow_id:
        flow = await _flow(session, settings.flow_id)
        if flow is None or not flow.active or flow.published_version is None:
            found.append("Its qualification flow is gone, switched off or not published: it asks nothing.")
    return found


async def _flow(session: AsyncSession, flow_id: UUID) -> FlowSummary | None:
    return next((one for one in await qualification.flow_summaries(session) if one.id == flow_id), None)


async def _require(session: AsyncSession, agent_id: UUID) -> Agent:
    agent = await repository.agent(session, agent_id)
    if agent is None:
        raise AgentNotFound()
    return agent


async def _changeable(session: AsyncSession, agent_id: UUID, if_match: str | None) -> Agent:
    agent = await repository.agent(session, agent_id, lock=True)
    if agent is None:
        raise AgentNotFound()
    check_version(if_match, agent.version)
    return agent


async def _read(session: AsyncSession, agent: Agent) -> AgentRead:
    summary = (await _summaries(session, [agent]))[0]
    settings = AgentSettings.model_validate(agent.draft)
    return AgentRead(**summary.model_dump(), settings=settings, warnings=await _warnings(session, agent, settings))


async def _summaries(session: AsyncSession, agents: Sequence[Agent]) -> list[AgentSummary]:
    talks = await repository.versions_by_id(
        session, [one.published_version_id for one in agents if one.published_version_id]
    )
    led = await repository.led_since(session, [one.id for one in agents], now() - _COUNTED)
    found = []
    for one in agents:
        version = talks.get(one.published_version_id) if one.published_version_id else None
        settings = AgentSettings.model_validate(one.draft)
        found.append(
            AgentSummary(
                id=one.id, name=one.name, active=one.active, is_default=one.is_default,
                published=version.number if version else None,
                published_at=version.published_at if version else None,
                changed=version is None or version.settings != one.draft, languages=settings.languages,
                flow_id=settings.flow_id, event_type_id=settings.event_type_id, conversations=led.get(one.id, 0),
                version=one.version, updated_at=one.updated_at,
            )
        )  # fmt: skip
    return found


async def _record(session: AsyncSession, action: str, agent: Agent, **facts: object) -> None:
    await identity.record(session, action=action, subject_type="agent", subject_id=agent.id, **facts)  # pyright: ignore[reportArgumentType]
