"""Writing messages into the ledger, each with its decision, once per key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.sending.channels import channels
from tradewind.modules.sending.contracts import Decision, IntentRef, NewIntent, State, Verdict
from tradewind.modules.sending.events import ApprovalRequested
from tradewind.modules.sending.models import ADDRESS
from tradewind.modules.sending.repository import guards, ledger
from tradewind.modules.sending.rules.judge import Judged
from tradewind.modules.sending.service import deciding, telling, waking
from tradewind.modules.sending.written import blocking_rules, decision_data, decision_from, decision_json

MAX_AT_ONCE = 10_000
MAX_CONTENT_BYTES = 200_000
MAX_KEY = 300
_LIFETIMES = {"bulk": timedelta(days=3), "transactional": timedelta(days=1)}
_STATES: Mapping[Verdict, State] = {"allow": "scheduled", "defer": "scheduled", "approve": "held", "block": "blocked"}
_HIGH_RISK = 10


async def intend(session: AsyncSession, intents: Sequence[NewIntent]) -> list[IntentRef]:
    """Store messages; see `api.intend`."""
    _check(intents)
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None, "messages belong to an organisation"
    moment = now()
    known = await _known(session, organisation_id, [intent.key for intent in intents])
    # The first of a key counts; the others of the same call find it.
    fresh = list({intent.key: intent for intent in reversed(intents) if intent.key not in known}.values())[::-1]
    fresh = [_bounded(intent, moment) for intent in fresh]
    moments = [max(moment, intent.not_before or moment) for intent in fresh]
    judged, wishes = await deciding.decide(session, fresh, moments, planned=True)
    approvals = await open_approvals(session, zip(fresh, judged, strict=True))
    rows = []
    for intent, verdict, wish, at in zip(fresh, judged, wishes, moments, strict=True):
        approval_id = approvals.get(intent.campaign_id or intent.journey_id or ledger.NO_LANE)
        rows.append(_row(intent, verdict, wish.contact_hash, approval_id, created_at=moment, at=at))
    added = await ledger.insert(session, organisation_id, rows) if rows else frozenset[UUID]()
    refs = {
        row["key"]: IntentRef(row["id"], row["key"], row["state"], verdict.decision, True)
        for row, verdict in zip(rows, judged, strict=True)
        if row["id"] in added
    }
    # Somebody else may have stored a key between our look and our insert.
    missing = {intent.key for intent in intents} - refs.keys() - known.keys()
    known |= await _known(session, organisation_id, missing) if missing else {}
    blocked = [row for row in rows if row["id"] in added and row["state"] == "blocked"]
    await telling.tell(
        session, (telling.fact(row, at=moment, reasons=blocking_rules(refs[row["key"]].decision)) for row in blocked)
    )
    if any(ref.state == "scheduled" for ref in refs.values()) and _soon(rows, moment):
        await waking.wake(session)
    return [refs.get(intent.key) or known[intent.key] for intent in intents]


async def open_approvals(session: AsyncSession, judged: Iterable[tuple[NewIntent, Judged]]) -> dict[UUID, UUID]:
    """The waiting approval of each campaign or journey that needs one: subject → approval."""
    sizes: dict[UUID, tuple[NewIntent, Decision, int]] = {}
    for intent, verdict in judged:
        subject = intent.campaign_id or intent.journey_id
        if verdict.decision.verdict == "approve" and subject is not None:
            before = sizes.get(subject)
            size = max(intent.audience_size or 0, before[2] if before else 0)
            sizes[subject] = (intent, verdict.decision, size)
    found = {}
    for subject, (intent, decision, size) in sorted(sizes.items()):
        grounds = [reason for reason in decision.reasons if reason.rule == "approval" and reason.verdict == "approve"]
        limit = min((reason.facts.get("audience_over") or size for reason in grounds), default=size)
        values = {
            "id": new_id(),
            "organisation_id": actor_of(session).organisation_id,
            "subject_kind": "campaign" if intent.campaign_id else "journey",
            "subject_id": subject,
            "tier": "high" if size > _HIGH_RISK * limit else "medium",
            "audience_size": size,
            "sender": intent.sender,
            "reasons": decision_data(Decision("approve", None, tuple(grounds)))["reasons"],
        }
        found[subject], is_new = await guards.open_approval(session, values)
        if is_new:
            await publish(session, ApprovalRequested(approval_id=found[subject]))
    return found


def _check(intents: Sequence[NewIntent]) -> None:
    if len(intents) > MAX_AT_ONCE:
        raise Invalid(f"At most {MAX_AT_ONCE:,} messages at once.")
    known = channels()
    for place, intent in enumerate(intents):
        words = None
        if intent.channel not in known:
            words = f"There is no channel “{intent.channel}”. There are: {', '.join(sorted(known))}."
        elif not 0 < len(intent.key) <= MAX_KEY:
            words = f"The key must have 1 to {MAX_KEY} characters."
        elif intent.cost_microusd < 0:
            words = "The cost cannot be negative."
        if words:
            raise Invalid(words, errors=[{"field": f"intents.{place}", "message": words}])


def _bounded(intent: NewIntent, moment: datetime) -> NewIntent:
    if intent.expires_at is not None:
        return intent
    return replace(intent, expires_at=max(moment, intent.not_before or moment) + _LIFETIMES[intent.priority])


def _row(
    intent: NewIntent,
    judged: Judged,
    contact_hash: bytes | None,
    approval_id: UUID | None,
    *,
    created_at: datetime,
    at: datetime,
) -> dict[str, Any]:
    content = orjson.dumps(dict(intent.content), default=str)
    if len(content) > MAX_CONTENT_BYTES:
        raise Invalid(f"The content of a message must stay below {MAX_CONTENT_BYTES:,} bytes of JSON.")
    state = _STATES[judged.decision.verdict]
    intent_id = new_id()
    who = intent.recipient
    return {
        "id": intent_id, "key": intent.key, "channel": intent.channel, "purpose": intent.purpose,
        "priority": intent.priority, "person_id": who.person_id, "contact_hash": contact_hash,
        "address_sealed": ADDRESS.seal(intent_id, who.address), "time_zone": who.time_zone, "country": who.country,
        "campaign_id": intent.campaign_id, "journey_id": intent.journey_id,
        "lane_id": intent.campaign_id or intent.journey_id or ledger.NO_LANE, "step_key": intent.step_key,
        "sender": intent.sender, "content": content.decode(), "decision": decision_json(judged.decision),
        "state": state, "not_before": judged.leaves_at if state == "scheduled" else at,
        "expires_at": intent.expires_at, "approval_id": approval_id if state == "held" else None,
        "cost_microusd": intent.cost_microusd, "created_at": created_at,
        "finished_at": created_at if state == "blocked" else None, "shadow": " ".join(judged.shadow),
    }  # fmt: skip


async def _known(session: AsyncSession, organisation_id: UUID, keys: Iterable[str]) -> dict[str, IntentRef]:
    return {
        key: IntentRef(ledger.plain(row["id"]), key, row["state"], decision_from(row["decision"]), False)
        for key, row in (await ledger.by_keys(session, organisation_id, list(keys))).items()
    }


def _soon(rows: Sequence[Mapping[str, Any]], moment: datetime) -> bool:
    return any(row["state"] == "scheduled" and row["not_before"] <= moment + waking.AHEAD for row in rows)
