"""HTTP shapes of widgets."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.chat.sites import normal_domain

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(storable)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(storable)]
Texts = Annotated[dict[Language, Text], Field(max_length=20)]
LongTexts = Annotated[dict[Language, LongText], Field(max_length=20)]
Domain = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(normal_domain)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Address = Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://[^\s\x00-\x1f]+)?$")]


class WidgetSettings(Schema):
    """How a widget looks, what it says and what it allows. Texts are by language; empty ones are the product's own."""

    model_config = ConfigDict(extra="ignore")

    colour: Colour = "#2563eb"
    theme: Literal["auto", "light", "dark"] = "auto"
    position: Literal["end", "start"] = Field(
        default="end", description="The corner: where lines end (the right in English), or where they begin"
    )
    greeting: Texts = Field(default_factory=dict, description="Without one, the agent's own")
    hours_notice: Texts = Field(default_factory=dict, description="Shown while nobody is in the office")
    consent_required: Flag = Field(default=False, description="Nothing is stored before the visitor agrees")
    consent_text: LongTexts = Field(default_factory=dict)
    privacy_url: Address = ""
    allowed_domains: list[Domain] = Field(
        default_factory=list, max_length=50, description="Sites that may carry the widget; without any, all may"
    )
    file_upload: Flag = True


class ChatSettingsUpdate(Schema):
    """Settings to change; those left out stay."""

    model_config = ConfigDict(extra="forbid")

    colour: Colour | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    position: Literal["end", "start"] | None = None
    greeting: Texts | None = None
    hours_notice: Texts | None = None
    consent_required: Flag | None = None
    consent_text: LongTexts | None = None
    privacy_url: Address | None = None
    allowed_domains: list[Domain] | None = Field(default=None, max_length=50)
    file_upload: Flag | None = None


class WidgetCreate(Schema):
    """A widget to make. Without an agent, the organisation's default agent answers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Website", "settings": {"allowed_domains": ["example.com"]}}]},
    )

    name: Name
    agent_id: UUID | None = None
    settings: WidgetSettings = Field(default_factory=WidgetSettings)


class WidgetPreview(Schema):
    """A widget as it would be with these settings, stored or not, to visitors who speak `language`."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UUID | None = None
    settings: WidgetSettings
    language: Language = "en"


class WidgetUpdate(Schema):
    """A change of a widget; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    active: Flag | None = None
    agent_id: UUID | None = None
    settings: ChatSettingsUpdate | None = None


class WidgetRead(Schema):
    """A widget. `key` is public: it stands in the website."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    key: str
    name: str
    active: bool
    agent_id: UUID | None
    agent_name: str | None
    settings: WidgetSettings
    seen_at: datetime | None = Field(description="When a page last loaded it; None: not seen yet")
    seen_on: str | None = Field(description="The site of that page")
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class IdentitySecretRotation(Schema):
    """How long signatures made with the old secret go on working."""

    model_config = ConfigDict(extra="forbid")

    grace_hours: Whole = Field(24, ge=0, le=720, description="0 ends it at once")


class IdentitySecret(Schema):
    """The secret that the site's server signs user ids with; it never belongs into a page."""

    secret: str
    previous_secret_until: datetime | None
