"""Facts about people and their timelines that other modules may act on."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public


class LeadCreated(Event):
    """One lead was added by a person or a program (imports tell LeadsImported instead)."""

    name: ClassVar[str] = "leads.lead_created"
    public: ClassVar[Public | None] = Public("lead.created", permission="leads:read")
    lead_id: UUID


class LeadUpdated(Event):
    """Fields of one lead changed; `changed` names them, custom ones as `custom.<key>`."""

    name: ClassVar[str] = "leads.lead_updated"
    public: ClassVar[Public | None] = Public("lead.updated", permission="leads:read")
    lead_id: UUID
    changed: list[str] = Field(examples=[["status", "custom.budget"]])


class LeadsChanged(Event):
    """Many leads changed at once, at most 5,000 an event; `changed` names the fields."""

    name: ClassVar[str] = "leads.leads_changed"
    public: ClassVar[Public | None] = Public("leads.changed", permission="leads:read")
    lead_ids: list[UUID]
    changed: list[str] = Field(default=[], examples=[["owner_id"]])


class LeadsImported(Event):
    """An import has finished (or was undone): its leads are those with this `import_id`."""

    name: ClassVar[str] = "leads.leads_imported"
    public: ClassVar[Public | None] = Public("leads.imported", permission="leads:read")
    import_id: UUID
    created: int
    updated: int


class LeadsExported(Event):
    """A list of leads was downloaded by a member or an API key."""

    name: ClassVar[str] = "leads.leads_exported"
    by: Literal["user", "api_key"]
    by_id: UUID
    by_name: str
    rows: int
    ip: str | None = None


class LeadsRead(Event):
    """A member or an API key was shown `rows` leads that they had not been shown within the hour."""

    name: ClassVar[str] = "leads.leads_read"
    by: Literal["user", "api_key"]
    by_id: UUID
    by_name: str
    rows: int
    ip: str | None = None


class LeadDeleted(Event):
    """A lead was deleted: it is hidden everywhere, and purged later."""

    name: ClassVar[str] = "leads.lead_deleted"
    public: ClassVar[Public | None] = Public("lead.deleted", permission="leads:read")
    lead_id: UUID


class LeadsPurged(Event):
    """Deleted leads are gone for good; whoever keeps data by lead removes it."""

    name: ClassVar[str] = "leads.leads_purged"
    public: ClassVar[Public | None] = Public("leads.purged", permission="leads:read")
    lead_ids: list[UUID]


class ActivityRecorded(Event):
    """Activities of these kinds were added to the timelines of these leads, at most 5,000 leads an event."""

    name: ClassVar[str] = "leads.activity_recorded"
    public: ClassVar[Public | None] = Public("activity.recorded", permission="leads:read")
    lead_ids: list[UUID]
    kinds: list[str] = Field(examples=[["email.opened", "note.added"]])


class SegmentChanged(Event):
    """A segment's condition or members changed, or it was deleted."""

    name: ClassVar[str] = "leads.segment_changed"
    public: ClassVar[Public | None] = Public("segment.changed", permission="segments:read")
    segment_id: UUID


class CustomFieldChanged(Event):
    """A custom field was added, changed or archived."""

    name: ClassVar[str] = "leads.custom_field_changed"
    public: ClassVar[Public | None] = Public("custom_field.changed", permission="leads:read")
    field_id: UUID
    entity: str = Field(examples=["lead"])
    key: str = Field(examples=["budget"])
