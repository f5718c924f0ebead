"""Giving new leads an owner by rules, with the reason in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import Member
from tradewind.modules.leads.conditions import Compiled, compile, references
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import ConditionInvalid, LeadNotFound
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.models.routing import RoutingRule
from tradewind.modules.leads.repository import routing as repository
from tradewind.modules.leads.repository.fields import fields_for
from tradewind.modules.leads.schemas.routing import RoutingDecisionRead, RoutingTryResult, RoutingTryRule
from tradewind.modules.leads.service.routing_words import in_words
from tradewind.modules.leads.service.timeline import record_activities
from tradewind.modules.leads.service.turns import Person, Turns

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Ready:
    """A rule that can take leads: compiled, with active people."""

    rule: RoutingRule
    condition: Compiled | None
    labels: Mapping[str, str]
    turns: Turns

    def words(self, facts: Mapping[str, Any]) -> str:
        """Why this rule fits the lead."""
        return f"{self.rule.name}: {in_words(self.rule.condition, facts, self.labels)}"


async def route_leads(session: AsyncSession, lead_ids: Sequence[UUID]) -> list[UUID]:
    """Give those of the leads that have no owner one, by the first rule that fits. Returns who got one.

    The rules stay locked until the transaction ends, so that two batches never take the same turn.
    """
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    if not lead_ids or not await repository.rules(session, enabled=True):
        return []
    ready = await _ready_rules(session, await repository.rules(session, enabled=True, lock=True))
    if not ready:
        return []
    rows = await repository.match(session, lead_ids, [each.condition for each in ready], unowned=True)
    decisions = [decision for row in rows if (decision := _decide(row, ready))]
    if not decisions:
        return []
    assigned = set(await repository.store(session, organisation_id, decisions, now()))
    for each in ready:
        each.rule.rotation = each.turns.rotation
        each.rule.last_owner_id = each.turns.last
    await session.flush()
    stored = [decision for decision in decisions if decision.lead_id in assigned]
    await record_activities(session, [_activity(decision) for decision in stored])
    await _record(session, stored)
    for start in range(0, len(stored), 5000):
        part = [decision.lead_id for decision in stored[start : start + 5000]]
        await publish(session, LeadsChanged(lead_ids=part, changed=["owner_id"]))
    await realtime.push(
        session,
        type="lead.updated",
        topic="leads",
        permission="leads:read",
        data={
            "ids": [str(decision.lead_id) for decision in stored[:100]],
            "changed": ["owner_id"],
            "count": len(stored),
        },
    )
    return [decision.lead_id for decision in stored]


async def needs_score(session: AsyncSession) -> bool:
    """Whether a rule in force asks for the score, which a new lead gets a moment after it came in."""
    rules = await repository.rules(session, enabled=True)
    return any(name.startswith("score") for rule in rules for name, _ in references(rule.condition))


async def try_lead(session: AsyncSession, lead_id: UUID) -> RoutingTryResult:
    """Who would get this lead, and what each rule says of it. Changes nothing. Raises LeadNotFound."""
    ready = await _ready_rules(session, await repository.rules(session, enabled=True))
    rows = await repository.match(session, [lead_id], [each.condition for each in ready], unowned=False)
    if not rows:
        raise LeadNotFound("There is no such lead; it may have been deleted.")
    facts = _facts(rows[0])
    said = [
        RoutingTryRule(
            rule_id=each.rule.id,
            name=each.rule.name,
            fits=fits,
            words=in_words(each.rule.condition, facts if fits else {}, each.labels)
            if fits
            else f"does not hold: {in_words(each.rule.condition, {}, each.labels)}",
        )
        for each, fits in zip(ready, rows[0]["fits"], strict=True)
    ]
    decision = _decide(rows[0], ready)
    if decision is None:
        reason = "No rule fits this lead; it stays without an owner." if ready else "There is no rule in force."
        return RoutingTryResult(rule_id=None, rule_name=None, owner_id=None, owner_name=None, reason=reason, rules=said)
    return RoutingTryResult(
        rule_id=decision.rule_id,
        rule_name=decision.rule_name,
        owner_id=decision.owner_id,
        owner_name=decision.owner_name,
        reason=decision.reason,
        rules=said,
    )


async def decisions(session: AsyncSession, lead_id: UUID | None, limit: int) -> list[RoutingDecisionRead]:
    """Decisions taken, newest first."""
    rows = await repository.decisions(session, lead_id, limit)
    return [RoutingDecisionRead.model_validate(row) for row in rows]


async def members_by_id(session: AsyncSession) -> dict[UUID, Member]:
    """Everyone who is or was a member, by user id."""
    return {member.id: member for member in await identity.list_members(session, active_only=False)}


async def compile_rule(
    session: AsyncSession, condition: Mapping[str, Any] | None, first: int = 1
) -> tuple[Compiled | None, dict[str, str]]:
    """The condition as SQL, with labels of the fields. Raises ConditionInvalid."""
    if not condition:
        return None, {}
    fields = await fields_for(session, condition)
    labels = {key: entry.label for key, entry in fields.by_key().items()}
    return compile(condition, fields, first=first), labels


async def _ready_rules(session: AsyncSession, rules: Sequence[RoutingRule]) -> list[Ready]:
    """Rules that can take leads, compiled one after the other for a single statement."""
    members = await members_by_id(session)
    people = {
        rule.id: [
            Person(member.id, member.name, entry.get("weight", 1))
            for entry in rule.members
            if (member := members.get(UUID(entry["user_id"]))) and member.active
        ]
        for rule in rules
    }
    everyone = {person.user_id for rule in rules if rule.strategy == "load" for person in people[rule.id]}
    load = await repository.open_leads(session, list(everyone)) if everyone else {}
    ready: list[Ready] = []
    first = 2
    for rule in rules:
        if not people[rule.id]:
            continue
        try:
            condition, labels = await compile_rule(session, rule.condition, first)
        except ConditionInvalid as problem:
            # The rule's page shows the same problem; the other rules go on working.
            log.warning("routing.rule_skipped", rule_id=str(rule.id), problem=problem.detail)
            continue
        first += len(condition.values) if condition else 0
        turns = Turns(rule.strategy, people[rule.id], rule.rotation, rule.last_owner_id, load)
        ready.append(Ready(rule, condition, labels, turns))
    return ready


def _decide(row: asyncpg.Record, ready: Sequence[Ready]) -> repository.Decision | None:
    chosen = next((each for each, fits in zip(ready, row["fits"], strict=True) if fits), None)
    if chosen is None:
        return None
    person, turn = chosen.turns.take()
    return repository.Decision(
        id=new_id(),
        lead_id=row["id"],
        rule_id=chosen.rule.id,
        rule_name=chosen.rule.name,
        strategy=chosen.rule.strategy,
        owner_id=person.user_id,
        owner_name=person.name,
        reason=f"{chosen.words(_facts(row))}; {turn}",
    )


def _facts(row: asyncpg.Record) -> dict[str, Any]:
    custom = orjson.loads(row["custom"]) if isinstance(row["custom"], str | bytes) else row["custom"]
    facts: dict[str, Any] = {name: row[name] for name in repository.FACTS}
    return facts | {f"custom.{key}": value for key, value in custom.items()}


def _activity(decision: repository.Decision) -> NewActivity:
    return NewActivity(
        kind="lead.assigned",
        lead_id=decision.lead_id,
        title=f"Assigned to {decision.owner_name}",
        body=decision.reason,
        source="routing",
        data={"owner_id": str(decision.owner_id), "rule_id": str(decision.rule_id)},
        actor_kind="system",
        actor_name="Routing",
    )


async def _record(session: AsyncSession, stored: Sequence[repository.Decision]) -> None:
    if len(stored) == 1:
        await identity.record(
            session,
            action="lead.routed",
            subject_type="lead",
            subject_id=stored[0].lead_id,
            after={"owner_id": str(stored[0].owner_id), "rule": stored[0].rule_name},
            reason=stored[0].reason,
        )
    elif stored:
        owners = Counter(decision.owner_name for decision in stored)
        rules = Counter(decision.rule_name for decision in stored)
        await identity.record(
            session,
            action="leads.routed",
            subject_type="lead",
            after={"leads": len(stored), "by_owner": dict(owners), "by_rule": dict(rules)},
            reason="Routing rules; the reason for each lead is on its timeline",
        )
