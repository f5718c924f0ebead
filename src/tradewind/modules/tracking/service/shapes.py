"""The shape of an event's properties: paths, types, and which of them tell of a person."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tradewind.kernel.classification import MASK, masked, scrubbed

MAX_PATHS = 100
MAX_PATH = 200
MAX_NAME = 200
_DEPTH = 3
_EXAMPLE = 80
_TYPES: dict[type, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object", type(None): "null",
}  # fmt: skip
# Words of a property's name that tell of a person; whatever a form's fields hold is a person's as well.
_PERSONAL = re.compile(
    r"(?:^|[._\s-])(?:e?mail|phone|mobile|tel|fax|whats\s?app|(?:first|last|full|given|family|middle|user|nick)[_-]?name"
    r"|address|street|zip|postal|postcode|birth\w*|dob|gender|iban|card|ssn|passport|ip|password|token|message|comment)"
    r"(?:$|[._\s-])|(?:^|\.)name$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FORM_FIELDS = "fields."


def schema_name(event_type: str, name: str) -> str:
    """The name an event is registered by: a track's own; other types are one kind each, whatever they are named."""
    return name[:MAX_NAME] if event_type == "track" else ""


def type_of(value: Any) -> str:
    """The JSON type of a value; whole numbers are `integer`."""
    return _TYPES[type(value)]


def paths(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(dotted path, value) of every property and, three levels deep, what is inside of objects; at most 100."""
    left = MAX_PATHS
    waiting = [("", properties, 1)]
    for prefix, values, depth in waiting:
        for key, value in values.items():
            path = f"{prefix}{key}"
            if len(path) > MAX_PATH or not key or "\x00" in path:
                continue
            if not left:
                return
            left -= 1
            yield path, value
            if isinstance(value, dict) and depth < _DEPTH:
                waiting.append((f"{path}.", value, depth + 1))


def value_at(properties: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None where there is none. A key with dots in it comes first."""
    if path in properties:
        return properties[path]
    head, _, rest = path.partition(".")
    inner = properties.get(head)
    return value_at(inner, rest) if rest and isinstance(inner, Mapping) else None


def is_personal(path: str, value: Any) -> bool:
    """Whether a property tells who somebody is or how to reach them: by its name, or by how its text looks."""
    if isinstance(value, bool | float | dict | list) or value is None:
        return False
    if _is_named_personal(path):
        return True
    # An address has its sign, a number in international or national form a digit 0 or a plus.
    return isinstance(value, str) and ("@" in value or "+" in value or "0" in value) and scrubbed(value) != value


@lru_cache(maxsize=10_000)
def _is_named_personal(path: str) -> bool:
    return path.startswith(_FORM_FIELDS) or _PERSONAL.search(_CAMEL.sub("_", path)) is not None


def example(path: str, value: Any) -> Any:
    """A value as an example to keep: masked where it is personal, short, and None where it says nothing."""
    if isinstance(value, dict | list) or value is None:
        return None
    if is_personal(path, value):
        written = str(value)
        return masked(value, "email" if "@" in written and not re.search(r"\s", written) else "text")
    return f"{value[:_EXAMPLE]}…" if isinstance(value, str) and len(value) > _EXAMPLE else value


def without_personal(values: Any, path: str = "") -> Any:
    """JSON with whatever tells of a person masked, for those who may not see it."""
    match values:
        case dict():
            return {key: without_personal(item, f"{path}.{key}" if path else str(key)) for key, item in values.items()}
        case list():
            return [without_personal(item, path) for item in values]
        case str() if is_personal(path, values):
            return scrubbed(values) if "@" in values else MASK
        case int() if is_personal(path, values):
            return MASK
    return values
