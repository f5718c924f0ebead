"""Intents: what a message is about, learned from a few examples a topic, with an honest "none of these"."""
