"""One channel of conversations: the chat widget on websites, and the people who talk through it."""
