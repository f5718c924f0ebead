"""The ledger's side of an attempt: exposures committed before a message may leave, outcomes soon after it did."""

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.database.clock import shared_now
from tradewind.modules.sending.channels import ClaimedIntent, Outcome, SendingContext
from tradewind.modules.sending.repository import guards, ledger
from tradewind.modules.sending.repository.ledger import Settlement
from tradewind.modules.sending.service import settling

log = structlog.get_logger(__name__)

FIRST_DOUBT = timedelta(minutes=1)
MAX_BROKEN_OFF = 10
# So often it is repeated at once: by then the culprit has been told from those who shared its attempts.
_AT_ONCE = 6
_OUTCOME_SECONDS = 0.25
_GATHER_SECONDS = 0.004
_FULL = 100
_PAUSES = (60, 300, 900, 3600, 4 * 3600)
_TRIES = 8
_AWAY = (OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)
Asked = tuple[list[UUID], asyncio.Future[frozenset[UUID]]]


class NotExposed(Exception):
    """A channel says that a message left without having announced it: a crash would have sent it twice."""


class Recorder:
    """`Record` of one attempt; use as a context manager around it. At the end, every message is accounted for."""

    def __init__(
        self,
        context: SendingContext,
        attempt_id: UUID,
        intents: Sequence[ClaimedIntent],
        *,
        lease: timedelta,
        costs: Mapping[UUID, int],
    ) -> None:
        self._context = context
        self._attempt_id = attempt_id
        self._intents = {intent.id: intent for intent in intents}
        self._open = set(self._intents)
        self._lease = lease
        self._costs = costs
        self._exposed: set[UUID] = set()
        self._exposing: list[Asked] = []
        self._outcomes: list[Outcome] = []
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def exposing(self, *intents: ClaimedIntent) -> frozenset[UUID]:
        """See `Record.exposing`. Raises ConnectionError where the ledger cannot be reached: nothing may leave then."""
        if self._closing or self._tasks[0].done():
            raise ConnectionError("the attempt is over")
        answer: asyncio.Future[frozenset[UUID]] = asyncio.get_running_loop().create_future()
        self._exposing.append(([intent.id for intent in intents], answer))
        self._news.set()
        return await answer

    async def __call__(self, *outcomes: Outcome) -> None:
        """See `Record.__call__`."""
        for outcome in outcomes:
            if outcome.intent_id not in self._open:
                raise ValueError(f"{outcome.intent_id} is not open in this attempt")
            self._open.discard(outcome.intent_id)
            self._outcomes.append(outcome)
            if outcome.result in ("sent", "unknown") and outcome.intent_id not in self._exposed:
                # The truth is kept all the same: without it the message would be sent again.
                raise NotExposed(f"{outcome.intent_id} was recorded as {outcome.result} without exposing() before")
        if len(self._outcomes) >= _FULL:
            self._news.set()

    async def __aenter__(self) -> "Recorder":
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._renew())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._news.set()
        writing, renewing = self._tasks
        renewing.cancel()
        if isinstance(error, asyncio.CancelledError):
            writing.cancel()
            return
        await writing
        await self._account_for_the_rest()

    async def _write(self) -> None:
        while not (self._closing and not self._exposing and not self._outcomes):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_OUTCOME_SECONDS):
                    await self._news.wait()
            if self._exposing:
                # Connections that reach the end of a message in the same moment share a commit.
                await asyncio.sleep(_GATHER_SECONDS)
            self._news.clear()
            if self._exposing or self._outcomes:
                await self._flush()

    async def _flush(self) -> None:
        exposing, self._exposing = self._exposing, []
        outcomes, self._outcomes = self._outcomes, []
        try:
            allowed = await self._store(exposing, outcomes)
        except Exception:
            # What was exposed becomes unknown and is reconciled; the rest of the attempt is still worth recording.
            log.exception("sending.not_recordable", outcomes=len(outcomes))
            allowed = None
        self._exposed |= allowed or frozenset()
        for part, answer in exposing:
            if not answer.done() and allowed is not None:
                answer.set_result(allowed & frozenset(part))
        _refuse(exposing)

    async def _store(self, exposing: Sequence[Asked], outcomes: Sequence[Outcome]) -> frozenset[UUID] | None:
        """Commit both; what may go on, or None where nobody waits for that any more."""
        for attempt in range(_TRIES):
            try:
                async with self._context.database.transaction(self._context.actor) as session:
                    ids = [intent_id for part, _ in exposing for intent_id in part]
                    allowed = frozenset[UUID]()
                    if ids:
                        allowed = await ledger.expose(await asyncpg_connection(session), self._attempt_id, ids)
                    if outcomes:
                        await self._settle(session, outcomes)
                return allowed
            except _AWAY as failure:
                # Whoever asked for leave must not wait for a database that is away; outcomes are worth waiting for.
                _refuse(exposing)
                exposing = []
                log.warning("sending.not_recorded", outcomes=len(outcomes), error=str(failure))
                if not outcomes:
                    break
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt))
        # The lease runs out; what was exposed becomes unknown and is reconciled.
        return None

    async def _settle(self, session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
        moment = await shared_now(session)
        rows = [settlement(outcome, self._intents[outcome.intent_id], moment, self._attempt_id) for outcome in outcomes]
        changed = await settling.settle(session, rows)
        hour = guards.hour(moment)
        more = [
            (hour, row["channel"], ledger.plain(row["lane_id"]), 0, difference)
            for row in changed
            if row["state"] == "sent"
            and (difference := row["cost_microusd"] - self._costs.get(ledger.plain(row["id"]), row["cost_microusd"]))
        ]
        await guards.count(session, self._context.organisation_id, more)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                async with self._context.database.transaction(self._context.actor) as session:
                    until = await shared_now(session) + self._lease
                    await ledger.renew(session, self._attempt_id, list(self._intents), until)
            except _AWAY as failure:
                log.warning("sending.lease_not_renewed", error=str(failure))

    async def _account_for_the_rest(self) -> None:
        if not self._open:
            return
        async with self._context.database.transaction(self._context.actor) as session:
            rows = await ledger.left_over(session, self._attempt_id, list(self._open))
            moment = await shared_now(session)
            await settling.settle(session, [broken_off(row, moment) for row in rows])


def _refuse(exposing: Sequence[Asked]) -> None:
    for _, answer in exposing:
        if not answer.done():
            answer.set_exception(ConnectionError("the ledger cannot be reached"))


def settlement(outcome: Outcome, intent: ClaimedIntent, moment: datetime, attempt_id: UUID | None) -> Settlement:
    """What an outcome makes of a message; one that may try again ends where it would be of no use any more."""
    known = {"reason": outcome.reason, **({"facts": dict(outcome.facts)} if outcome.facts else {})}
    state, not_before, reconcile_at = str(outcome.result), None, None
    if outcome.result == "unknown":
        reconcile_at = moment + FIRST_DOUBT
    elif outcome.result == "later":
        not_before = moment + timedelta(seconds=_pause(outcome, intent.attempt))
        state = "scheduled" if not_before < intent.expires_at else "expired"
    return Settlement(
        intent.id, attempt_id, state, moment, orjson.dumps(known, default=str).decode(), not_before, outcome.provider,
        outcome.provider_message_id, outcome.cost_microusd, reconcile_at,
    )  # fmt: skip


def broken_off(row: asyncpg.Record, moment: datetime) -> Settlement:
    """What becomes of a message whose attempt ended without a word: tried again, unless it may have left."""
    if row["exposed_at"] is not None:
        words, state, reconcile_at = "The attempt broke off when the message may have left.", "unknown", moment
    elif row["broken_off"] + 1 >= MAX_BROKEN_OFF:
        words, state, reconcile_at = f"{MAX_BROKEN_OFF} attempts broke off before the message left.", "refused", None
    else:
        words, state, reconcile_at = "The attempt broke off before the message left.", "scheduled", None
    outcome = orjson.dumps({"reason": words}).decode()
    # A process that dies is seldom the message's fault; one that dies again and again may be.
    pause = timedelta(seconds=0 if row["broken_off"] + 1 < _AT_ONCE else _PAUSES[0])
    return Settlement(
        ledger.plain(row["id"]), ledger.plain_or_none(row["attempt_id"]), state, moment, outcome,
        moment + pause if state == "scheduled" else None, reconcile_at=reconcile_at, broke_off=True,
    )  # fmt: skip


def _pause(outcome: Outcome, attempt: int) -> float:
    if outcome.retry_after_seconds is not None:
        return max(0.0, outcome.retry_after_seconds)
    return _PAUSES[min(attempt, len(_PAUSES)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311
