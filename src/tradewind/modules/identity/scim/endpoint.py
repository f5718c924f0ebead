"""The SCIM endpoint as it is known before anyone uses it; the first request loads the protocol, which takes a while."""

from starlette.types import Receive, Scope, Send

from tradewind.kernel.loading import loaded

MOUNT_PATH = "/scim/v2"
TOKEN_PREFIX = "tw_scim_"  # noqa: S105 - how tokens begin


class ProvisioningEndpoint:
    """ASGI application of the SCIM endpoint."""

    # What the OpenAPI document says of this mount, and what the tests hold it to.
    access = f"A provisioning token (`Authorization: Bearer {TOKEN_PREFIX}…`), made under Settings → User provisioning."
    summary = "SCIM 2.0 (RFC 7643, RFC 7644): identity providers create, change and deactivate members."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        protocol = await loaded("tradewind.modules.identity.scim.application")
        await protocol.application()(scope, receive, send)
