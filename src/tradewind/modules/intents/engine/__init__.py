"""Learning to tell messages apart: pure functions over texts and arrays, no database."""
