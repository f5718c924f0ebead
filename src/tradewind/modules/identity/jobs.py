"""Background work of identity."""

from sqlalchemy import text

from tradewind.kernel.jobs import JobContext, cron, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.repository import scim
from tradewind.modules.identity.repository.factors import remove_old_challenges
from tradewind.modules.identity.service import accounts
from tradewind.modules.identity.service.signing_keys import key_ring


class ResetRequest(Schema):
    """Someone, signed in or not, asked for a reset link for an address."""

    email: str


@job("identity.request_reset", max_attempts=5, timeout_seconds=60)
async def request_reset(context: JobContext, payload: ResetRequest) -> None:
    """Find out in the background whether the address has an account, so that the visitor cannot."""
    async with context.transaction() as session:
        await accounts.request_reset(session, payload.email)


@cron("identity.purge", "35 2 * * *")
async def purge(context: JobContext) -> None:
    """Remove expired links, sessions, tokens and challenges, ended grants of assistants, programs without any."""
    async with context.transaction() as session:
        await session.execute(text("SELECT identity_purge()"))
        await remove_old_challenges(session)
        await session.execute(text("SELECT oauth_purge()"))


@cron("identity.purge_nonces", "*/10 * * * *")
async def purge_nonces(context: JobContext) -> None:
    """Forget nonces whose requests are too old to be sent again."""
    async with context.transaction() as session:
        await session.execute(text("SELECT identity_purge_nonces()"))


@cron("identity.rotate_signing_key", "50 3 * * *")
async def rotate_signing_key(context: JobContext) -> None:
    """Sign access tokens with a new key every 90 days; retire the ones that nothing living is signed with."""
    async with context.transaction() as session:
        await key_ring.rotate_if_due(session)


@cron("identity.seal_audit_logs", "*/5 * * * *")
async def seal_audit_logs(context: JobContext) -> None:
    """Chain audit rows that were put aside while another transaction held the chain."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await session.execute(text("SELECT audit_seal()"))


@cron("identity.purge_provisioning_requests", "50 * * * *")
async def purge_provisioning_requests(context: JobContext) -> None:
    """Keep the newest requests of identity providers only."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await scim.purge_requests(session)
