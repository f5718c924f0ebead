"""Keeping the rules of routing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import Member
from tradewind.modules.leads.errors import ConditionInvalid
from tradewind.modules.leads.errors_deals import RoutingInvalid, RoutingRuleNotFound, TooMany
from tradewind.modules.leads.models.routing import RoutingRule
from tradewind.modules.leads.repository import routing as repository
from tradewind.modules.leads.schemas.routing import (
    RoutingMember,
    RoutingMemberRead,
    RoutingRuleCreate,
    RoutingRuleRead,
    RoutingRuleUpdate,
)
from tradewind.modules.leads.service.routing import compile_rule, members_by_id

MAX_RULES = 100


async def list_rules(session: AsyncSession) -> list[RoutingRuleRead]:
    """All rules in their order."""
    members = await members_by_id(session)
    return [await _read(session, rule, members) for rule in await repository.rules(session)]


async def read_rule(session: AsyncSession, rule_id: UUID) -> RoutingRuleRead:
    """One rule. Raises RoutingRuleNotFound."""
    return await _read(session, await _require(session, rule_id), await members_by_id(session))


async def create_rule(session: AsyncSession, data: RoutingRuleCreate) -> RoutingRuleRead:
    """Add a rule. Raises ConditionInvalid, RoutingInvalid, TooMany."""
    rules = list(await repository.rules(session, lock=True))
    if len(rules) >= MAX_RULES:
        raise TooMany(f"An organisation can have {MAX_RULES} routing rules.")
    await compile_rule(session, data.condition)
    members = await members_by_id(session)
    _check_members(data.members, data.strategy, members)
    actor = actor_of(session)
    assert actor.organisation_id is not None
    rule = RoutingRule(
        id=new_id(),
        organisation_id=actor.organisation_id,
        name=data.name,
        position=await repository.last_position(session) + 1,
        enabled=data.enabled,
        condition=data.condition or None,
        strategy=data.strategy,
        members=[member.model_dump(mode="json") for member in data.members],
    )
    session.add(rule)
    if data.position is not None and data.position < len(rules):
        rules.insert(data.position, rule)
        _renumber(rules)
    await session.flush()
    await _record(session, "routing_rule.created", rule, after=_facts(rule))
    return await _read(session, rule, members)


async def update_rule(
    session: AsyncSession, rule_id: UUID, data: RoutingRuleUpdate, if_match: str | None
) -> RoutingRuleRead:
    """Change a rule. Raises ConditionInvalid, RoutingInvalid, PreconditionFailed."""
    rule = await _require(session, rule_id)
    members = await members_by_id(session)
    current = await _read(session, rule, members)
    check_version(if_match, rule.version, current.model_dump(mode="json"))
    before = _facts(rule)
    given = data.model_dump(exclude_unset=True, mode="json")
    if "condition" in given:
        await compile_rule(session, data.condition)
        rule.condition = data.condition or None
    if data.members is not None or data.strategy is not None:
        present = data.members or [RoutingMember.model_validate(entry) for entry in rule.members]
        _check_members(present, data.strategy or rule.strategy, members)
        rule.members = [member.model_dump(mode="json") for member in present]
        rule.strategy = data.strategy or rule.strategy
    rule.name = data.name or rule.name
    rule.enabled = rule.enabled if data.enabled is None else data.enabled
    after = _facts(rule)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        rule.version += 1
        await session.flush()
        await _record(
            session,
            "routing_rule.updated",
            rule,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return await _read(session, rule, members)


async def reorder_rules(session: AsyncSession, rule_ids: Sequence[UUID]) -> list[RoutingRuleRead]:
    """Put all rules into a new order. Raises RoutingInvalid unless each is named once."""
    rules = {rule.id: rule for rule in await repository.rules(session, lock=True)}
    if len(rule_ids) != len(rules) or set(rule_ids) != set(rules):
        raise RoutingInvalid(
            "The order must hold every rule exactly once.",
            errors=[{"field": "rule_ids", "message": "does not fit the present rules"}],
        )
    before = [rule.name for rule in rules.values()]
    _renumber([rules[rule_id] for rule_id in rule_ids])
    await session.flush()
    await identity.record(
        session,
        action="routing_rules.reordered",
        subject_type="routing_rule",
        before={"order": before},
        after={"order": [rules[rule_id].name for rule_id in rule_ids]},
    )
    return await list_rules(session)


async def delete_rule(session: AsyncSession, rule_id: UUID) -> None:
    """Remove a rule; decisions it took stay. Raises RoutingRuleNotFound."""
    rule = await _require(session, rule_id)
    await _record(session, "routing_rule.deleted", rule, before=_facts(rule))
    await repository.remove(session, rule_id)


def _renumber(rules: Sequence[RoutingRule]) -> None:
    for place, rule in enumerate(rules):
        rule.position = place


async def _require(session: AsyncSession, rule_id: UUID) -> RoutingRule:
    rule = await repository.rule(session, rule_id)
    if rule is None:
        raise RoutingRuleNotFound("There is no such routing rule; it may have been removed.")
    return rule


def _check_members(chosen: Sequence[RoutingMember], strategy: str, members: Mapping[UUID, Member]) -> None:
    ids = [entry.user_id for entry in chosen]
    if len(set(ids)) != len(ids):
        raise RoutingInvalid(
            "Each person can be in a rule once; use weights to give someone more.",
            errors=[{"field": "members", "message": "names a person twice"}],
        )
    if strategy == "fixed" and len(ids) != 1:
        raise RoutingInvalid(
            "A fixed owner is one person.", errors=[{"field": "members", "message": "must hold exactly one"}]
        )
    for place, user_id in enumerate(ids):
        if user_id not in members:
            raise RoutingInvalid(
                "Someone in this rule is no member of your organisation.",
                errors=[{"field": f"members[{place}].user_id", "message": "not a member"}],
            )


async def _read(session: AsyncSession, rule: RoutingRule, members: Mapping[UUID, Member]) -> RoutingRuleRead:
    people = [
        RoutingMemberRead(
            user_id=user_id,
            name=members[user_id].name if user_id in members else "Former member",
            weight=entry.get("weight", 1),
            active=user_id in members and members[user_id].active,
        )
        for entry in rule.members
        for user_id in [UUID(entry["user_id"])]
    ]
    problem = None if any(person.active for person in people) else "Nobody in this rule is active any more."
    try:
        await compile_rule(session, rule.condition)
    except ConditionInvalid as failure:
        problem = f"The condition no longer works: {failure.detail}"
    return RoutingRuleRead(
        id=rule.id,
        version=rule.version,
        name=rule.name,
        position=rule.position,
        enabled=rule.enabled,
        condition=rule.condition,
        strategy=rule.strategy,  # pyright: ignore[reportArgumentType]
        members=people,
        assigned=rule.rotation,
        last_owner_id=rule.last_owner_id,
        problem=problem,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def _facts(rule: RoutingRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "enabled": rule.enabled,
        "condition": rule.condition,
        "strategy": rule.strategy,
        "members": list(rule.members),
    }


async def _record(
    session: AsyncSession,
    action: str,
    rule: RoutingRule,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=action, subject_type="routing_rule", subject_id=rule.id, before=before, after=after
    )
