"""HTTP shapes of the identity module."""
