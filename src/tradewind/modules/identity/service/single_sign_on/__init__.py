"""Single sign-on: trusted identity providers, and the way from their word to a session."""
