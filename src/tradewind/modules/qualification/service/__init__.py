"""Use cases of qualification."""
