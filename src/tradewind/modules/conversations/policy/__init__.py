"""What an agent may do: small pure rules, each with an id and a reason. See docs/agent.md for all of them."""
