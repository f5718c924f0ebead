"""All SQL of the module, one file per subject."""
