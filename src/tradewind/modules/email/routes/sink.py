"""The local mail sink over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from tradewind.kernel.access import Actor, CurrentActor, Session, requires
from tradewind.kernel.classification import hides, masked
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.kernel.routing import Router
from tradewind.modules.email.errors import AttachmentNotFound
from tradewind.modules.email.models.sink import BODY, CONTENT, LINK, SunkAttachment, SunkMail
from tradewind.modules.email.schemas.sink import SunkAttachmentRead, SunkMailRead

router = Router(prefix="/mail-sink", tags=["Mail sink"])
_NEWEST = [SortColumn("id", SunkMail.id.expression, descending=True)]
_HIDDEN = "(shown to the recipient only)"
# With these links one acts as the recipient, so holding mail:read must not be enough to see them.
_ACCOUNT_SECRETS = frozenset({"verify_email", "reset_password"})
_CONVERSATION_PREFIX = "conversation_"
_MEETING_PREFIXES = ("meeting_", "waiting_list")


@router.get("", dependencies=[requires("mail:read")])
async def list_mails(
    session: Session,
    actor: CurrentActor,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[SunkMailRead]:
    """Mails kept on this machine instead of being sent, newest first.

    Links of account mails are shown to their recipient only, those of invitations to who may invite, those of
    meetings, with their attachments, to who may book.
    """
    rows, following, previous = await fetch_page(
        session,
        select(*SunkMail.__table__.columns).where(SunkMail.leaves.is_(False)),
        _NEWEST,
        cursor=cursor,
        limit=limit,
    )
    statement = select(SunkAttachment).where(SunkAttachment.mail_id.in_([row.id for row in rows]))
    files: dict[UUID, list[SunkAttachmentRead]] = {}
    for file in await session.scalars(statement.order_by(SunkAttachment.id)):
        shown = SunkAttachmentRead(id=file.id, name=file.name, content_type=file.content_type, size=file.size)
        files.setdefault(file.mail_id, []).append(shown)
    items = [_shown(row._mapping, actor, files.get(row.id, ())) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


@router.get(
    "/{mail_id}/attachments/{attachment_id}",
    dependencies=[requires("mail:read")],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def download_attachment(mail_id: UUID, attachment_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """An attachment as a file, for whoever may see the mail's link."""
    mail = await session.get(SunkMail, mail_id)
    file = await session.get(SunkAttachment, attachment_id)
    seen = {"kind": mail.kind, "recipient_id": mail.recipient_id} if mail else None
    if seen is None or file is None or file.mail_id != mail_id or not _may_see_link(seen, actor):
        raise AttachmentNotFound()
    return Response(
        CONTENT.open(file.id, file.content_sealed),
        media_type=file.content_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"},
    )


def _shown(row: Any, actor: Actor, files: Sequence[SunkAttachmentRead]) -> SunkMailRead:
    hidden = bool(row["link_sealed"] or files) and not _may_see_link(row, actor)
    body = BODY.open_text(row["id"], row["body_sealed"])
    if row["kind"].startswith(_CONVERSATION_PREFIX) and hides(actor):
        body = masked(body)
    link = LINK.open_text(row["id"], row["link_sealed"]) if row["link_sealed"] else None
    return SunkMailRead(
        **{key: row[key] for key in ("id", "kind", "to_email", "to_name", "subject", "created_at")},
        body=body.replace(link, _HIDDEN) if hidden and link else body,
        link=None if hidden else link,
        secret_hidden=hidden,
        attachments=[] if hidden else list(files),
    )


def _may_see_link(row: Mapping[str, Any], actor: Actor) -> bool:
    if row["kind"] in _ACCOUNT_SECRETS:
        return row["recipient_id"] is not None and row["recipient_id"] == actor.user_id
    if row["kind"].startswith(_MEETING_PREFIXES):
        return actor.may("meetings:write")
    return row["kind"] != "invitation" or actor.may("members:write")
