"""Facts about people and their timelines that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class LeadCreated(Event):
    """One lead was added by a person or a program (imports tell LeadsImported instead)."""

    name: ClassVar[str] = "leads.lead_created"
    lead_id: UUID


class LeadUpdated(Event):
    """Fields of one lead changed; `changed` names them, custom ones as `custom.<key>`."""

    name: ClassVar[str] = "leads.lead_updated"
    lead_id: UUID
    changed: list[str]


class LeadsChanged(Event):
    """Many leads changed at once, at most 5,000 an event; `changed` names the fields."""

    name: ClassVar[str] = "leads.leads_changed"
    lead_ids: list[UUID]
    changed: list[str] = []


class LeadsImported(Event):
    """An import has finished (or was undone): its leads are those with this `import_id`."""

    name: ClassVar[str] = "leads.leads_imported"
    import_id: UUID
    created: int
    updated: int


class LeadDeleted(Event):
    """A lead was deleted: it is hidden everywhere, and purged later."""

    name: ClassVar[str] = "leads.lead_deleted"
    lead_id: UUID


class LeadsPurged(Event):
    """Deleted leads are gone for good; whoever keeps data by lead removes it."""

    name: ClassVar[str] = "leads.leads_purged"
    lead_ids: list[UUID]


class ActivityRecorded(Event):
    """Activities of these kinds were added to the timelines of these leads, at most 5,000 leads an event."""

    name: ClassVar[str] = "leads.activity_recorded"
    lead_ids: list[UUID]
    kinds: list[str]


class SegmentChanged(Event):
    """A segment's condition or members changed, or it was deleted."""

    name: ClassVar[str] = "leads.segment_changed"
    segment_id: UUID


class CustomFieldChanged(Event):
    """A custom field was added, changed or archived."""

    name: ClassVar[str] = "leads.custom_field_changed"
    field_id: UUID
    entity: str
    key: str
