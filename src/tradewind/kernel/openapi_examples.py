"""Examples of bodies and answers, made from their schemas.

A field's own `examples` (`Field(examples=[…])`, or a whole model's `json_schema_extra`) come first. Where a model
gives none, a field of a well-known name takes a value that fits the story of the guides; everything else follows from
type, format and bounds. A test checks each example against its schema and against the model itself.
"""

import re
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("0192f0c1-7a5e-7c3d-9b1a-2f4e6d8c0a11")
_MOMENT = "2026-03-02T09:30:00Z"
_DEPTH = 6
_PREFERRED: dict[str, list[Any]] = {
    "action": ["lead.updated", "tag"],
    "amount_minor": [1_200_000],
    "annual_revenue_minor": [420_000_000],
    "body": ["Asked for an offer for 40 bikes by Friday."],
    "city": ["Lyon"],
    "code": ["123456"],
    "colour": ["#2563eb", "blue"],
    "company_name": ["Moreau Works"],
    "condition": [{"field": "score", "op": "gte", "value": 70}],
    "country": ["FR"],
    "created_by_name": ["Mira Lindqvist"],
    "currency": ["EUR"],
    "custom": [{"budget": 1000}],
    "description": ["Bikes for the whole staff."],
    "domain": ["moreau.example"],
    "email": ["ada@moreau.example"],
    "employee_count": [120],
    "error": ["The target answered 503."],
    "event_types": [["lead.created"]],
    "filter": [{"field": "country", "op": "eq", "value": "FR"}],
    "first_name": ["Ada"],
    "full_name": ["Ada Moreau"],
    "host": ["moreau.example"],
    "industry": ["Manufacturing"],
    "ip": ["203.0.113.7"],
    "job_title": ["Head of Purchasing"],
    "language": ["fr"],
    "last_name": ["Moreau"],
    "lead_name": ["Ada Moreau"],
    "locale": ["en"],
    "lost_reason": ["Chose another supplier"],
    "message": ["Must be a valid e-mail address."],
    "owner_name": ["Mira Lindqvist"],
    "password": ["correct-horse-battery-staple"],
    "current_password": ["correct-horse-battery-staple"],
    "new_password": ["nine-quiet-otters-row-home"],
    "permission": ["leads:read"],
    "permissions": [["leads:read", "leads:write"]],
    "phone": ["+33 4 72 00 00 42"],
    "probability": [0.4],
    "q": ["moreau"],
    "region": ["Auvergne-Rhône-Alpes"],
    "role": ["manager"],
    "scopes": [["leads:read", "leads:write"]],
    "score": [82],
    "slug": ["fernweh-bikes"],
    "source": ["Website"],
    "subject": ["Your offer"],
    "tags": [["vip"]],
    "time_zone": ["Europe/Paris"],
    "title": ["Send the offer"],
    "url": ["https://hooks.moreau.example/tradewind"],
    "user_agent": ["tradewind-client/0.1"],
    "user_name": ["Mira Lindqvist"],
    "version": [3],
    "website": ["https://moreau.example"],
}
_FORMATS: dict[str, str] = {
    "date-time": _MOMENT,
    "date": "2026-03-02",
    "time": "09:30:00Z",
    "email": "ada@moreau.example",
    "uri": "https://moreau.example/",
    "byte": "QWRh",
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


class Examples:
    """Makes examples for one document; answers of components are remembered."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas
        self._known: dict[tuple[str, bool], Any] = {}

    def of(self, schema: dict[str, Any], *, sent: bool) -> Any:
        """An example of a schema; `sent` by a client: what is required or has a telling value, nothing else."""
        return self._make(schema, "", sent=sent, depth=0)

    def _make(self, schema: dict[str, Any], name: str, *, sent: bool, depth: int) -> Any:
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2], name, sent=sent, depth=depth)
        if given := schema.get("examples"):
            return given[0]
        if "const" in schema:
            return schema["const"]
        for preferred in _PREFERRED.get(name, ()):
            if self._fits(preferred, schema):
                return preferred
        if schema.get("enum"):
            return schema["enum"][0]
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            chosen = next((choice for choice in choices if choice.get("type") != "null"), choices[0])
            return self._make(chosen, name, sent=sent, depth=depth)
        return self._of_type(schema, name, sent=sent, depth=depth)

    def _referred(self, component: str, name: str, *, sent: bool, depth: int) -> Any:
        if depth > _DEPTH:
            return None
        key = (component, sent)
        if key not in self._known:
            # Held before it is made: a schema that holds itself ends with an empty list there.
            self._known[key] = None
            self._known[key] = self._make(self._schemas[component], name, sent=sent, depth=depth + 1)
        return self._known[key]

    def _of_type(self, schema: dict[str, Any], name: str, *, sent: bool, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, sent=sent, depth=depth)
            case "array":
                return self._array(schema, name, sent=sent, depth=depth)
            case "string":
                return _text(schema, name)
            case "integer":
                return int(_number(schema, whole=True))
            case "number":
                return _number(schema, whole=False)
            case "boolean":
                return bool(schema.get("default", True))
            case "null":
                return None
        return {} if sent else "…"

    def _object(self, schema: dict[str, Any], *, sent: bool, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        made = {}
        for name, part in schema.get("properties", {}).items():
            if sent and name not in required and name not in _PREFERRED and "examples" not in part:
                continue
            value = self._make(part, name, sent=sent, depth=depth)
            if value is not None or name in required:
                made[name] = value
        return made

    def _array(self, schema: dict[str, Any], name: str, *, sent: bool, depth: int) -> list[Any]:
        if schema.get("prefixItems"):
            return [self._make(part, name, sent=sent, depth=depth) for part in schema["prefixItems"]]
        count = max(1, schema.get("minItems", 1))
        item = self._make(schema.get("items", {}), name.removesuffix("s"), sent=sent, depth=depth + 1)
        return [] if item is None and not schema.get("minItems") else [item] * count

    def _fits(self, value: Any, schema: dict[str, Any]) -> bool:
        """Whether a value may stand at a schema, judged by type, choices, pattern and bounds."""
        if "$ref" in schema:
            return self._fits(value, self._schemas[schema["$ref"].rpartition("/")[2]])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return any(self._fits(value, choice) for choice in choices)
        kind = schema.get("type")
        if kind is None or not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            return False
        if "enum" in schema:
            return value in schema["enum"]
        if isinstance(value, str):
            fits_pattern = "pattern" not in schema or re.search(schema["pattern"], value) is not None
            plain = schema.get("format") in (None, "email", "uri", "password")
            return plain and fits_pattern and _bounded(value, schema)
        if isinstance(value, list):
            return all(self._fits(item, schema.get("items", {})) for item in value)
        if isinstance(value, dict):
            return "properties" not in schema
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)


def _bounded(value: str, schema: dict[str, Any]) -> bool:
    return schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))


def _text(schema: dict[str, Any], name: str) -> str:
    form = schema.get("format")
    if form == "uuid":
        return str(uuid5(_NAMESPACE, name or "id"))
    if form in _FORMATS:
        return _FORMATS[form]
    if isinstance(schema.get("default"), str):
        return schema["default"]
    words = name.replace("_", " ").strip() or "text"
    text = _MOMENT if name.endswith("_at") else words[0].upper() + words[1:]
    if (pattern := schema.get("pattern")) and not re.search(pattern, text):
        return _matching(pattern)
    least = schema.get("minLength", 0)
    text = (text * (least // len(text) + 1))[:least] if len(text) < least else text
    return text[: schema.get("maxLength", len(text))]


def _matching(pattern: str) -> str:
    """A text for the plain patterns that identifiers have; anything else needs an example of its own."""
    for candidate in ("FR", "EUR", "#2563eb", "vip", "lead.created", "a" * 8, "a" * 64, "0" * 6, "2026-03-02", "+15"):
        if re.search(pattern, candidate):
            return candidate
    return "text"


def _number(schema: dict[str, Any], *, whole: bool) -> float:
    if isinstance(schema.get("default"), int | float):
        return schema["default"]
    step = 1 if whole else 0.01
    least = schema.get("minimum", schema.get("exclusiveMinimum", -step) + step)
    most = schema.get("maximum", schema.get("exclusiveMaximum", least + 12 + step) - step)
    return max(least, min(12, most)) if whole else max(least, min(0.4, most))
