"""HTTP shapes of conversations, one file per subject."""
