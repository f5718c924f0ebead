"""Events of sites, servers and apps: collected, resolved to people, kept for what builds on them."""
