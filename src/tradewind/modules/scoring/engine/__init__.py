"""The scoring engine: leads in, calibrated scores with exact reasons out. No database, no HTTP."""
