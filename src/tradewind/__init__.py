"""Tradewind: the autonomous revenue platform you run on your own machine."""

import gc

__version__ = "0.1.0"

# Hundreds of thousands of objects live as long as the process: walking them often cost volume work a third of its time.
gc.set_threshold(50_000, 20, 50)
