"""What the organisation knows: sources, documents with versions and scopes, and what is found and answered in them."""
