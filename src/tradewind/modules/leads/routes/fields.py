"""HTTP of custom fields and tags."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.fields import (
    CustomFieldCreate,
    CustomFieldRead,
    CustomFieldUpdate,
    FieldEntity,
    TagCreate,
    TagRead,
    TagUpdate,
)
from tradewind.modules.leads.service import fields as service

router = Router()


@router.get("/custom-fields", dependencies=[requires("leads:read")], tags=["Custom fields"])
async def list_custom_fields(
    session: Session, entity: FieldEntity | None = None, archived: bool = False, secret: bool = False
) -> list[CustomFieldRead]:
    """Custom fields in their order; those stored encrypted only with `secret`."""
    rows = await service.list_fields(session, entity, archived=archived, secret=secret)
    return [CustomFieldRead.model_validate(row) for row in rows]


@router.post("/custom-fields", status_code=201, dependencies=[requires("fields:write")], tags=["Custom fields"])
async def create_custom_field(session: Session, data: CustomFieldCreate) -> CustomFieldRead:
    """Add a custom field."""
    return CustomFieldRead.model_validate(await service.create_field(session, data))


@router.patch("/custom-fields/{field_id:uuid}", dependencies=[requires("fields:write")], tags=["Custom fields"])
async def update_custom_field(session: Session, field_id: UUID, data: CustomFieldUpdate) -> CustomFieldRead:
    """Change a custom field."""
    return CustomFieldRead.model_validate(await service.update_field(session, field_id, data))


@router.delete(
    "/custom-fields/{field_id:uuid}",
    status_code=204,
    dependencies=[requires("fields:write")],
    tags=["Custom fields"],
)
async def delete_custom_field(session: Session, field_id: UUID) -> None:
    """Archive a custom field; its values stay and come back with it."""
    await service.delete_field(session, field_id)


@router.get("/tags", dependencies=[requires("leads:read")], tags=["Tags"])
async def list_tags(session: Session) -> list[TagRead]:
    """All tags by name."""
    return [TagRead.model_validate(tag) for tag in await service.list_tags(session)]


@router.post("/tags", status_code=201, dependencies=[requires("leads:write")], tags=["Tags"])
async def create_tag(session: Session, data: TagCreate) -> TagRead:
    """Add a tag."""
    return TagRead.model_validate(await service.create_tag(session, data))


@router.patch("/tags/{tag_id:uuid}", dependencies=[requires("leads:write")], tags=["Tags"])
async def update_tag(session: Session, tag_id: UUID, data: TagUpdate) -> TagRead:
    """Rename or recolour a tag; leads follow in the background."""
    return TagRead.model_validate(await service.update_tag(session, tag_id, data))


@router.delete("/tags/{tag_id:uuid}", status_code=204, dependencies=[requires("leads:write")], tags=["Tags"])
async def delete_tag(session: Session, tag_id: UUID) -> None:
    """Remove a tag, and in the background from all leads."""
    await service.delete_tag(session, tag_id)
