"""Scheduled and background work of analytics."""

from datetime import timedelta

from tradewind.kernel.jobs import JobContext, cron, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.analytics.service import dashboard, notifications


class RefreshDashboard(Schema):
    """Renew the figures of the job's organisation."""


@job("analytics.refresh_dashboard", max_attempts=3, timeout_seconds=120)
async def refresh_dashboard(context: JobContext, payload: RefreshDashboard) -> None:
    """Compute and store the dashboard's figures."""
    async with context.transaction() as session:
        await dashboard.refresh(session)


@cron("analytics.sweep_notifications", "*/2 * * * *")
async def sweep_notifications(context: JobContext) -> None:
    """Tell people of tasks due and runs failed."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await notifications.sweep(session, every=timedelta(minutes=2))


@cron("analytics.forget_notifications", "40 2 * * *")
async def forget_notifications(context: JobContext) -> None:
    """Delete notifications older than ninety days."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await notifications.forget_old(session)
