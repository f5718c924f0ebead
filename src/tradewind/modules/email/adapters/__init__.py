"""Ways for a mail to leave: one file a vendor."""
