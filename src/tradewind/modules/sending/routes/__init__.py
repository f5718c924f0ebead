"""HTTP of the module: one router out of the `router` of every file of this package."""

from tradewind.kernel.routing import gathered

router = gathered(__name__, __path__)
