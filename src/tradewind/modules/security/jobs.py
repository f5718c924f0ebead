"""Background work of security monitoring."""

from sqlalchemy import text

from tradewind.kernel.jobs import JobContext, cron


@cron("security.purge", "15 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget security events after 180 days; alerts stay."""
    async with context.transaction() as session:
        await session.execute(text("SELECT security_purge()"))
