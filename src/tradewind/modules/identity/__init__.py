"""Organisations, the people in them, how they sign in, what they may do, and the audit log."""
