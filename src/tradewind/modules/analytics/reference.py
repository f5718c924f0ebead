"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Dashboard": "The figures of the first page.",
    "Notifications": "What a person should know about, and what they have read.",
}
