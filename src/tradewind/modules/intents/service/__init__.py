"""The rules of intents, a file for each part of them."""
