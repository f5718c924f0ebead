"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Qualification flows": "Questions agents ask to find out who is ready to buy: drafts, versions, trials, results.",
}
