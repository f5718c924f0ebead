"""SQL of journeys."""
