"""The rules of knowledge, one file a use case."""
