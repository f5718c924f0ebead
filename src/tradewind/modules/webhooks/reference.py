"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Webhooks": "Events sent to addresses of yours, signed, retried and logged.",
}
