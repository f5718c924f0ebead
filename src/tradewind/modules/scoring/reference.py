"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Scoring": "How likely each lead is to convert, why, and the models that say so.",
}
