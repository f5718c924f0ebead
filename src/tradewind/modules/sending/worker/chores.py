"""Looking after messages that nobody works on: broken-off attempts, unknown outcomes, approvals that never came."""

from collections import defaultdict
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.clock import shared_now
from tradewind.modules.sending.channels import ClaimedIntent, SendingContext, channels
from tradewind.modules.sending.models import ADDRESS
from tradewind.modules.sending.repository import ledger
from tradewind.modules.sending.service import settling, telling
from tradewind.modules.sending.service.claiming import claimed_intent
from tradewind.modules.sending.worker.recorder import broken_off, settlement

log = structlog.get_logger(__name__)
_BATCH = 1_000
_ASKED = 200
_TIMES = 5
_CHORES = text("SELECT organisation_id, kind FROM sending_chores(:at)")
_NEVER_DECIDED = orjson.dumps({"reason": "Nobody agreed before it was of no use any more."}).decode()


async def do_all(database: Database) -> None:
    """Do what is to be done, in all organisations."""
    async with database.transaction(Actor.system(name="Sending")) as session:
        found = (await session.execute(_CHORES, {"at": await shared_now(session)})).all()
    for organisation_id, kind in found:
        context = SendingContext(database, organisation_id)
        match kind:
            case "lease":
                await recover(context)
            case "doubt":
                await reconcile(context)
            case "held":
                await expire_held(context)


async def recover(context: SendingContext) -> None:
    """Put messages back whose process died before they could leave; call the others unknown."""
    async with context.database.transaction(context.actor) as session:
        moment = await shared_now(session)
        rows = await ledger.forgotten(session, moment, limit=_BATCH)
        settled = [broken_off(row, moment) for row in rows]
        await settling.settle(session, settled)
    log.info("sending.recovered", messages=len(rows), unknown=sum(row.state == "unknown" for row in settled))


async def reconcile(context: SendingContext) -> None:
    """Ask channels what became of unknown messages; after a few times, people are left to decide."""
    async with context.database.transaction(context.actor) as session:
        moment = await shared_now(session)
        rows = await ledger.doubtful(session, moment, times=_TIMES, limit=_ASKED)
    by_channel: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_channel[row["channel"]].append(row)
    for name, part in by_channel.items():
        channel = channels().get(name)
        if channel is None:
            continue
        intents = {intent.id: intent for row in part if (intent := _intent(row, context.organisation_id))}
        attempts = {ledger.plain(row["id"]): ledger.plain_or_none(row["attempt_id"]) for row in part}
        try:
            outcomes = await channel.reconcile(context, list(intents.values()))
        except Exception:
            # One channel that cannot be asked must not keep the others from being asked.
            log.exception("sending.reconcile_failed", channel=name)
            continue
        known = [outcome for outcome in outcomes if outcome.result != "unknown" and outcome.intent_id in intents]
        async with context.database.transaction(context.actor) as session:
            # Somebody may have had it sent again meanwhile: then this is no news of its last attempt.
            settled = [settlement(one, intents[one.intent_id], moment, attempts[one.intent_id]) for one in known]
            await settling.settle(session, settled)


async def expire_held(context: SendingContext) -> None:
    """End messages for which nobody's agreement came in time."""
    async with context.database.transaction(context.actor) as session:
        moment = await shared_now(session)
        rows = await ledger.expire_held(session, moment, outcome=_NEVER_DECIDED, limit=_BATCH)
        await telling.tell(session, (telling.fact(row, at=moment, reasons=["approval"]) for row in rows))


def _intent(row: asyncpg.Record, organisation_id: UUID) -> ClaimedIntent | None:
    address = ADDRESS.readable(ledger.plain(row["id"]), row["address_sealed"])
    if address is None:
        return None
    return claimed_intent(row, organisation_id, address, attempt=row["attempts"])
