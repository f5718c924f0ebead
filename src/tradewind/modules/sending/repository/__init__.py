"""All SQL of sending."""
