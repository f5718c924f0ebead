"""What came of a conversation, worked out on this machine from its texts: pure functions, no model."""
