"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Intents": "What messages are about: topics learned from examples, with versions and suggestions for new topics.",
}
