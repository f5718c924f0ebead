"""What kind of data a column holds, declared on the model, and how it looks to those who may not see it.

Classes: `internal` (facts of the business), `personal` (says who somebody is, and is shown to all who see the record),
`contact` (a way to reach somebody) and `sensitive` (free text and what an organisation marks so). Contact and
sensitive values are masked for actors without the permission `leads:personal`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, cast, get_args

from sqlalchemy import Column
from sqlalchemy.orm import DeclarativeBase

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Base

DataClass = Literal["internal", "personal", "contact", "sensitive"]
CLASSES: tuple[DataClass, ...] = get_args(DataClass)
MASKED_CLASSES: frozenset[DataClass] = frozenset({"contact", "sensitive"})
PERMISSION = "leads:personal"
MASK = "•••"

# What a model says: `mapped_column(info=EMAIL)`. The form is how a masked value looks.
INTERNAL: dict[str, str] = {"class": "internal"}
PERSONAL: dict[str, str] = {"class": "personal"}
EMAIL: dict[str, str] = {"class": "contact", "form": "email"}
PHONE: dict[str, str] = {"class": "contact", "form": "phone"}
CONTACT: dict[str, str] = {"class": "contact"}
SENSITIVE: dict[str, str] = {"class": "sensitive"}

# Parts of facts whose inside is not known here: custom values, and conditions that name values.
_OPAQUE = frozenset({"custom", "filter", "condition", "selection", "q"})
# Keys and times that every table has from the kernel's bases.
_OF_THE_BASES = frozenset({"id", "organisation_id", "version", "created_at", "updated_at"})
_EMAIL = re.compile(r"([^\s<>()\[\],;:\"'])[^\s<>()\[\],;:\"'@]*@([^\s<>()\[\],;:\"'@]+)")
_PHONE = re.compile(r"(?<![\w+])(?:\+|00?)[\d][\d ()/.\-]{5,}(\d\d)\b")


def hides(actor: Actor) -> bool:
    """Whether contact and sensitive values are masked for this actor."""
    return not actor.may(PERMISSION)


def class_of(column: Column[Any]) -> DataClass | None:
    """The declared class of a column; None where someone forgot it (a test fails then)."""
    if "class" in column.info:
        return cast(DataClass, column.info["class"])
    return "internal" if column.name in _OF_THE_BASES else None


def masked_forms(model: type[DeclarativeBase]) -> Mapping[str, str]:
    """Columns of a model whose values are masked, with the form of the mask (`email`, `phone`, `text`)."""
    return {
        column.name: column.info.get("form", "text")
        for column in model.__table__.columns
        if class_of(cast(Column[Any], column)) in MASKED_CLASSES
    }


def classified_tables() -> Mapping[str, Mapping[str, DataClass]]:
    """Every table with declared columns: column → class, in the order of the model."""
    found: dict[str, dict[str, DataClass]] = {
        table.name: {column.name: kind for column in table.columns if (kind := class_of(column)) is not None}
        for table in Base.metadata.sorted_tables
        if any("class" in column.info for column in table.columns)
    }
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def _all_forms() -> Mapping[str, str]:
    return {
        column.name: column.info.get("form", "text")
        for table in Base.metadata.tables.values()
        for column in table.columns
        if class_of(column) in MASKED_CLASSES
    }


def masked(value: Any, form: str = "text") -> Any:
    """A value as it looks masked: `a•••@example.com`, `•••• 42`, `•••`; what is absent stays absent."""
    if value is None or value in ("", [], {}):
        return value
    if isinstance(value, list):
        return []
    if isinstance(value, dict):
        return {}
    written = str(value)
    if form == "email" and "@" in written:
        name, _, domain = written.rpartition("@")
        return f"{name[:1]}{MASK}@{domain}"
    if form == "phone" and len(digits := re.sub(r"\D", "", written)) > 4:
        return f"•••• {digits[-2:]}"
    return MASK


def is_masked(value: Any) -> bool:
    """Whether a text holds a mask: such a value was shown, and must never be stored."""
    return isinstance(value, str) and MASK in value


def scrubbed(text: str) -> str:
    """A text whose e-mail addresses and phone numbers are masked."""
    return _PHONE.sub(r"•••• \1", _EMAIL.sub(rf"\1{MASK}@\2", text))


def masked_facts(facts: Any) -> Any:
    """Any JSON, such as an audit row's before and after, with classified names masked and other texts scrubbed."""
    match facts:
        case dict():
            forms = _all_forms()
            return {key: _masked_fact(key, value, forms) for key, value in facts.items()}
        case list():
            return [masked_facts(item) for item in facts]
        case str():
            return scrubbed(facts)
    return facts


def _masked_fact(key: str, value: Any, forms: Mapping[str, str]) -> Any:
    if key in forms:
        return masked(value, forms[key])
    return MASK if key in _OPAQUE and value else masked_facts(value)
