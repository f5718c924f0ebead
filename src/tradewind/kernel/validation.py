"""What is wrong with a request that does not fit its schema, in words for whoever sent it."""

from collections.abc import Iterable, Mapping
from typing import Any

from tradewind.kernel.errors import FieldError

_WORDS = {
    "extra_forbidden": "There is no such field here.",
    "missing": "Is required.",
    "model_attributes_type": "Must be a JSON object.",
    "dict_type": "Must be a JSON object.",
}


def field_errors(found: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's findings with dotted paths; its own words where they serve."""
    return [_field_error(finding) for finding in found]


def _field_error(finding: Mapping[str, Any]) -> FieldError:
    where = [str(part) for part in finding["loc"]]
    if finding["type"] == "json_invalid":
        reason = finding.get("ctx", {}).get("error", "cannot be read")
        return {"field": where[0], "message": f"Is not valid JSON at character {where[-1]}: {reason}."}
    return {"field": ".".join(where[1:]) or where[0], "message": _WORDS.get(finding["type"]) or _said(finding["msg"])}


def _said(message: str) -> str:
    """A validator of ours speaks for itself."""
    own = message.removeprefix("Value error, ")
    return own[:1].upper() + own[1:]
