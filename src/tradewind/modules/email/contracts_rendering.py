"""Rendering as other modules see it: people in, finished mails out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Severity = Literal["error", "warning"]
Tracking = Literal["off", "with_consent", "always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPerson:
    """Who gets a mail. `message_id` (the send intent) ties links and opens to it.

    `variables` are what only the sender knows, by top-level name (`{"event": {...}}`); what is known of the person, the
    organisation and the links is added when rendering and cannot be overwritten. Without `language` the person's own
    counts, without `purpose` the template's.
    """

    message_id: UUID
    address: str
    person_id: UUID | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """Where mails come from. `aligned`: whether SPF or DKIM holds for the From domain; None where nobody checks."""

    address: str
    name: str = ""
    aligned: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailProblem:
    """What is wrong with a mail or template: an error keeps it from leaving, a warning does not.

    `rule` is stable (`no_postal_address`); `block` the id of the block, `language` the version of the text it is in.
    """

    rule: str
    severity: Severity
    text: str
    block: str | None = None
    field: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """A mail ready to be handed to a sender; it must not leave where `blocked`.

    `headers` are those that belong to this mail (List-Unsubscribe, List-Unsubscribe-Post, List-Id), to be signed.
    """

    message_id: UUID
    address: str
    language: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    links: int
    problems: tuple[MailProblem, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a rule forbids sending it."""
        return any(one.severity == "error" for one in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailField:
    """Something a template may say about a person: `{{ person.first_name }}` by its `path`."""

    path: str
    label: str
    group: str
    kind: str = "text"
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person as templates know them: `data` holds `person`, `company` and `owner` as nested plain values."""

    person_id: UUID
    name: str
    address: str | None
    language: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MailClick:
    """A click that a person made: whose, and when."""

    id: UUID
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Engagement:
    """A click (`link` is its number) or an open of one mail."""

    id: UUID
    at: datetime
    link: int | None
    user_agent: str
    network: str
