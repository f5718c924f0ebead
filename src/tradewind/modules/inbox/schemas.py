"""HTTP shapes of the inbox."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, Moment, storable
from tradewind.kernel.schemas import Schema

Scope = Literal["own", "queue", "everyone"]
Shortcut = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
Body = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), AfterValidator(storable)
]


class CannedReplyCreate(Schema):
    """A text to answer with: your own, of a queue's members, or of everyone.

    `{{lead.first_name}}` and the other variables are filled in; `{{lead.first_name|there}}` says what stands there
    if the name is not known.
    """

    model_config = ConfigDict(extra="forbid")
    shortcut: Shortcut = Field(examples=["hello"], description="Typed after a slash")
    title: Title = Field(examples=["Welcome"])
    text: Body = Field(examples=["Hello {{lead.first_name|there}}, this is {{me.first_name}}. How can I help?"])
    scope: Scope = "own"
    queue_id: UUID | None = Field(default=None, description="With the scope `queue`")

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if (self.scope == "queue") != (self.queue_id is not None):
            raise ValueError("`queue_id` goes with the scope `queue`, and with no other")
        return self


class CannedReplyUpdate(Schema):
    """What to change on a canned reply."""

    model_config = ConfigDict(extra="forbid")
    shortcut: Shortcut | None = Field(default=None, examples=["hello"])
    title: Title | None = Field(default=None, examples=["Welcome"])
    text: Body | None = Field(default=None, examples=["Hello {{lead.first_name|there}}!"])


class CannedReplyRead(Schema):
    """A text to answer with. `used` is how often it was taken."""

    id: UUID
    shortcut: str
    title: str
    text: str
    scope: Scope
    queue_id: UUID | None
    editable: bool
    used: int
    version: int
    created_at: datetime
    updated_at: datetime


class CannedReplyRender(Schema):
    """For which conversation to fill in a canned reply."""

    model_config = ConfigDict(extra="forbid")
    conversation_id: UUID


class RenderedRead(Schema):
    """A canned reply filled in. `missing` names what is not known: those stand in the text as they were written."""

    text: str
    missing: list[str] = Field(examples=[["lead.company"]])


class VariableRead(Schema):
    """Something a canned reply may name."""

    name: str = Field(examples=["lead.first_name"])
    label: str = Field(examples=["First name of the lead"])


class QueueCount(Schema):
    """How many conversations of a queue are open, and how many of these wait."""

    queue_id: UUID
    open: int
    waiting: int


class CountsRead(Schema):
    """How many conversations that you see are in each place of the inbox."""

    mine: int
    mine_unread: int = Field(description="Yours in which something was said that you have not read")
    unassigned: int = Field(description="Waiting, with nobody to answer")
    waiting: int
    urgent: int
    overdue: int
    snoozed: int
    with_agent: int
    mentions: int = Field(description="Open ones in whose notes you are mentioned")
    queues: list[QueueCount]
    channels: dict[str, int] = Field(description="Open ones by channel", examples=[{"chat": 7}])


class LookingWrite(Schema):
    """That you look at a conversation now, or type in it. Say it every 20 seconds; 45 later it is forgotten."""

    model_config = ConfigDict(extra="forbid")
    typing: Flag = False


class LookingRead(Schema):
    """Who looks at a conversation now."""

    user_id: UUID
    name: str
    typing: bool
    seen_at: datetime


class BulkCreate(Schema):
    """What to do with many conversations. Each is done or refused by itself."""

    model_config = ConfigDict(extra="forbid")
    conversation_ids: list[UUID] = Field(min_length=1, max_length=200)
    action: Literal["assign", "close", "reopen", "snooze", "read", "hand_back"]
    assignee_id: UUID | None = Field(default=None, description="For `assign`")
    queue_id: UUID | None = Field(default=None, description="For `assign`")
    confirmed: Flag = Field(default=False, description="For `close`: the visitors said that they were served")
    until: Moment | None = Field(default=None, description="For `snooze`")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.action == "snooze") != (self.until is not None):
            raise ValueError("`until` goes with `snooze`, and with nothing else")
        if self.action != "assign" and (self.assignee_id or self.queue_id):
            raise ValueError("`assignee_id` and `queue_id` go with `assign`")
        return self


class Refused(Schema):
    """A conversation that something could not be done with, and why."""

    conversation_id: UUID
    code: str = Field(examples=["conversations.wrong_state"])
    detail: str


class BulkRead(Schema):
    """What became of many conversations."""

    done: list[UUID]
    refused: list[Refused]
