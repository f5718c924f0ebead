"""What the ai module does."""
