"""The stored side of realtime: writing messages in a transaction and reading them back without a gap.

Transactions commit in another order than ids or transaction numbers are given out, so "everything after the last id"
would lose what commits late. Each row therefore stores its transaction (`xid`) and its `horizon`: the oldest
transaction still open when the row was written. Whatever commits after a row was seen belongs to a transaction at
or past that row's horizon, so a replay of `xid >= horizon` misses nothing. It may repeat what was seen: clients drop
ids they know. (A long transaction anywhere on the server makes replays longer, never shorter.) A position is the id
of a message, or `@<transaction>`: all before that transaction has been seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id

CHANNEL = "tradewind_realtime"
ACCESS_CHANNEL = "tradewind_access"
# The permission of what only guests receive: no role holds it.
GUEST = "guest"
KEPT = timedelta(hours=24)
# Positions older than this are refused, so that what they would replay cannot have been purged in part.
RESUMABLE = timedelta(hours=23)
MAX_REPLAY = 1000
MAX_DATA_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One piece of news. `text` is what goes over the wire, serialised once for all receivers."""

    id: UUID
    organisation_id: UUID
    topic: str
    permission: str | None
    user_id: UUID | None
    owners: frozenset[UUID] | None
    xid: int
    text: str

    def is_for(self, actor: Actor) -> bool:
        """Whether `actor` may see it."""
        return (
            actor.organisation_id == self.organisation_id
            and (self.user_id is None or self.user_id == actor.user_id)
            and (self.permission is None or actor.may(self.permission))
            and (
                self.owners is None or actor.visible_owners is None or not self.owners.isdisjoint(actor.visible_owners)
            )
        )


class StalePosition(Exception):
    """The position is unknown, too old, or too far behind: the client must load its data afresh."""


_INSERT = """
    WITH written AS (
        INSERT INTO realtime_messages (id, organisation_id, type, topic, permission, user_id, data, owners)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $9)
        RETURNING organisation_id, id, topic, permission
    )
    SELECT pg_notify($8, concat_ws(' ', organisation_id, id, CASE permission WHEN 'guest' THEN topic END)) FROM written
"""
_COLUMNS = "id, organisation_id, type, topic, permission, user_id, owners, data, created_at, xid"
_BY_ID = text(f"SELECT {_COLUMNS} FROM realtime_messages WHERE id = ANY(:ids)")
_SINCE = text(f"""
    SELECT {_COLUMNS} FROM realtime_messages
    WHERE organisation_id = :organisation_id AND xid >= :horizon AND permission IS DISTINCT FROM 'guest'
    ORDER BY xid, id LIMIT :limit
""")
_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_POSITION = text("SELECT horizon, created_at FROM realtime_messages WHERE id = :id")
_ACCESS = text("SELECT pg_notify(:channel, :payload)")
_PURGE = text("DELETE FROM realtime_messages WHERE created_at < :before")


async def push(
    session: AsyncSession,
    *,
    type: str,
    topic: str,
    permission: str | None,
    data: dict[str, Any],
    user_id: UUID | None = None,
    owners: Iterable[UUID | None] | None = None,
) -> UUID:
    """Tell the organisation's open browsers, if and only if the session's transaction commits. Returns the id.

    Seen by members who hold `permission` (all if None), or by `user_id` alone. With `owners`, which a message that
    tells what is in somebody's record must give, only by members who see one of these owners' records. Send ids and
    small facts, at most 32 KB of JSON; for bulk work send one message with counts, not one per row.
    """
    encoded = orjson.dumps(data, default=str)
    if b"\\u0000" in encoded:
        encoded = orjson.dumps(_without_nul(orjson.loads(encoded)))
    if len(encoded) > MAX_DATA_BYTES:
        raise ValueError(f"realtime message {type} has {len(encoded)} bytes; send ids, not contents")
    message_id = new_id()
    connection = await asyncpg_connection(session)
    await connection.execute(
        _INSERT,
        message_id,
        actor_of(session).organisation_id,
        type,
        topic,
        permission,
        user_id,
        encoded.decode(),
        CHANNEL,
        None if owners is None else [owner for owner in owners if owner is not None],
    )
    return message_id


