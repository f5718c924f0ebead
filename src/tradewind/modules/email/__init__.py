"""E-mail. First cut: a local mail sink that keeps every mail on this machine instead of sending it."""
