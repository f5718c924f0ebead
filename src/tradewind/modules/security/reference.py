"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Security monitoring": "Alerts about accounts and API keys, the rules that raise them, and locked accounts.",
}
