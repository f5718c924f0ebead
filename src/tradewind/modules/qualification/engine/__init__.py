"""The runtime of flows: pure functions of a definition, what was answered, and a message."""
