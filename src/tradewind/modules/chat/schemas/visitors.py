"""HTTP shapes of what the widget in a visitor's browser sends and receives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Moment, Whole, storable
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema

Short = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)]
Said = Annotated[str, AfterValidator(storable)]
Key = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
Language = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][0-9A-Za-z]{1,8})*$")]


class Colours(Schema):
    """The widget's colour made readable, per scheme: of buttons, text on them, lines and links, soft grounds."""

    light: dict[str, str]
    dark: dict[str, str]


class ConsentAsked(Schema):
    """What a visitor agrees to before anything is stored."""

    text: str
    privacy_url: str


class ChatConfig(Schema):
    """All that the widget shows before somebody talks. Reading it stores nothing about the reader."""

    name: str = Field(description="Who answers: the agent's name, else the organisation's")
    organisation: str
    disclosure: str = Field(description="That an AI answers; empty where people do")
    greeting: str
    opener: str = Field(description="Sealed: which of several ways to begin this is; goes with the first message")
    hours_notice: str = Field(description="Empty while people are in the office")
    open: bool = Field(description="Whether people answer now")
    language: str
    theme: Literal["auto", "light", "dark"]
    position: Literal["end", "start"]
    colours: Colours
    consent: ConsentAsked | None
    file_upload: bool
    max_file_bytes: int
    max_characters: int


class SiteUser(Schema):
    """Who the site says the visitor is. `signature`: hex HMAC-SHA256 of `id` with the widget's secret."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
    name: Short = ""
    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(storable)] = ""


class ConsentGiven(Schema):
    """The visitor's answer, with the words that were shown."""

    model_config = ConfigDict(extra="forbid")

    given: Flag
    text: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)] = ""


class SessionOpen(Schema):
    """Begin to talk, or go on: with the header `Chat-Token` the session of that token goes on."""

    model_config = ConfigDict(extra="forbid")

    anonymous_id: Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)] | None = Field(
        default=None, description="The website snippet's id of this browser"
    )
    user: SiteUser | None = None
    consent: ConsentGiven | None = None
    language: Language = "en"
    time_zone: TimeZone | None = None
    page_url: Url = ""


class ChatFile(Schema):
    """A file in a conversation."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int


class ChatMessage(Schema):
    """One message as the visitor sees it; notes and other people's names are never among them."""

    id: UUID
    conversation_id: UUID
    sequence: int
    author: Literal["visitor", "agent", "member", "system"]
    name: str = Field(description="First name of the member who wrote it")
    kind: Literal["message", "event"]
    text: str
    data: dict[str, Any] = Field(description="Quick replies, times to choose, sources, files")
    key: str | None
    created_at: datetime
    seen_at: datetime | None


class ChatState(Schema):
    """Where the visitor's conversation stands."""

    id: UUID
    number: int
    state: Literal["agent", "waiting", "person", "snoozed", "closed"]
    rated: bool
    read_through: int
    last_sequence: int = Field(description="Number of the newest message or event; not all are the visitor's to see")
    growing: list[str] = Field(description="What the agent has said of an answer that is not whole yet, in pieces")


class ChatSessionRead(Schema):
    """The visitor's session. `token` is given once, when the session is made."""

    token: str | None
    visitor_id: UUID
    verified: bool
    name: str
    conversation: ChatState | None
    messages: list[ChatMessage]
    earlier: str | None = Field(description="Cursor of what was said before, also in earlier conversations")


class MessageList(Schema):
    """Messages in the order of time."""

    conversation: ChatState | None
    messages: list[ChatMessage]
    earlier: str | None


class MessageSend(Schema):
    """What the visitor says. Sent again with the same `key`, it is stored once."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    text: Said = Field(description="Up to 10,000 characters; shown as text, whatever it holds")
    slot: Moment | None = Field(default=None, description="A time chosen from those that were offered")
    opener: Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)] = Field(
        default="", description="The `opener` that the widget began with"
    )
    page_url: Url = ""


class MessageSent(Schema):
    """The stored message and its conversation."""

    message: ChatMessage
    conversation: ChatState


class Typing(Schema):
    """Whether the visitor is writing."""

    model_config = ConfigDict(extra="forbid")

    typing: Flag = True


class Seen(Schema):
    """How far the visitor has read."""

    model_config = ConfigDict(extra="forbid")

    sequence: Whole = Field(ge=0, le=2_147_483_647)


class RatingGiven(Schema):
    """What the visitor thought of the conversation."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["csat", "nps"] = "csat"
    score: Whole = Field(ge=0, le=10, description="1 to 5, or 0 to 10 for nps")
    comment: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(storable)] = ""


class FeedbackGiven(Schema):
    """Whether an answer of the agent was good."""

    model_config = ConfigDict(extra="forbid")

    thumb: Literal[-1, 1]


class PersonAsked(Schema):
    """Asking for a person; while nobody is in the office, with how to be reached."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    name: Short = ""
    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(storable)] = ""
    text: Said = ""
