"""Webhooks out: signed messages about events to the organisation's own programs, with retries, log and replay."""
