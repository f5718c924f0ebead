"""Recovery codes: ten random texts for the day the phone is lost. Shown once, stored as hashes, each works once."""

import hashlib
import re
import secrets
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity.repository import factors as repository

COUNT = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like another
_GROUPS, _GROUP_LENGTH = 4, 4  # 79 bits: too many to try against a stolen hash


async def issue(session: AsyncSession, user_id: UUID) -> list[str]:
    """Ten new codes in clear text; all earlier ones stop working."""
    codes = [_new_code() for _ in range(COUNT)]
    await repository.replace_codes(session, user_id, [_hash(user_id, code) for code in codes])
    return codes


async def spend(session: AsyncSession, user_id: UUID, code: str) -> bool:
    """Use up a code; False if it is wrong or was used. Case, spaces and dashes do not matter."""
    return await repository.spend_code(session, user_id, _hash(user_id, code))


def _new_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(user_id: UUID, code: str) -> bytes:
    plain = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(user_id.bytes + plain.encode("utf-8", "surrogatepass")).digest()
