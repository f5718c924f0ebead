"""HTTP shapes of chat."""
