"""The public pages: preferences, unsubscribing, confirming. Plain HTML, no script, nothing from elsewhere."""
