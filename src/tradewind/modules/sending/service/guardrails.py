"""The organisation's guardrails: the built-in ones, as it wants them, and its own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Conflict, Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.sending.channels import channels
from tradewind.modules.sending.contracts import Mode
from tradewind.modules.sending.errors import BuiltInPolicy, PolicyNotFound, TooManyPolicies
from tradewind.modules.sending.models import Policy
from tradewind.modules.sending.policies import BUILT_IN, BudgetSettings, Guardrail, PolicySettings
from tradewind.modules.sending.repository import guards

MAX_POLICIES = 50
_CAMPAIGN = "campaign_"
_SETTINGS: TypeAdapter[PolicySettings] = TypeAdapter(PolicySettings)


async def in_force(session: AsyncSession) -> list[Guardrail]:
    """All guardrails, built-in ones first; those switched off, too."""
    stored = {policy.key: policy for policy in await guards.policies(session)}
    built_in = [_overlaid(guardrail, stored.pop(guardrail.key, None)) for guardrail in BUILT_IN]
    return [*built_in, *(_guardrail(policy) for policy in stored.values())]


async def create(session: AsyncSession, *, name: str, mode: Mode, settings: PolicySettings) -> Guardrail:
    """Add a guardrail. Raises TooManyPolicies, Invalid."""
    if settings.rule == "call_hours":
        raise _invalid("The hours for calls are built in: change the mode of the one that is there.")
    check_channels(getattr(settings, "channels", ()), field="settings.channels")
    if sum(not policy.key.startswith(_CAMPAIGN) for policy in await guards.policies(session)) >= MAX_POLICIES:
        raise TooManyPolicies(f"There are {MAX_POLICIES} guardrails already. Remove one that is not needed.")
    policy_id = new_id()
    added = Policy(
        id=policy_id, organisation_id=actor_of(session).organisation_id, key=f"own_{policy_id.hex}", rule=settings.rule,
        name=name, mode=mode, settings=settings.model_dump(mode="json"),
    )  # fmt: skip
    session.add(added)
    await session.flush()
    after = {"name": name, "mode": mode, **added.settings}
    await _audit(session, "created", added.key, after=after)
    return _guardrail(added)


async def change(
    session: AsyncSession, key: str, *, name: str, mode: Mode, settings: PolicySettings, if_match: str | None
) -> Guardrail:
    """Replace a guardrail. Raises PolicyNotFound, Invalid for another kind of rule, PreconditionFailed."""
    before = next((found for found in await in_force(session) if found.key == key), None)
    if before is None:
        raise PolicyNotFound()
    check_version(if_match, before.version)
    if settings.rule != before.rule:
        raise _invalid(f"This guardrail is of the kind “{before.rule}”; that cannot change.")
    check_channels(getattr(settings, "channels", ()), field="settings.channels")
    stored = await guards.policy(session, key)
    if stored is None:
        stored = Policy(
            id=new_id(), organisation_id=actor_of(session).organisation_id, key=key, rule=settings.rule, version=0
        )
        session.add(stored)
    elif stored.version != before.version:
        raise Conflict("Somebody else changes this guardrail at this moment. Try again.")
    # A built-in one keeps its name, by which the documentation knows it.
    stored.name = before.name if before.built_in else name
    stored.mode, stored.settings = mode, settings.model_dump(mode="json")
    stored.version += 1
    stored.updated_at = now()
    await session.flush()
    was = {"name": before.name, "mode": before.mode, **before.settings.model_dump(mode="json")}
    await _audit(session, "updated", key, before=was, after={"name": stored.name, "mode": mode, **stored.settings})
    return replace(before, name=stored.name, mode=mode, settings=settings, version=stored.version)


async def remove(session: AsyncSession, key: str) -> None:
    """Remove an own guardrail. Raises PolicyNotFound, BuiltInPolicy."""
    if any(guardrail.key == key for guardrail in BUILT_IN):
        raise BuiltInPolicy("Switch it off instead.")
    stored = await guards.policy(session, key)
    if stored is None:
        raise PolicyNotFound()
    await _audit(session, "deleted", key, before={"name": stored.name, "mode": stored.mode, **stored.settings})
    await session.delete(stored)
    await session.flush()


async def keep_campaign_budget(
    session: AsyncSession, campaign_id: UUID, *, name: str, settings: BudgetSettings, part: str = ""
) -> None:
    """Have the budget of a campaign in force; what it says replaces what an earlier one of the same `part` said."""
    key, wanted = f"{_CAMPAIGN}{campaign_id.hex}{part}", settings.model_dump(mode="json")
    stored = await guards.policy(session, key)
    if stored is not None and (stored.name, stored.mode, stored.settings) == (name, "enforce", wanted):
        return
    before = None if stored is None else {"name": stored.name, "mode": stored.mode, **stored.settings}
    if stored is None:
        stored = Policy(
            id=new_id(), organisation_id=actor_of(session).organisation_id, key=key, rule="budget", version=0
        )
        session.add(stored)
    stored.name, stored.mode, stored.settings = name, "enforce", wanted
    stored.version += 1
    stored.updated_at = now()
    await session.flush()
    verb = "created" if before is None else "updated"
    await _audit(session, verb, key, before=before, after={"name": name, "mode": "enforce", **wanted})


async def drop_campaign_budget(session: AsyncSession, campaign_id: UUID, *, part: str = "") -> None:
    """Take the budget of a campaign away, if it has one."""
    key = f"{_CAMPAIGN}{campaign_id.hex}{part}"
    if await guards.policy(session, key) is not None:
        await remove(session, key)


def _overlaid(guardrail: Guardrail, stored: Policy | None) -> Guardrail:
    if stored is None:
        return guardrail
    found = _guardrail(stored)
    return replace(found, name=guardrail.name, built_in=True)


def _guardrail(stored: Policy) -> Guardrail:
    mode: Mode = "off" if stored.mode == "off" else "shadow" if stored.mode == "shadow" else "enforce"
    return Guardrail(stored.key, stored.name, mode, _SETTINGS.validate_python(stored.settings), version=stored.version)


def check_channels(names: Iterable[str], *, field: str = "channel") -> None:
    """Raise Invalid for channels that do not exist."""
    unknown = sorted(set(names) - set(channel_names()))
    if unknown:
        raise _invalid(f"There is no channel {', '.join(unknown)}.", field=field)


def channel_names() -> list[str]:
    """Channels that a guardrail may name: those that are there, and those that people will be reached by."""
    return sorted({*channels(), "email", "sms", "call", "social", "chat"})


def _invalid(words: str, *, field: str = "settings.rule") -> Invalid:
    return Invalid(words, errors=[{"field": field, "message": words}])


async def _audit(
    session: AsyncSession,
    verb: str,
    key: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=f"sending.policy_{verb}", subject_type="sending_policy", subject_id=key, before=before,
        after=after,
    )  # fmt: skip
