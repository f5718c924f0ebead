"""The rules of chat."""
