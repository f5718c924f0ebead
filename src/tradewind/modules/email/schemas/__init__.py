"""HTTP shapes of the module, one file per subject."""
