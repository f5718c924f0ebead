"""HTTP shapes of the module."""
