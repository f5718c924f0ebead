"""Public event types with their descriptions and example messages, made from the event classes themselves."""

import types
import typing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tradewind.kernel.events import Event, public_events

PING = "webhook.ping"
_ID = UUID("0192f0c1-7a51-7c3e-9d55-3f1f0a6b2c4d")
_WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventType:
    """One entry of the catalogue; `permission` is needed to subscribe."""

    type: str
    version: int
    description: str
    permission: str
    example: dict[str, Any]


def event_types() -> list[EventType]:
    """All public event types, by name."""
    return [_entry(event) for _, event in sorted(public_events().items())]


def permission_of(event_type: str) -> str | None:
    """The permission a type needs; None if there is no such type."""
    event = public_events().get(event_type)
    return event.public.permission if event and event.public else None


def _entry(event: type[Event]) -> EventType:
    assert event.public is not None
    data = dict(event.public.example) or example_of(event).public_data()
    return EventType(
        type=event.public.type,
        version=event.public.version,
        description=" ".join((event.__doc__ or "").split()),
        permission=event.public.permission,
        example=data,
    )


def example_of(event: type[Event]) -> Event:
    """An event of this class with plausible values, by the types of its fields."""
    values: dict[str, Any] = {"id": _ID, "organisation_id": _ID, "occurred_at": _WHEN}
    for name, field in event.model_fields.items():
        if name not in values:
            values[name] = field.examples[0] if field.examples else _value(name, field.annotation)
    return event(**values)


def _value(name: str, annotation: Any) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return _value(name, next(part for part in arguments if part is not type(None)))
    if origin is list:
        return [_value(name.removesuffix("s"), arguments[0])]
    if origin is typing.Literal:
        return arguments[0]
    values = {UUID: _ID, bool: True, int: 3, float: 0.5, datetime: _WHEN}
    return values.get(annotation, name)
