"""The audit log as a stream: rows are cut into messages in the order of the hash chain, one message at a time.

An endpoint's position moves in the transaction that stores the message, and the next message is cut only when the
one before was delivered. Nothing is left out over outages; rows carry their number, so repetitions can be told.
"""

from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.events import AuditRecorded
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending.message import MAX_BODY_BYTES, Content
from tradewind.modules.webhooks.service import keeping, waking

_MAX_ROWS = 100
# Room for the envelope around the rows.
_MAX_ROWS_BYTES = MAX_BODY_BYTES - 1_000


async def cut_all(session: AsyncSession) -> None:
    """Cut the next message for each endpoint of the organisation that receives its audit log."""
    for endpoint_id in await repository.streaming_endpoint_ids(session):
        await cut(session, endpoint_id)


async def cut(session: AsyncSession, endpoint_id: UUID) -> None:
    """Cut the next message of one endpoint, unless one is still under way or there are no new rows."""
    assert AuditRecorded.public is not None
    [endpoint] = await repository.locked_endpoints(session, [endpoint_id]) or [None]
    if endpoint is None or endpoint.state != "active" or endpoint.audit_position is None:
        return
    if not keeping.may_hear(await keeping.standing_of(session, endpoint), AuditRecorded.public.type):
        return
    if await repository.has_open(session, endpoint_id, AuditRecorded.public.type):
        return
    rows = await identity.audit_entries(session, after=endpoint.audit_position, limit=_MAX_ROWS)
    if not rows:
        return
    taken, size = 0, 0
    for row in rows:
        size += len(orjson.dumps(row)) + 1
        if taken and size > _MAX_ROWS_BYTES:
            break
        taken += 1
    rows = rows[:taken]
    content = Content(
        id=new_id(),
        organisation_id=endpoint.organisation_id,
        type=AuditRecorded.public.type,
        type_version=AuditRecorded.public.version,
        data={"first": rows[0]["sequence"], "last": rows[-1]["sequence"], "rows": rows},
        occurred_at=now(),
    )
    endpoint.audit_position = rows[-1]["sequence"]
    await session.flush()
    await repository.add_delivery(session, content, endpoint_id)
    await waking.wake(session)
