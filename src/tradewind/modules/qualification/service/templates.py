"""Flows to begin with, as files of this module."""

from functools import cache
from importlib.resources import files

import orjson

from tradewind.modules.qualification.engine.flow import FlowDefinition
from tradewind.modules.qualification.errors import TemplateNotFound
from tradewind.modules.qualification.schemas import FlowTemplateRead

_KEYS = ("bant", "meddic", "champ")


@cache
def templates() -> tuple[FlowTemplateRead, ...]:
    """All templates."""
    folder = files("tradewind.modules.qualification") / "templates"
    return tuple(
        FlowTemplateRead.model_validate({"key": key, **orjson.loads((folder / f"{key}.json").read_bytes())})
        for key in _KEYS
    )


def template(key: str) -> FlowDefinition:
    """The definition of a template. Raises TemplateNotFound."""
    for each in templates():
        if each.key == key:
            return each.definition
    raise TemplateNotFound(f"There is no template “{key}”; there are {', '.join(_KEYS)}.")
