"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Outbox": "The send ledger: what waits, what was sent, what was not, and why.",
    "Guardrails": "Hours, caps, limits, budgets, approvals and kill switches that every message passes.",
}
