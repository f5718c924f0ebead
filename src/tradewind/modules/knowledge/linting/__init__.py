"""What is wrong with a knowledge base: pure functions over its texts."""
