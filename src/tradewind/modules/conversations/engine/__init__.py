"""The agent's turn as pure functions: texts are read, actions are proposed, and what is allowed becomes words."""
