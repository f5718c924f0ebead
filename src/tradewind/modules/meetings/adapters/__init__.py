"""Calendars by vendor: one file is one adapter."""
