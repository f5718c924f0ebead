"""Whose records an event names, so that who sees only some of them outside hears of those alone.

The module that owns records says here, by the names of fields, how their owners are found. An event is about the
first kind it has fields of, in the order they were registered.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import Event

OwnerLookup = Callable[[AsyncSession, Collection[UUID]], Awaitable[Mapping[UUID, UUID | None]]]
_lookups: list[tuple[frozenset[str], OwnerLookup]] = []


def owners_by(*fields: str) -> Callable[[OwnerLookup], OwnerLookup]:
    """Register `async def look_up(session, ids)` → owner by id, for records that events name in these fields."""

    def register(look_up: OwnerLookup) -> OwnerLookup:
        _lookups.append((frozenset(fields), look_up))
        return look_up

    return register


@dataclass(frozen=True, slots=True)
class NamedRecords:
    """An event's data, and the owners of the records it names; a record that is gone is owned by nobody known."""

    data: dict[str, Any]
    named: Mapping[str, UUID | list[UUID]]
    owners: Mapping[UUID, UUID | None]

    def within(self, visible: frozenset[UUID]) -> dict[str, Any] | None:
        """The data as far as it names records of these owners; None if one is hidden, or all of a list are."""
        cut = dict(self.data)
        for field, value in self.named.items():
            if not isinstance(value, list):
                if self.owners.get(value) not in visible:
                    return None
                continue
            seen = [record for record in value if self.owners.get(record) in visible]
            if value and not seen:
                return None
            cut[field] = [str(record) for record in seen]
        return cut


async def named_records(session: AsyncSession, event: Event) -> NamedRecords | None:
    """The records an event names with their owners, as the session sees them; None if it names none that are owned."""
    for fields, look_up in _lookups:
        values = {
            name: value for name in type(event).model_fields if name in fields and (value := getattr(event, name))
        }
        if values:
            ids = {each for value in values.values() for each in (value if isinstance(value, list) else [value])}
            return NamedRecords(event.public_data(), values, await look_up(session, ids))
    return None
