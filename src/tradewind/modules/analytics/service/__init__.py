"""What analytics does: figures for the dashboard, and notifications."""
