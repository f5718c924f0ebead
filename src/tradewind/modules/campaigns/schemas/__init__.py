"""HTTP shapes of journeys."""
