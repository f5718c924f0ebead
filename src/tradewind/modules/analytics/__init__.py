"""The dashboard and its figures, and notifications to people."""
