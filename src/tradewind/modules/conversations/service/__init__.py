"""The rules of conversations, one file per subject."""
