"""Sparse fields: `?fields=id,email,score` answers only these, and only these are read from the database."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query, Response
from pydantic import BaseModel

from tradewind.kernel.concurrency import etag
from tradewind.kernel.errors import Invalid
from tradewind.kernel.pagination import Total

FieldsText = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=1000,
        description="Names of the only fields to answer, separated by commas: `id,email,score`. All if left out.",
    ),
]


def chosen_fields(text: str | None, shape: type[BaseModel]) -> tuple[str, ...] | None:
    """The names in `fields`, each once, in the order asked for; None for all. Raises Invalid for unknown names."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = [name for name in names if name not in shape.model_fields]
    if unknown:
        known = ", ".join(shape.model_fields)
        message = f"There is no field “{unknown[0][:60]}”. Fields are: {known}."
        raise Invalid(errors=[{"field": "fields", "message": message}])
    return names


def picked(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The chosen fields of a row, in the order asked for."""
    return {name: row[name] for name in names}


def page_answer(items: Sequence[Any], following: str | None, preceding: str | None, total: Total | None) -> Response:
    """A page of chosen fields, in the shape of every page."""
    content = {"items": items, "next_cursor": following, "previous_cursor": preceding, "total": total}
    return _answer(content)


def answer(item: dict[str, Any], version: int) -> Response:
    """One record's chosen fields, with its ETag."""
    return _answer(item, {"ETag": etag(version)})


def _answer(content: Any, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)
    return Response(body, media_type="application/json", headers=headers)


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)
