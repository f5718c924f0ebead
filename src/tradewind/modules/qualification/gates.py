"""What may keep a flow's draft from being published: modules above register gates, and each is asked."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

Gate = Callable[[AsyncSession, UUID, str], Awaitable[None]]
"""Is given the flow and its draft's fingerprint; raises an AppError where the draft must not be published."""

_gates: list[Gate] = []


def register(gate: Gate) -> Gate:
    """Ask a gate before each publishing of what visitors are asked already."""
    _gates.append(gate)
    return gate


async def ask(session: AsyncSession, flow_id: UUID, draft: dict[str, Any]) -> None:
    """Whether the draft may be published. Raises what a gate raises."""
    for gate in _gates:
        await gate(session, flow_id, fingerprint(draft))


def fingerprint(draft: dict[str, Any]) -> str:
    """Another one for every other definition."""
    return sha256(orjson.dumps(draft, option=orjson.OPT_SORT_KEYS)).hexdigest()
