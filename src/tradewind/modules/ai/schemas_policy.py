"""HTTP shapes of what may go to models: personal data and topics."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.personal_data import PersonalKind

NO_NUL = r"^[^\x00]*$"
TopicName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)]
Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=NO_NUL)]
Example = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300, pattern=NO_NUL)]


class Topic(Schema):
    """Something answers keep to, or keep away from: known by words in a text, and by examples of like meaning."""

    model_config = ConfigDict(extra="forbid")

    name: TopicName
    rule: Literal["deny", "allow"]
    keywords: Annotated[list[Keyword], Field(max_length=50)] = Field(default_factory=list)
    examples: Annotated[list[Example], Field(max_length=20)] = Field(default_factory=list)


class PolicyWrite(Schema):
    """Which kinds of personal data are replaced, for which connections not, and the topics."""

    model_config = ConfigDict(extra="forbid")

    redacted_kinds: Annotated[list[PersonalKind], Field(max_length=20)]
    exempt_connections: Annotated[list[UUID], Field(max_length=100)] = Field(
        default_factory=list, description="Connections to servers of your own, which may see everything."
    )
    phone_region: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = Field(
        default=None, description="Country of telephone numbers without a country code; by default several are tried."
    )
    topics: Annotated[list[Topic], Field(max_length=30)] = Field(default_factory=list)


class PolicyRead(PolicyWrite):
    """The settings as they are; version 0 is what holds until somebody changes it."""

    version: int


class TextToTry(Schema):
    """A text to try the settings on."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=NO_NUL)]
    names: Annotated[list[TopicName], Field(max_length=10)] = Field(
        default_factory=list, description="Names of people that are known where the text comes from."
    )


class TextFinding(Schema):
    """Something that speaks against a text."""

    code: str
    detail: str
    excerpt: str


class TryRead(Schema):
    """What a provider would get of the text, which topic it falls under, and whether it tries to give orders."""

    redacted: str
    replaced: dict[str, int]
    allowed: bool
    topic: str | None
    topic_by: Literal["keyword", "meaning", "none"] | None
    findings: list[TextFinding]
