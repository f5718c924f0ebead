"""All SQL of the identity module."""
