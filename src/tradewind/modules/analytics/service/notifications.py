"""Notifications: told once to each person concerned, pushed to open browsers, marked as read."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, scrubbed
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.realtime import push
from tradewind.modules.analytics import repository
from tradewind.modules.analytics.schemas import (
    NotificationPage,
    NotificationRead,
    NotificationsMark,
    NotificationsMarked,
)
from tradewind.modules.identity import api as identity

# Sweeps look a little further back than their interval; telling twice is harmless.
SWEEP_OVERLAP = timedelta(hours=1)
KEPT = timedelta(days=90)


async def list_mine(session: AsyncSession, *, unread_only: bool, cursor: str | None, limit: int) -> NotificationPage:
    """The caller's notifications, newest first. Raises InvalidCursor."""
    user_id = actor_of(session).user_id
    if user_id is None:
        return NotificationPage(items=[], next_cursor=None, previous_cursor=None, unread=0)
    rows, following, preceding = await repository.notification_page(
        session, user_id=user_id, unread_only=unread_only, cursor=cursor, limit=limit
    )
    return NotificationPage(
        items=[_shown(NotificationRead.model_validate(row), hidden=hides(actor_of(session))) for row in rows],
        next_cursor=following,
        previous_cursor=preceding,
        unread=await repository.unread(session, user_id),
    )


def _shown(entry: NotificationRead, *, hidden: bool) -> NotificationRead:
    """A notification; addresses in its words are masked for those who may not see them."""
    return entry.model_copy(update={"title": scrubbed(entry.title), "body": scrubbed(entry.body)}) if hidden else entry


async def mark_read(session: AsyncSession, mark: NotificationsMark) -> NotificationsMarked:
    """Mark some or all of the caller's notifications as read."""
    user_id = actor_of(session).user_id
    if user_id is None:
        return NotificationsMarked(marked=0, unread=0)
    marked = await repository.mark_read(session, user_id=user_id, ids=mark.ids)
    unread = await repository.unread(session, user_id)
    if marked:
        await push(
            session,
            type="notification.read",
            topic="notifications",
            permission=None,
            user_id=user_id,
            data={"unread": unread},
        )
    return NotificationsMarked(marked=marked, unread=unread)


async def notify(
    session: AsyncSession,
    users: Iterable[UUID],
    *,
    kind: str,
    title: str,
    dedupe_key: str,
    body: str = "",
    subject_type: str | None = None,
    subject_id: UUID | None = None,
) -> int:
    """Tell people something, each once per `dedupe_key`; returns how many were told now."""
    return await _tell(
        session,
        [
            {
                "user_id": user_id,
                "kind": kind,
                "title": title,
                "body": body,
                "subject_type": subject_type,
                "subject_id": subject_id,
                "dedupe_key": dedupe_key,
            }
            for user_id in dict.fromkeys(users)
        ],
    )


async def holders_of(session: AsyncSession, permission: str) -> list[UUID]:
    """Active members whose role holds a permission."""
    return [
        member.id
        for member in await identity.list_members(session)
        if member.active and permission in member.permissions
    ]


async def sweep(session: AsyncSession, *, every: timedelta) -> int:
    """Tell assignees of tasks that came due, and starters of runs that failed; returns how many were told."""
    at = now()
    since = at - every - SWEEP_OVERLAP
    rows = [
        {
            "user_id": task["assignee_id"],
            "kind": "task.due",
            "title": f"Task due: {task['title']}",
            "body": task["lead_name"] or "",
            "subject_type": "task",
            "subject_id": task["id"],
            "dedupe_key": f"task:{task['id']}:{task['due_at'].isoformat()}",
        }
        for task in await repository.due_tasks(session, since=since, until=at)
    ]
    rows += [
        {
            "user_id": run["created_by"],
            "kind": "job.failed",
            "title": f"Failed: {run['title']}",
            "body": (run["error"] or "")[:500],
            "subject_type": "job_run",
            "subject_id": run["id"],
            "dedupe_key": f"run:{run['id']}:failed",
        }
        for run in await repository.failed_runs(session, since=since)
    ]
    return await _tell(session, rows)


async def forget_old(session: AsyncSession) -> None:
    """Delete notifications past their time."""
    await repository.forget_notifications(session, before=now() - KEPT)


async def _tell(session: AsyncSession, rows: list[dict]) -> int:
    told = await repository.add_notifications(session, rows)
    newest = {row["user_id"]: row for row in told}
    for user_id, row in newest.items():
        await push(
            session,
            type="notification.new",
            topic="notifications",
            permission=None,
            user_id=user_id,
            data={"id": row["id"], "kind": row["kind"], "title": row["title"]},
        )
    return len(told)
