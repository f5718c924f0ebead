"""HTTP of campaigns and journeys."""

from tradewind.kernel.routing import gathered

router = gathered(__name__, __path__)