async def push_to_guests(session: AsyncSession, *, type: str, topic: str, data: dict[str, Any]) -> UUID:
    """Tell the strangers who follow `topic` (such as `conversation:<id>`), at commit. Members do not receive it.

    At most 32 KB of JSON, of which nothing may be meant for members alone. There is no replay: a guest who comes back
    reads what was missed from the records themselves. Returns the id.
    """
    return await push(session, type=type, topic=topic, permission=GUEST, data=data)


async def tell_access_changed(session: AsyncSession, *, user_id: UUID | None = None) -> None:
    """Have every process ask anew what open connections may see, once the session's transaction has committed.

    Those of one user; without, those of the session's organisation.
    """
    payload = f"{'' if user_id else actor_of(session).organisation_id or ''} {user_id or ''}"
    await session.execute(_ACCESS, {"channel": ACCESS_CHANNEL, "payload": payload})


async def read(session: AsyncSession, ids: Sequence[UUID]) -> list[Message]:
    """Messages of the session's organisation, in the order of `ids`; purged ones are left out."""
    found = {row.id: _message(row) for row in await session.execute(_BY_ID, {"ids": list(ids)})}
    return [found[key] for key in ids if key in found]


async def read_since(session: AsyncSession, horizon: int, limit: int = MAX_REPLAY) -> list[Message]:
    """All messages of the session's organisation at or past `horizon`. Raises StalePosition if over `limit`."""
    organisation_id = actor_of(session).organisation_id
    rows = (
        await session.execute(_SINCE, {"organisation_id": organisation_id, "horizon": horizon, "limit": limit + 1})
    ).all()
    if len(rows) > limit:
        raise StalePosition(f"more than {limit} messages were missed")
    return [_message(row) for row in rows]


async def horizon_now(session: AsyncSession) -> int:
    """The oldest transaction still open: everything before it has ended and is visible."""
    return int((await session.execute(_HORIZON)).scalar_one())


async def horizon_of(session: AsyncSession, position: str) -> int:
    """Where to replay from for a client's position. Raises StalePosition."""
    present = await horizon_now(session)
    if position.startswith("@"):
        digits = position[1:]
        if not digits.isascii() or not digits.isdigit() or len(digits) > 19:
            raise StalePosition("the position is malformed")
        horizon = int(digits)
    else:
        try:
            message_id = UUID(position)
        except ValueError as error:
            raise StalePosition("the position is malformed") from error
        row = (await session.execute(_POSITION, {"id": message_id})).first()
        if row is None or row.created_at < now() - RESUMABLE:
            raise StalePosition("the last seen message is too old")
        horizon = int(row.horizon)
    if horizon > present:
        # Only a database restored from a backup counts its transactions lower than before.
        raise StalePosition("the position is from another life of this database")
    return horizon


async def purge(session: AsyncSession) -> None:
    """Forget messages older than a day in the session's organisation."""
    await session.execute(_PURGE, {"before": now() - KEPT})


def replayed_texts(replay: Sequence[Message], present: int) -> list[str]:
    """The wire forms of a replay, each with the position that it proves.

    A replay goes by transaction number. Once the last message of a transaction is out, all before the next one has
    been seen, as far as it had ended: up to `present`, the horizon of the moment before the replay was read.
    """
    texts = []
    for index, message in enumerate(replay):
        last = index + 1 == len(replay) or replay[index + 1].xid != message.xid
        position = min(message.xid + last, present)
        texts.append(f'{message.text[:-1]},"last_id":"@{position}"}}')
    return texts


def _without_nul(value: Any) -> Any:
    """PostgreSQL's jsonb refuses NUL characters."""
    match value:
        case str():
            return value.replace("\x00", "")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list():
            return [_without_nul(item) for item in value]
    return value


def _message(row: Any) -> Message:
    created_at: datetime = row.created_at
    wire = {
        # The driver's own UUID type is unknown to orjson.
        "id": str(row.id),
        "type": row.type,
        "topic": row.topic,
        "data": row.data,
        "occurred_at": created_at,
    }
    wire_text = orjson.dumps(wire).decode()
    owners = None if row.owners is None else frozenset(row.owners)
    return Message(row.id, row.organisation_id, row.topic, row.permission, row.user_id, owners, row.xid, wire_text)
