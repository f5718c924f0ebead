"""Use cases of the identity module, one file each."""
