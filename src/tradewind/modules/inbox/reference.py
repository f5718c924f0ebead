"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Inbox": "The people's side of conversations: counts, who looks at what, many at once, texts to answer with.",
}
