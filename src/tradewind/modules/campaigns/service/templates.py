"""Journeys to begin with, as files of this module."""

from functools import cache
from importlib.resources import files

import orjson

from tradewind.modules.campaigns.errors import TemplateNotFound
from tradewind.modules.campaigns.schemas.journeys import JourneyTemplateRead


@cache
def templates() -> tuple[JourneyTemplateRead, ...]:
    """All templates, by name."""
    folder = files("tradewind.modules.campaigns") / "templates"
    found = [
        JourneyTemplateRead.model_validate({"key": file.name.removesuffix(".json"), **orjson.loads(file.read_bytes())})
        for file in folder.iterdir()
        if file.name.endswith(".json")
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def template(key: str) -> JourneyTemplateRead:
    """A template. Raises TemplateNotFound."""
    for one in templates():
        if one.key == key:
            return one
    raise TemplateNotFound(f"There is no template “{key}”; there are {', '.join(one.key for one in templates())}.")
