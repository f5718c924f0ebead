"""How well facts are found in messages, measured."""
