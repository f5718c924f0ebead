"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Dashboard": "The figures of the first page.",
    "Metrics": "What is counted, what it means, and its values over time and by parts.",
    "Notifications": "What a person should know about, and what they have read.",
}
