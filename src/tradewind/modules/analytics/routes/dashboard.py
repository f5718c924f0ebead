"""HTTP of the dashboard and of notifications."""

from typing import Annotated

from fastapi import Query

from tradewind.kernel.access import CurrentActor, Session, requires, signed_in
from tradewind.kernel.jobs import enqueue
from tradewind.kernel.routing import Router
from tradewind.modules.analytics.jobs import RefreshDashboard, refresh_dashboard
from tradewind.modules.analytics.schemas import (
    DashboardRead,
    NotificationPage,
    NotificationsMark,
    NotificationsMarked,
)
from tradewind.modules.analytics.service import dashboard, notifications

router = Router()


@router.get("/dashboard", dependencies=[requires("dashboard:read")], tags=["Dashboard"])
async def read_dashboard(session: Session, actor: CurrentActor) -> DashboardRead:
    """Key numbers, new leads, scores, pipeline, latest activity and my tasks."""
    answer, stale = await dashboard.read(session)
    if stale:
        await enqueue(session, refresh_dashboard, RefreshDashboard(), dedupe_key=f"dashboard:{actor.organisation_id}")
    return answer


@router.get("/notifications", dependencies=[signed_in()], tags=["Notifications"])
async def list_notifications(
    session: Session,
    unread: Annotated[bool, Query(description="Only those not read yet.")] = False,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> NotificationPage:
    """My notifications, newest first."""
    return await notifications.list_mine(session, unread_only=unread, cursor=cursor, limit=limit)


@router.post("/notifications/read", dependencies=[signed_in()], tags=["Notifications"])
async def mark_notifications_read(session: Session, mark: NotificationsMark) -> NotificationsMarked:
    """Mark notifications as read; all of mine without ids."""
    return await notifications.mark_read(session, mark)
