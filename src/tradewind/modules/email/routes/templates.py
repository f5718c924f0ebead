"""HTTP of mail templates."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.concurrency import etag, tagged
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.email.schemas.templates import (
    LibraryTemplateRead,
    MailFieldRead,
    MailLinkChecked,
    MailPreviewRead,
    MailPreviewRequest,
    MailSettingsRead,
    MailSettingsUpdate,
    MailTemplateCreate,
    MailTemplatePublish,
    MailTemplateRead,
    MailTemplateRestore,
    MailTemplateRow,
    MailTemplateUpdate,
    MailTemplateVersionRead,
    MailTest,
    MailTestSent,
)
from tradewind.modules.email.service import library, link_checking, mail_settings, previewing
from tradewind.modules.email.service import templates as service
from tradewind.modules.email.templates.blocks import Language

router = Router(tags=["Mail templates"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ, WRITE = [requires("email:read")], [requires("email:write")]
# Nothing but the mail itself: no script, no form, no frame, no request but for its pictures.
_PREVIEW_POLICY = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@router.get("/mail-templates", dependencies=READ)
async def list_mail_templates(
    session: Session,
    q: Annotated[str, Query(max_length=120, description="Part of the name")] = "",
    archived: Annotated[bool, Query(description="Those that were put away instead")] = False,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Page[MailTemplateRow]:
    """Templates, the last changed first, with how many people clicked in their mails."""
    return await service.list_templates(session, search=q.strip(), archived=archived, cursor=cursor, limit=limit)


@router.post("/mail-templates", status_code=201, dependencies=WRITE)
async def create_mail_template(session: Session, data: MailTemplateCreate, response: Response) -> MailTemplateRead:
    """Add a template as a draft: empty, from the library, or as a copy."""
    return tagged(response, await service.create_template(session, data))


@router.get("/mail-template-library", dependencies=READ)
async def list_mail_template_library() -> list[LibraryTemplateRead]:
    """Mails to begin with."""
    return library.shown()


@router.get("/mail-fields", dependencies=READ)
async def list_mail_fields(session: Session) -> list[MailFieldRead]:
    """What a mail can say about its reader, custom fields included."""
    return await previewing.fields(session)


@router.get("/mail-settings", dependencies=READ)
async def read_mail_settings(session: Session, response: Response) -> MailSettingsRead:
    """Who writes, from where, and what is noted of readers."""
    found = await mail_settings.current(session)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/mail-settings", dependencies=WRITE)
async def update_mail_settings(
    session: Session, data: MailSettingsUpdate, response: Response, if_match: IfMatch = None
) -> MailSettingsRead:
    """Change what all mails have in common; it holds for mails that are sent from then on."""
    found = await mail_settings.change(session, data, if_match)
    response.headers["ETag"] = etag(found.version)
    return found


@router.get("/mail-templates/{template_id}", dependencies=READ)
async def read_mail_template(session: Session, template_id: UUID, response: Response) -> MailTemplateRead:
    """A template with its draft, and what keeps the draft from being published."""
    return tagged(response, await service.read_template(session, template_id))


@router.patch("/mail-templates/{template_id}", dependencies=WRITE)
async def update_mail_template(
    session: Session, template_id: UUID, data: MailTemplateUpdate, response: Response, if_match: IfMatch = None
) -> MailTemplateRead:
    """Change a template or its draft. Mails go on with the published version."""
    return tagged(response, await service.update_template(session, template_id, data, if_match))


@router.post("/mail-templates/{template_id}/publish", dependencies=WRITE)
async def publish_mail_template(
    session: Session, template_id: UUID, data: MailTemplatePublish, response: Response, if_match: IfMatch = None
) -> MailTemplateRead:
    """Make the draft the version that is sent. With errors, 422 `email.template_invalid` names all of them."""
    return tagged(response, await service.publish_template(session, template_id, data, if_match))


@router.post("/mail-templates/{template_id}/archive", dependencies=WRITE)
async def archive_mail_template(
    session: Session, template_id: UUID, response: Response, if_match: IfMatch = None
) -> MailTemplateRead:
    """Put a template away. Journeys that send its published version go on."""
    return tagged(response, await service.set_archived(session, template_id, archived=True, if_match=if_match))


@router.post("/mail-templates/{template_id}/unarchive", dependencies=WRITE)
async def unarchive_mail_template(
    session: Session, template_id: UUID, response: Response, if_match: IfMatch = None
) -> MailTemplateRead:
    """Bring a template back."""
    return tagged(response, await service.set_archived(session, template_id, archived=False, if_match=if_match))


@router.get("/mail-templates/{template_id}/versions", dependencies=READ)
async def list_mail_template_versions(session: Session, template_id: UUID) -> list[MailTemplateVersionRead]:
    """The newest 50 versions, newest first."""
    return await service.list_versions(session, template_id)


@router.post("/mail-templates/{template_id}/restore", dependencies=WRITE)
async def restore_mail_template_version(
    session: Session, template_id: UUID, data: MailTemplateRestore, response: Response, if_match: IfMatch = None
) -> MailTemplateRead:
    """Make an old version the draft again; publish it to send it."""
    return tagged(response, await service.restore_version(session, template_id, data.number, if_match))


@router.post("/mail-templates/{template_id}/preview", dependencies=READ)
async def preview_mail_template(session: Session, template_id: UUID, data: MailPreviewRequest) -> MailPreviewRead:
    """The draft as a person would get it: subject, plain text, headers, and what would keep it from leaving."""
    return await previewing.preview(session, template_id, data)


@router.get(
    "/mail-templates/{template_id}/preview.html",
    dependencies=READ,
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
)
async def show_mail_template(
    session: Session,
    template_id: UUID,
    language: Annotated[Language | None, Query()] = None,
    person_id: Annotated[UUID | None, Query(description="A lead; without one, an example person")] = None,
    scheme: Annotated[str, Query(pattern="^(light|dark)$", description="Of the reader's mailbox")] = "light",
) -> Response:
    """The draft as HTML for a frame, where no script of it runs."""
    wanted = MailPreviewRequest(language=language, person_id=person_id)
    mail = await previewing.draft_for(session, template_id, wanted, anchors=True)
    # The frame has no mailbox around it that could say which scheme it prefers.
    page = mail.html.replace("(prefers-color-scheme: dark)", "all" if scheme == "dark" else "not all")
    headers = {
        "Content-Security-Policy": _PREVIEW_POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


@router.post(
    "/mail-templates/{template_id}/test", dependencies=[*WRITE, rate_limit("email.test", "20/minute", key="actor")]
)
async def send_mail_template_test(session: Session, template_id: UUID, data: MailTest) -> MailTestSent:
    """Send the draft to a member of the organisation."""
    return await previewing.send_test(session, template_id, data)


@router.post(
    "/mail-templates/{template_id}/check-links",
    dependencies=[*WRITE, rate_limit("email.check_links", "10/minute", key="actor")],
)
async def check_mail_template_links(request: Request, template_id: UUID, actor: CurrentActor) -> list[MailLinkChecked]:
    """Look at what the links of the draft lead to. What surely is not there keeps the mail from being sent."""
    database = request.app.state.database
    async with database.transaction(actor) as session:
        await service.require(session, template_id)
        addresses = await link_checking.addresses_of(session, template_id)
    found = await link_checking.look(addresses)
    async with database.transaction(actor) as session:
        await link_checking.keep(session, found)
    return found
