"""What is known of a contact point: its ledger, its suppressions, where it stands."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides
from tradewind.kernel.database import actor_of
from tradewind.modules.privacy.contracts import (
    Basis,
    Channel,
    ConsentState,
    LedgerEntry,
    Purpose,
    Requirement,
    Scope,
    SuppressionEntry,
    SuppressionReason,
)
from tradewind.modules.privacy.models.consents import ConsentRecord
from tradewind.modules.privacy.models.suppressions import Suppression
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.repository import purposes as purposes_repository
from tradewind.modules.privacy.repository import suppressions as suppressions_repository
from tradewind.modules.privacy.service.keys import organisation_key

LINES = 200


async def purposes(session: AsyncSession) -> list[Purpose]:
    """The organisation's purposes in use, in their order."""
    await organisation_key(session)
    return [
        Purpose(row.id, row.key, row.name, row.text, cast(Requirement, row.requires), row.double_opt_in)
        for row in await purposes_repository.all_purposes(session)
    ]


async def history(
    session: AsyncSession, channels: Sequence[Channel], address: str
) -> tuple[list[LedgerEntry], list[SuppressionEntry]]:
    """The newest lines of the ledger about an address on these channels, and its suppressions, newest first.

    Proofs and notes are left out for those who may not see contact details.
    """
    key = await organisation_key(session)
    found = {key.hash_of(channel, address) for channel in channels}
    hashes = [hashed for hashed in found if hashed is not None]
    if not hashes:
        return [], []
    hidden = hides(actor_of(session))
    lines = await repository.ledger(session, hashes, limit=LINES)
    stops = await suppressions_repository.of_contacts(session, hashes)
    return (
        [_line(row, hidden) for row in lines if row.channel in channels],
        [_stop(row, hidden) for row in stops if row.channel in channels],
    )


def _line(row: ConsentRecord, hidden: bool) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        channel=cast(Channel, row.channel),
        purpose=row.purpose,
        state=cast(ConsentState, row.state),
        basis=cast(Basis, row.basis),
        source=row.source,
        proof={} if hidden else row.proof,
        actor_name=row.actor_name,
        at=row.at,
        recorded_at=row.recorded_at,
    )


def _stop(row: Suppression, hidden: bool) -> SuppressionEntry:
    return SuppressionEntry(
        id=row.id,
        channel=cast(Channel, row.channel),
        scope=cast(Scope, row.scope),
        reason=cast(SuppressionReason, row.reason),
        source=row.source,
        note="" if hidden else row.note,
        actor_name=row.actor_name,
        at=row.at,
        until=row.until,
        released_at=row.released_at,
        released_by_name=row.released_by_name,
        release_note="" if hidden else row.release_note,
    )
