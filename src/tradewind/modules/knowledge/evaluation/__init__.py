"""Search on somebody's own files, and how good it was."""
