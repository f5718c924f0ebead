"""Tradewind: the autonomous revenue platform you run on your own machine."""

__version__ = "0.1.0"
