"""Contact points: addresses become hashes, and hashes read again as long as somebody may know."""

import asyncio
import ipaddress
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.privacy.contact_points import masked_address
from tradewind.modules.privacy.contracts import Channel
from tradewind.modules.privacy.models.consents import ADDRESS
from tradewind.modules.privacy.repository import consents as repository
from tradewind.modules.privacy.service.keys import OrganisationKey, organisation_key


async def note(session: AsyncSession, key: OrganisationKey, points: Mapping[bytes, str]) -> None:
    """Remember how these hashes read; only what is new costs anything."""
    unknown = await repository.unknown_points(session, points)
    if unknown:
        # In a thread: sealing a list of thousands takes longer than other requests like to wait.
        sealed = await asyncio.to_thread(_sealed, [(hashed, points[hashed]) for hashed in unknown])
        await repository.add_points(session, key.organisation_id, sealed, now())


def _sealed(points: Sequence[tuple[bytes, str]]) -> list[tuple[UUID, bytes, str]]:
    return [(row_id := new_id(), hashed, ADDRESS.seal(row_id, address)) for hashed, address in points]


async def addresses_of(session: AsyncSession, hashes: Collection[bytes]) -> dict[bytes, str]:
    """The normal addresses behind hashes; those of forgotten people are left out."""
    rows = await repository.points(session, hashes)
    return {row.contact_hash: ADDRESS.open_text(row.id, row.address_sealed) for row in rows}


async def hash_of(session: AsyncSession, channel: Channel, text: str) -> bytes | None:
    """The hash of an address as people write it; None if it is none."""
    return (await organisation_key(session)).hash_of(channel, text)


def hashes_of(key: OrganisationKey, text: str) -> list[bytes]:
    """The hashes a typed address may have, whatever channel it is meant for."""
    channels: Sequence[Channel] = ("email", "call", "social", "chat")
    return [found for channel in channels if (found := key.hash_of(channel, text)) is not None]


def shown(session: AsyncSession, channel: Channel, address: str | None) -> str | None:
    """An address for the session's actor: masked where contact details are."""
    if address is None:
        return None
    return masked_address(channel, address) if hides(actor_of(session)) else address


def proof_without_ip(proof: Mapping[str, Any]) -> dict[str, Any]:
    """A proof whose `ip` names a network only: enough to tell a fraud, too little to tell a person."""
    kept = dict(proof)
    if "ip" in kept:
        kept["ip"] = _network(kept["ip"])
    return kept


def _network(ip: Any) -> str | None:
    try:
        address = ipaddress.ip_address(str(ip))
    except ValueError:
        return None
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def batches(values: Iterable[bytes], size: int) -> list[list[bytes]]:
    """Sorted, each once, in pieces."""
    ordered = sorted(set(values))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
