"""What identity serves beside its routes: whole ASGI applications under a path of their own."""

from tradewind.modules.identity.scim.endpoint import MOUNT_PATH, ProvisioningEndpoint

mounts = {MOUNT_PATH: ProvisioningEndpoint()}
