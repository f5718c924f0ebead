"""The rules behind a decision: pure functions over facts, so that they judge real, rehearsed and shadowed messages."""
