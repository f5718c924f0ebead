"""Facts in a message, found by rules: each with its kind, its value and the very characters that say it."""
