"""Bounded texts shared by the shapes of this module. HTML stays what it is: data."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from tradewind.kernel.payload import storable
from tradewind.modules.leads.normal_forms import normal_country, normal_domain, normal_email

MAX_TAGS = 50
TAG_CHARACTERS = 60


def _line(value: str) -> str:
    return " ".join(storable(value).split())


def _empty_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _email(value: str) -> str:
    if normal_email(storable(value)) is None:
        raise ValueError("is not an e-mail address")
    return value.strip()


def _country(value: str) -> str:
    code = normal_country(storable(value))
    if code is None:
        raise ValueError("is not a country or its two-letter code")
    return code


def web_address(value: str) -> str:
    """A http(s) address or a bare host name; ValueError for anything a browser might run."""
    address = storable(value).strip()
    scheme, separator, _ = address.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    if normal_domain(address) is None or any(c.isspace() for c in address):
        raise ValueError("is not a web address")
    return address


def _tags(values: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for value in values:
        kept.setdefault(value.casefold(), value)
    return list(kept.values())


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_line)]
RequiredLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_line)
]
OptionalLine = Annotated[Line | None, BeforeValidator(_empty_to_none)]
Prose = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(storable)]
RequiredProse = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(storable)
]
Email = Annotated[
    Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)] | None,
    BeforeValidator(_empty_to_none),
]
Country = Annotated[
    Annotated[str, StringConstraints(max_length=100), AfterValidator(_country)] | None,
    BeforeValidator(_empty_to_none),
]
WebAddress = Annotated[
    Annotated[str, StringConstraints(max_length=2_000), AfterValidator(web_address)] | None,
    BeforeValidator(_empty_to_none),
]
TagName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TAG_CHARACTERS),
    AfterValidator(_line),
]
Tags = Annotated[list[TagName], Field(max_length=MAX_TAGS), AfterValidator(_tags)]
SearchText = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
"""Words of a full-text search, as typed."""
