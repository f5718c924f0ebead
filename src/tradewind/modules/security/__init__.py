"""Security monitoring: what happened to accounts and keys, rules over it, and the alerts they raise."""
