"""What identity serves beside its routes: whole ASGI applications under a path of their own."""

from tradewind.modules.identity.scim.application import MOUNT_PATH, ProvisioningApplication

mounts = {MOUNT_PATH: ProvisioningApplication()}
