"""HTTP shapes of scoring, a file for each part of it."""
