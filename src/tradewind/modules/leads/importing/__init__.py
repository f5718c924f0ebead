"""Reading files of leads: detection, streaming readers, mapping suggestions, validation, loading."""
