"""The rules of sending, in the business's verbs."""
