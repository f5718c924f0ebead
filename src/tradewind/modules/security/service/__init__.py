"""What the module does with security events, alerts and rules."""
