"""How a site is walked: its addresses, its rules for crawlers, its site maps, and fetching at a polite pace."""
