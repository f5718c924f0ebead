"""The local mail sink over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from tradewind.kernel.access import Actor, CurrentActor, Session, requires
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.email.models import BODY, LINK, SunkMail
from tradewind.modules.email.schemas import SunkMailRead

router = APIRouter(prefix="/api/v1/mail-sink", tags=["Mail sink"])
_NEWEST = [SortColumn("id", SunkMail.id.expression, descending=True)]
_HIDDEN = "(shown to the recipient only)"
# With these links one acts as the recipient, so holding mail:read must not be enough to see them.
_ACCOUNT_SECRETS = frozenset({"verify_email", "reset_password"})


@router.get("", dependencies=[requires("mail:read")])
async def list_mails(
    session: Session,
    actor: CurrentActor,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[SunkMailRead]:
    """Mails kept on this machine instead of being sent, newest first.

    Links of account mails are shown to their recipient only, those of invitations to who may invite.
    """
    rows, following, previous = await fetch_page(
        session, select(*SunkMail.__table__.columns), _NEWEST, cursor=cursor, limit=limit
    )
    return Page(items=[_shown(row._mapping, actor) for row in rows], next_cursor=following, previous_cursor=previous)


def _shown(row: Any, actor: Actor) -> SunkMailRead:
    hidden = bool(row["link_sealed"]) and not _may_see_link(row, actor)
    body = BODY.open_text(row["id"], row["body_sealed"])
    link = LINK.open_text(row["id"], row["link_sealed"]) if row["link_sealed"] else None
    return SunkMailRead(
        **{key: row[key] for key in ("id", "kind", "to_email", "to_name", "subject", "created_at")},
        body=body.replace(link, _HIDDEN) if hidden and link else body,
        link=None if hidden else link,
        secret_hidden=hidden,
    )


def _may_see_link(row: Any, actor: Actor) -> bool:
    if row["kind"] in _ACCOUNT_SECRETS:
        return row["recipient_id"] is not None and row["recipient_id"] == actor.user_id
    return row["kind"] != "invitation" or actor.may("members:write")
