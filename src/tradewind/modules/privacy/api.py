"""What other modules may ask of privacy: may this be sent there, what was allowed or refused, links for messages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.privacy.contracts import (
    Channel,
    ConfirmationMail,
    ConsentChange,
    ConsentOutcome,
    ContactAsk,
    ContactPoint,
    HeededReply,
    LedgerEntry,
    LinkAsk,
    LinkToken,
    NewSuppression,
    Purpose,
    Source,
    SpreadWishes,
    Standing,
    SuppressionEntry,
    SuppressionReason,
    UsedToken,
)
from tradewind.modules.privacy.service import (
    asking,
    confirming,
    linking,
    merging,
    opting_out,
    points,
    reading,
    recording,
    suppressing,
)

__all__ = [
    "addresses_of",
    "contact_hash",
    "forget",
    "heed_reply",
    "history",
    "issue_confirmation",
    "join_wishes",
    "link_tokens",
    "part_wishes",
    "purposes",
    "record_consents",
    "release",
    "standings",
    "suppress",
    "tally",
    "use_token",
    "withdraw_all",
]


async def standings(session: AsyncSession, asks: Sequence[ContactAsk]) -> list[Standing]:
    """Whether each message may go out, and why or why not, in the order asked; one query for all of them.

    An address that is none, or an unknown purpose, is not allowed either.
    """
    return await asking.standings(session, asks)


async def tally(
    session: AsyncSession, channel: Channel, purpose: str, addresses: Sequence[str], parts: Sequence[int]
) -> Mapping[tuple[str, int], int]:
    """How many of these addresses may be written to (under the empty text), and how many may not, by the first reason.

    Counted apart for each of `parts`, which says of each address in which one it is. As `standings` would say of each
    one; made for audiences: one query for any number of them.
    """
    return await asking.tally(session, channel, purpose, addresses, parts)


async def record_consents(session: AsyncSession, changes: Sequence[ConsentChange]) -> list[ConsentOutcome]:
    """Add consents and withdrawals to the ledger, up to 10,000; what holds afterwards comes back in their order.

    A consent by a form for a purpose with double opt-in is pending until its mail is answered. An older change never
    undoes a newer one, an imported list lifts no withdrawal. Raises ContactInvalid; then nothing is recorded.
    """
    return await recording.record_consents(session, changes)


async def withdraw_all(
    session: AsyncSession,
    channel: Channel,
    address: str,
    *,
    source: Source,
    proof: Mapping[str, Any] | None = None,
    person_id: UUID | None = None,
    origin_id: UUID | None = None,
) -> None:
    """Withdraw every purpose on a channel, those yet to come included. Raises ContactInvalid."""
    await opting_out.withdraw_all(
        session, channel, address, source=source, proof=proof, person_id=person_id, origin_id=origin_id
    )


async def heed_reply(
    session: AsyncSession, channel: Channel, address: str, text: str, *, person_id: UUID | None = None
) -> HeededReply | None:
    """Do what a reply that is nothing but an opt-out word (STOP, START, HELP …) asks; None for any other text.

    Raises ContactInvalid.
    """
    return await opting_out.heed_reply(session, channel, address, text, person_id=person_id)


async def suppress(session: AsyncSession, wanted: Sequence[NewSuppression]) -> int:
    """Stop messages to contact points, up to 10,000; how many were not stopped for that reason before.

    Raises ContactInvalid; then nothing is suppressed.
    """
    return await suppressing.suppress(session, wanted)


async def release(
    session: AsyncSession,
    contacts: Iterable[tuple[Channel, str]],
    *,
    reasons: Iterable[SuppressionReason],
    source: Source | None = None,
    note: str = "",
) -> int:
    """Lift suppressions of contact points for these reasons (from one source only); how many entries that were."""
    return await suppressing.release(session, contacts, reasons=reasons, source=source, note=note)


async def link_tokens(session: AsyncSession, asks: Sequence[LinkAsk | tuple[str, str]]) -> list[LinkToken]:
    """Links for messages, one for each (address, purpose): stable, unreadable, they do not run out.

    Raises ContactInvalid.
    """
    return await linking.link_tokens(session, asks)


async def use_token(session: AsyncSession, token: str) -> UsedToken:
    """Whom and what a link is about; a stranger's session acts in its organisation from here on. Raises LinkInvalid."""
    return await linking.use_token(session, token)


async def issue_confirmation(session: AsyncSession, confirmation_id: UUID) -> ConfirmationMail | None:
    """Content of the mail of a double opt-in; None if there is nothing to confirm. Not to be stored in clear."""
    return await confirming.issue(session, confirmation_id)


async def contact_hash(session: AsyncSession, channel: Channel, address: str) -> bytes | None:
    """The 32 bytes that stand for a contact point; None if the address is none. Calls and SMS share theirs."""
    return await points.hash_of(session, channel, address)


async def addresses_of(session: AsyncSession, hashes: Collection[bytes]) -> dict[bytes, str]:
    """How contact points read, by hash; those of forgotten people are left out."""
    return await points.addresses_of(session, hashes)


async def purposes(session: AsyncSession) -> list[Purpose]:
    """The organisation's purposes in use, in their order."""
    return await reading.purposes(session)


async def history(
    session: AsyncSession, channels: Sequence[Channel], address: str
) -> tuple[list[LedgerEntry], list[SuppressionEntry]]:
    """The ledger of an address on these channels (200 lines) and its suppressions, newest first.

    Proofs and notes are empty for actors who may not see contact details.
    """
    return await reading.history(session, channels, address)


async def join_wishes(
    session: AsyncSession, points: Sequence[ContactPoint], *, person_id: UUID | None = None
) -> SpreadWishes:
    """Several contact points are one person's: what was refused for one of them is refused for all of its kind.

    Returns what it changed: what `part_wishes` needs to take it back.
    """
    return await merging.join_wishes(session, points, person_id=person_id)


async def part_wishes(session: AsyncSession, spread: SpreadWishes, *, person_id: UUID | None = None) -> None:
    """They are several persons' after all: what held before holds again, where nothing else was said since."""
    await merging.part_wishes(session, spread, person_id=person_id)


async def forget(session: AsyncSession, person_ids: Sequence[UUID], points: Sequence[ContactPoint]) -> None:
    """People are gone for good: nothing names them any more, and their wishes go on holding."""
    await merging.forget(session, person_ids, points)
