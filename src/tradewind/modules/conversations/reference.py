"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Conversations": "What customers and your agent or members said to each other, and all that members do with it.",
    "Inbox settings": "Queues with their members and promises, and the hours in which people answer.",
    "Client satisfaction": "What visitors think of conversations: CSAT and NPS over a rolling window.",
    "Agents": "Agents that lead conversations: settings, versions, and the log of what they did and why.",
}
