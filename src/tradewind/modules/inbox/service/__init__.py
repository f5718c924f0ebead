"""The rules of the inbox, one file per subject."""
