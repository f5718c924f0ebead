"""A channel that does what its messages say, and messages for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.testing.database import RolledBackDatabase
from tradewind.modules.sending import channels as port
from tradewind.modules.sending.channels import Channel, ClaimedIntent, Outcome, Record, SendingContext
from tradewind.modules.sending.contracts import NewIntent, Recipient
from tradewind.modules.sending.worker import dispatcher


class InTurn(RolledBackDatabase):
    """Transactions of different tasks one after the other: they share the test's one connection."""

    _turn: asyncio.Lock | None = None
    _holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def transaction(self, actor: Actor) -> AsyncIterator[AsyncSession]:
        if self._holder is asyncio.current_task():
            async with super().transaction(actor) as session:
                yield session
            return
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                async with super().transaction(actor) as session:
                    yield session
            finally:
                self._holder = None


@pytest.fixture
async def database(settings, real_database: Database) -> AsyncIterator[Database]:
    """A database for one test; everything is rolled back afterwards."""
    async with real_database.engine.connect() as connection:
        transaction = await connection.begin()
        yield InTurn(settings, connection)
        await transaction.rollback()


class ScriptedChannel(Channel):
    """Does with each message what its content's `do` says: send, refuse, garble, later, doubt, crash …"""

    name = "email"
    label = "Scripted"
    batch_size = 50
    batches_at_once = 1

    def __init__(self) -> None:
        self.left: list[str] = []
        self.batches: list[list[str]] = []
        self.found: dict[str, str] = {}

    async def attempt(self, context: SendingContext, batch: Sequence[ClaimedIntent], record: Record) -> None:
        self.batches.append([intent.address for intent in batch])
        for intent in batch:
            match intent.content.get("do", "send"):
                case "refuse":
                    await record(port.refused(intent, "550 no such mailbox", provider="scripted"))
                case "later":
                    await record(port.later(intent, "451 greylisted", after_seconds=300))
                case "silence":
                    pass
                case "garble":
                    await record(port.refused(intent, "550 Empf\udce4nger \x00 unbekannt", facts={"said": "\x00"}))
                case "crash":
                    raise RuntimeError("the channel broke")
                case what:
                    if intent.id not in await record.exposing(intent):
                        continue
                    if what == "expose":
                        continue
                    self.left.append(intent.address)
                    if what == "doubt":
                        await record(port.unknown(intent, "no answer", provider="scripted", message_id=str(intent.id)))
                    else:
                        await record(port.sent(intent, provider="scripted", message_id=str(intent.id)))

    async def reconcile(self, context: SendingContext, batch: Sequence[ClaimedIntent]) -> Sequence[Outcome]:
        found = []
        for intent in batch:
            match self.found.get(intent.address):
                case "sent":
                    found.append(port.sent(intent, provider="scripted"))
                case "not_sent":
                    found.append(port.later(intent, "never arrived", after_seconds=0))
        return found


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> ScriptedChannel:
    """The scripted channel in place of the one for mail; a turn ends as soon as nothing more is due now."""
    monkeypatch.setattr(dispatcher, "TURN_SECONDS", 0.6)
    scripted = ScriptedChannel()
    monkeypatch.setitem(port._channels, "email", scripted)
    return scripted


@pytest.fixture
def message() -> Callable[..., NewIntent]:
    """`message("ada", do="later", purpose=…)`: a transactional mail unless told otherwise."""

    def make(name: str, *, key: str | None = None, person: UUID | None = None, do: str = "send", **values: Any):
        recipient = Recipient(
            address=f"{name}@people.example", person_id=person, time_zone=values.pop("time_zone", "UTC"),
            country=values.pop("country", None),
        )  # fmt: skip
        return NewIntent(
            **{
                "key": key or name, "channel": "email", "recipient": recipient, "purpose": "transactional",
                "priority": "transactional", "content": {"do": do}, **values,
            }
        )  # fmt: skip

    return make
