"""The rules of journeys."""
