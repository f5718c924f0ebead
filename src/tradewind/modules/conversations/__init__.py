"""Conversations with customers on every channel: the agent that answers, hand-over to people, what came of it."""
