"""HTTP shapes of privacy."""
