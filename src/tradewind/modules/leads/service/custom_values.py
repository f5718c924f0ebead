"""Values of custom fields: checked against the field's kind, and brought into the form they are stored in.

Stored forms: text, url, select as text; number as a JSON number; boolean; date as `2026-03-01`; datetime as
`2026-03-01T09:00:00.000000Z` (so that both sort as text); multi_select as a list without repetitions. Empty values
are not stored.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import FieldError
from tradewind.kernel.payload import storable
from tradewind.modules.leads.conditions.values import BadValue, moment, number, stored_time
from tradewind.modules.leads.errors import ValueInvalid
from tradewind.modules.leads.masking import refuse_masks
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.repository import fields as repository
from tradewind.modules.leads.schemas.texts import web_address

MAX_TEXT = 5_000
MAX_CHOICES = 100


def stored_value(field: CustomField, value: Any) -> Any:
    """The stored form of one value, None for an empty one. Raises ValueError saying what is wrong."""
    if value is None or value == "" or value == []:
        return None
    match field.kind:
        case "number":
            return number(value)
        case "boolean":
            if not isinstance(value, bool):
                raise ValueError("must be true or false")
            return value
        case "date":
            return _date(value)
        case "datetime":
            return stored_time(moment(value)[0], "datetime")
        case "multi_select":
            return _choices(field, value)
    if not isinstance(value, str):
        raise ValueError("must be a text")
    if len(value) > MAX_TEXT:
        raise ValueError(f"may have up to {MAX_TEXT:,} characters")
    if field.kind == "url":
        return web_address(value)
    if field.kind == "select":
        return _choice(field, value)
    return storable(value).strip() or None


async def clean_custom(
    session: AsyncSession, entity: str, current: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """`current` with the `given` values merged in, key by key; None removes a value.

    Raises ValueInvalid naming `custom.<key>` for unknown keys and unfit values, MaskedValue.
    """
    if not given:
        return dict(current)
    return merged_custom(await known_fields(session, entity), current, given)


async def known_fields(session: AsyncSession, entity: str) -> dict[str, CustomField]:
    """The entity's custom fields by key, for `merged_custom`."""
    return {field.key: field for field in await repository.custom_fields(session, entity)}


def merged_custom(
    known: Mapping[str, CustomField], current: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """`clean_custom` where the fields are known already."""
    result = dict(current)
    refuse_masks({f"custom.{key}": value for key, value in given.items()})
    errors: list[FieldError] = []
    for key, value in given.items():
        field = known.get(key)
        name = f"custom.{key[:80].encode(errors='replace').decode()}"
        if field is None:
            errors.append({"field": name, "message": "There is no such custom field."})
            continue
        try:
            stored = stored_value(field, value)
        except (ValueError, BadValue) as problem:
            errors.append({"field": name, "message": f"{field.label}: {problem}"})
            continue
        if stored is None:
            result.pop(key, None)
        else:
            result[key] = stored
    if errors:
        raise ValueInvalid(errors[0]["message"], errors=errors)
    return result


def _date(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a date such as 2026-03-01")
    try:
        return (date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value).date()).isoformat()
    except ValueError as error:
        raise ValueError("must be a date such as 2026-03-01") from error


def _choice(field: CustomField, value: Any) -> str:
    if not isinstance(value, str) or value not in field.options:
        raise ValueError(f"must be one of: {', '.join(field.options[:12])}")
    return value


def _choices(field: CustomField, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_CHOICES:
        raise ValueError(f"must be a list of up to {MAX_CHOICES} choices")
    return list(dict.fromkeys(_choice(field, item) for item in value))
