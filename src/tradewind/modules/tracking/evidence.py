"""What an event tells of who somebody is: the identifiers it joins, and the traits it carries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tradewind.modules.leads.api import email_key
from tradewind.modules.tracking.contracts import CollectedEvent

FORM = "Form Submitted"
How = Literal["identify", "form", "alias", "mail_click", "event"]
# The strongest first: what a link is called when several things speak for it.
HOWS: tuple[How, ...] = ("alias", "mail_click", "form", "identify", "event")

Node = tuple[str, str]
"""(`user` | `email`, value): what names a person."""
Pair = tuple[str, str, str, str]
"""Kind and value of a browser or user id, kind and value of the user id or address it was joined with."""


@dataclass(frozen=True, slots=True)
class Mark:
    """At that moment somebody known as `node` used the browser."""

    browser: str
    at: datetime
    node: Node


@dataclass(frozen=True, slots=True)
class Told:
    """What one event says: the pairs it joins, its node, and whose browser was used."""

    node: Node | None
    email: str | None
    links: tuple[tuple[Pair, How], ...]
    marks: tuple[Mark, ...]


def told_by(event: CollectedEvent) -> Told:
    """The identity evidence in an event."""
    email = _email(event.type, event.name, event.properties)
    node = node_of(event.user_id, email)
    if node is None:
        return _NOTHING
    how: How = "identify" if event.type == "identify" else "form" if email else "event"
    links: list[tuple[Pair, How]] = []
    marks: list[Mark] = []
    if event.user_id is not None and email is not None:
        links.append((("user", event.user_id, "email", email), how))
    if event.anonymous_id is not None:
        links.append((("anonymous", event.anonymous_id, *node), how))
        marks.append(Mark(event.anonymous_id, event.occurred_at, node))
    if event.type == "alias" and event.previous_id is not None and event.previous_id != event.user_id:
        # Nothing tells whether the former id was a browser's or a user's: it is joined as both, one has no history.
        links.append((("user", event.previous_id, *node), "alias"))
        links.append((("anonymous", event.previous_id, *node), "alias"))
        marks.append(Mark(event.previous_id, event.occurred_at, node))
    return Told(node, email, tuple(links), tuple(marks))


_NOTHING = Told(None, None, (), ())


def node_of(user_id: str | None, email: str | None) -> Node | None:
    """What names the person of an event: the user id, else the address."""
    if user_id is not None:
        return ("user", user_id)
    return ("email", email) if email is not None else None


def email_in(type_: str, name: str, properties: Mapping[str, Any]) -> str | None:
    """The normal form of the address an identify or a submitted form gives."""
    return _email(type_, name, properties)


def _email(type_: str, name: str, properties: Mapping[str, Any]) -> str | None:
    if type_ == "identify":
        return _normal(properties.get("email"))
    if type_ != "track" or name != FORM:
        return None
    given = _normal(properties.get("email"))
    fields = properties.get("fields")
    if given is not None or not isinstance(fields, dict):
        return given
    named = (value for key, value in fields.items() if "mail" in key.lower())
    return next((found for value in named if (found := _normal(value)) is not None), None)


def _normal(value: Any) -> str | None:
    return email_key(value) if isinstance(value, str) and len(value) <= 300 else None


def transitions(marks: Iterable[Mark], before: Node | None = None) -> list[Mark]:
    """The marks of one browser at which its user changes, in the order of time; `before` used it until then."""
    result: list[Mark] = []
    current = before
    for mark in sorted(marks, key=lambda one: (one.at, one.node)):
        if mark.node != current:
            result.append(mark)
            current = mark.node
    return result


_TRAITS: Mapping[str, str] = {
    "firstName": "first_name", "first_name": "first_name", "lastName": "last_name", "last_name": "last_name",
    "name": "full_name", "phone": "phone", "title": "job_title", "job_title": "job_title", "website": "website",
    "city": "city", "state": "region", "region": "region", "country": "country", "language": "language",
    "timezone": "time_zone", "time_zone": "time_zone",
}  # fmt: skip
_NOT_CUSTOM = frozenset({*_TRAITS, "email", "company", "address", "id", "anonymousId", "userId"})
_COMPANY: Mapping[str, str] = {
    "name": "name", "industry": "industry", "employees": "employee_count", "website": "website",
}  # fmt: skip
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Traits:
    """Fields of a lead, values for custom fields (of whatever key), fields of a company."""

    fields: Mapping[str, str]
    custom: Mapping[str, Any]
    company: Mapping[str, Any]

    def __or__(self, newer: "Traits") -> "Traits":
        return Traits(
            {**self.fields, **newer.fields}, {**self.custom, **newer.custom}, {**self.company, **newer.company}
        )


NO_TRAITS = Traits({}, {}, {})


def traits_of(type_: str, name: str, properties: Mapping[str, Any]) -> Traits:
    """What an identify, a group or a submitted form tells of a person and of the company."""
    if type_ == "group":
        return Traits({}, {}, _company(properties))
    if type_ != "identify":
        return NO_TRAITS
    address = properties.get("address")
    fields: dict[str, str] = {}
    for source in (address if isinstance(address, dict) else {}, properties):
        for trait, column in _TRAITS.items():
            value = source.get(trait)
            if isinstance(value, str) and value.strip():
                fields[column] = value.strip()[:_LONGEST]
    company = properties.get("company")
    told = _company(company) if isinstance(company, dict) else _company({"name": company})
    custom = {key: value for key, value in properties.items() if key not in _NOT_CUSTOM}
    return Traits(fields, custom, told)


def _company(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for trait, column in _COMPANY.items():
        value = given.get(trait)
        if isinstance(value, str) and value.strip():
            value = value.strip()[:_LONGEST]
        if column == "employee_count":
            number = int(value) if isinstance(value, str) and value.isdigit() and len(value) < 9 else value
            value = number if type(number) is int and 0 < number < 100_000_000 else None
        elif not isinstance(value, str):
            value = None
        if value:
            found[column] = value
    return found
