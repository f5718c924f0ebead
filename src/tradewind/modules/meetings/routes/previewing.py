"""HTTP of trying settings of an event type out."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.schemas.previewing import SlotPreview, SlotPreviewRequest
from tradewind.modules.meetings.service import previewing

router = Router(tags=["Event types"])


@router.post("/event-types/{event_type_id}/preview", dependencies=[requires("meetings:read")])
async def preview_slots(session: Session, event_type_id: UUID, wanted: SlotPreviewRequest) -> SlotPreview:
    """The free times there would be with other settings and hosts, and why a time is or is not among them.

    Nothing is changed. Left out settings are those stored.
    """
    return await previewing.preview(session, event_type_id, wanted)
