"""Suites, their runs, and the gate before publishing."""
