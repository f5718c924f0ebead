"""Rules of endpoints, the log, and what flows into it."""
