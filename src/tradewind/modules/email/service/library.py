"""Mails to begin with, shipped with the product."""

from functools import cache
from pathlib import Path

import orjson

from tradewind.kernel.schemas import Schema
from tradewind.modules.email.errors_templates import LibraryTemplateNotFound
from tradewind.modules.email.schemas.templates import LibraryTemplateRead
from tradewind.modules.email.templates.blocks import MailContent

_FOLDER = Path(__file__).parents[1] / "templates" / "library"


class LibraryTemplate(Schema):
    """One file of the library; its name is the key."""

    key: str
    position: int
    name: str
    description: str
    purpose: str
    content: MailContent


@cache
def everything() -> tuple[LibraryTemplate, ...]:
    """The library in its order."""
    found = [
        LibraryTemplate.model_validate(orjson.loads(file.read_bytes()) | {"key": file.stem})
        for file in _FOLDER.glob("*.json")
    ]
    return tuple(sorted(found, key=lambda one: one.position))


def find(key: str) -> LibraryTemplate:
    """A mail of the library. Raises LibraryTemplateNotFound."""
    found = next((one for one in everything() if one.key == key), None)
    if found is None:
        raise LibraryTemplateNotFound(f"There is: {', '.join(one.key for one in everything())}.")
    return found


def shown() -> list[LibraryTemplateRead]:
    """The library as the API shows it."""
    return [
        LibraryTemplateRead(
            key=one.key,
            name=one.name,
            description=one.description,
            purpose=one.purpose,
            languages=list(one.content.languages),
            subject=one.content.languages[one.content.default_language].subject,
        )
        for one in everything()
    ]
