"""HTTP shapes of mail templates."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import JsonObject, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.email.contracts_rendering import Severity, Tracking
from tradewind.modules.email.templates.blocks import Language, MailContent

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _host(value: str) -> str:
    host = value.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    if not _HOST.fullmatch(host):
        raise ValueError("must be a host such as www.acme.com")
    return host


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
Description = Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)]
PurposeKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Host = Annotated[str, StringConstraints(max_length=253), AfterValidator(_host)]
MAX_CONTENT_BYTES = 400_000


def _not_too_large(content: MailContent) -> MailContent:
    if len(content.model_dump_json()) > MAX_CONTENT_BYTES:
        raise ValueError(f"is limited to {MAX_CONTENT_BYTES // 1000} kB")
    return content


Content = Annotated[MailContent, AfterValidator(_not_too_large)]


class _Given(Schema):
    model_config = ConfigDict(extra="forbid")


class MailTemplateCreate(_Given):
    """A new template: empty, from the `library`, as a copy of another template, or with a content of its own."""

    name: Name
    description: Description = ""
    purpose: PurposeKey | None = None
    library: Annotated[str, StringConstraints(max_length=60)] | None = None
    copy_of: UUID | None = None
    content: Content | None = None


class MailTemplateUpdate(_Given):
    """What is left out stays. `draft` is the whole content."""

    name: Name | None = None
    description: Description | None = None
    purpose: PurposeKey | None = None
    draft: Content | None = None


class MailTemplatePublish(_Given):
    """`note` says what is new."""

    note: Description = ""


class MailTemplateRestore(_Given):
    """The number of the version that becomes the draft."""

    number: Annotated[int, Field(ge=1, strict=True)]


class MailProblemRead(Schema):
    """What is wrong with a mail: errors keep it from being published or sent, warnings do not."""

    rule: str
    severity: Severity
    text: str
    block: str | None
    field: str | None
    language: str | None


class MailEngagementCounts(Schema):
    """Mails in which people clicked or which they opened, and how often programs did either."""

    clicked: int = 0
    opened: int = 0
    scanned: int = 0


class MailTemplateRow(Schema):
    """A template in the list. `unpublished_changes`: the draft differs from what is sent."""

    id: UUID
    version: int
    name: str
    description: str
    purpose: str
    subject: str
    languages: list[str]
    published_number: int | None
    published_at: datetime | None
    published_version_id: UUID | None
    unpublished_changes: bool
    archived: bool
    engagement: MailEngagementCounts
    created_at: datetime
    updated_at: datetime


class MailTemplateRead(MailTemplateRow):
    """A template with its draft and what is wrong with that."""

    draft: MailContent
    problems: list[MailProblemRead]


class MailTemplateVersionRead(Schema):
    """A version as it was published."""

    id: UUID
    number: int
    purpose: str
    note: str
    published_at: datetime
    published_by_name: str
    current: bool


class LibraryTemplateRead(Schema):
    """A mail to begin with."""

    key: str
    name: str
    description: str
    purpose: str
    languages: list[str]
    subject: str


class MailFieldRead(Schema):
    """Something a mail can say about its reader, as `{{ path }}`."""

    path: str
    label: str
    group: str
    kind: str
    example: str


class MailPreviewRequest(_Given):
    """Whom the draft is shown for; without a lead, for an example person. `variables` are what a journey adds."""

    language: Language | None = None
    person_id: UUID | None = None
    variables: JsonObject = {}


class MailPreviewRead(Schema):
    """The draft as this person would get it."""

    language: str
    subject: str
    text: str
    html_bytes: int
    links: int
    headers: dict[str, str]
    problems: list[MailProblemRead]


class MailTest(MailPreviewRequest):
    """A test mail to a member of the organisation."""

    to: Annotated[str, StringConstraints(min_length=3, max_length=254)]


class MailTestSent(Schema):
    """That a test is on its way, and what would keep the mail from being sent to others."""

    to: str
    problems: list[MailProblemRead]


class MailLinkChecked(Schema):
    """What was found at an address; `dead` where it is sure that nothing is there."""

    address: str
    status: int | None
    problem: str
    dead: bool


class MailSettingsRead(Schema):
    """What all mails have in common; `version` 0 while nobody has set anything.

    Clicks and opens are noted `off`, `always`, or `with_consent` to the purpose `tracking_purpose`. A click tells whose
    browser it is on these `sites`, which need the snippet.
    """

    version: int = 0
    company_name: str = ""
    postal_address: str = ""
    track_clicks: Tracking = "always"
    track_opens: Tracking = "off"
    tracking_purpose: str = ""
    sites: list[str] = []


class MailSettingsUpdate(_Given):
    """What is left out stays."""

    company_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)] = (
        ""
    )
    postal_address: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=400), AfterValidator(storable)
    ] = ""
    track_clicks: Tracking = "always"
    track_opens: Tracking = "off"
    tracking_purpose: Annotated[str, StringConstraints(max_length=40)] = ""
    sites: Annotated[list[Host], Field(max_length=50)] = []
