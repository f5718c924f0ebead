"""Taking due deliveries to their receivers."""
