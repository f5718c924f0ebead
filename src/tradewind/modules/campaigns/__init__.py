"""Campaigns and journeys: what happens to whom, when, and why."""
