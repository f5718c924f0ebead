"""Shapes of notes, tasks and files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Flag, Moment
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Prose, RequiredLine, RequiredProse

Priority = Literal["low", "normal", "high"]
TaskState = Literal["open", "done", "overdue", "all"]


class NoteCreate(Schema):
    """A new note."""

    model_config = ConfigDict(extra="forbid")

    body: RequiredProse


class NoteUpdate(NoteCreate):
    """The new text of a note."""


class NoteRead(Schema):
    """A note."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    lead_id: UUID | None
    company_id: UUID | None
    deal_id: UUID | None
    body: str
    author_id: UUID | None
    author_name: str
    created_at: datetime
    updated_at: datetime


class TaskCreate(Schema):
    """A new task, on a lead, a deal or a company, or on none."""

    model_config = ConfigDict(extra="forbid")

    title: RequiredLine
    body: Prose = ""
    due_at: Moment | None = None
    lead_id: UUID | None = None
    deal_id: UUID | None = None
    company_id: UUID | None = None
    assignee_id: UUID | None = Field(default=None, description="A member; the caller if left out")
    priority: Priority = "normal"


class TaskUpdate(Schema):
    """What to change; what is left out stays. `done` completes the task or opens it again."""

    model_config = ConfigDict(extra="forbid")

    title: RequiredLine = "-"
    body: Prose = ""
    due_at: Moment | None = None
    assignee_id: UUID | None = None
    priority: Priority = "normal"
    done: Flag = False


class TaskRead(Schema):
    """A task; `lead_name` is what to call its lead."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    body: str
    due_at: datetime | None
    done_at: datetime | None
    done_by: UUID | None
    lead_id: UUID | None
    deal_id: UUID | None
    company_id: UUID | None
    assignee_id: UUID | None
    priority: Priority
    lead_name: str | None = None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class FileRead(Schema):
    """A stored file; its content is GET /files/{id}/content."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    lead_id: UUID | None
    name: str = Field(examples=["offer.pdf"])
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_by: UUID | None
    uploaded_by_name: str
    created_at: datetime
