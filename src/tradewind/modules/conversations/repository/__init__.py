"""All SQL of conversations, one file per subject."""
